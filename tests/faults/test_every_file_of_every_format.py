"""Whatever file of a corpus changes after planning, in any format: what reads it is refused or the same."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from indexer.build import plan_index
from indexer.config.load import config_from_tables
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from indexer.plan.plan import Plan
from indexer.scanning.task import ScanTask
from tests.support.fixture_cases import CASES, FIXTURES

FORMATS = [
    "megatron",
    "neox",
    "pythia",
    "olmo",
    "olmo-core",
    "mds ndarray",
    "mds bytes in zstd",
    "datatrove",
    "litdata",
    "litpkds",
    "llmc",
    "arrow",
    "parquet",
    "npy 2-D",
    "raw zst",
    "levanter",
]
ONLY_PLANNED = {"offsets/zarr.json"}
"""Files that decide what a plan says, and that no scan reads again."""


def planned(name: str, base: Path) -> Plan:
    case = CASES[name]
    shutil.copytree(FIXTURES / case.folder, base)
    lines = [json.dumps({"id": row, "token_ids": [row]}) for row in range(3, 60)]
    base.with_name("phrases.jsonl").write_text("\n".join(lines))  # not in a folder that is the corpus
    tables = {
        "phrases": {"source": "../phrases.jsonl", "token_ids": "token_ids"},
        "corpus": case.corpus,
        "order": case.order,
        "match": {"unit": "tokens"},
    }
    return plan_index(config_from_tables(tables, origin="test", base=base), base / "index")


def scanned(plan: Plan, root: Path) -> dict[int, bytes | type[Exception]]:
    """Return the partial of every range, or why there is none."""
    index = IndexDir(root)
    shutil.rmtree(index.partials, ignore_errors=True)
    task = ScanTask(index, plan)
    found: dict[int, bytes | type[Exception]] = {}
    for scan_range in plan.ranges:
        try:
            task(scan_range.number)
            found[scan_range.number] = index.partial_file(scan_range.number).read_bytes()
        except (StateError, InputError) as error:
            found[scan_range.number] = type(error)
    return found


def spoil(path: Path, *, keep_time: bool) -> None:
    before, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    times = (before.st_mtime_ns, before.st_mtime_ns + (0 if keep_time else 1))
    os.utime(path, ns=times)


@pytest.mark.parametrize("name", FORMATS)
def test_no_other_rows_come_of_changed_files(tmp_path: Path, name: str) -> None:
    base = tmp_path / "corpus"
    plan = planned(name, base)
    before = scanned(plan, base / "index")
    assert all(isinstance(partial, bytes) for partial in before.values())
    hashed = {base / file.name for file in plan.files.files if file.content_hash}
    used = {base / file.name for file in plan.files.files}
    refused = set()
    for path in sorted(path for path in base.rglob("*") if path.is_file() and path.stat().st_size):
        if path.is_relative_to(base / "index"):
            continue
        content, times = path.read_bytes(), path.stat()
        for keep_time in [False, True] if path in hashed else [False]:
            spoil(path, keep_time=keep_time)
            after = scanned(plan, base / "index")
            for number, partial in after.items():
                assert partial in (before[number], StateError, InputError), (path, number)
            if after != before:
                refused.add(path)
            path.write_bytes(content)
            os.utime(path, ns=(times.st_mtime_ns, times.st_mtime_ns))
    shards = {base / shard.name for shard in plan.shards if shard.n_sequences}
    again = {path for path in hashed if f"{path.parent.name}/{path.name}" not in ONLY_PLANNED}
    assert (shards & used) | again <= refused
    assert scanned(plan, base / "index") == before
