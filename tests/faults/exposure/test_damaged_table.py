"""A table that cannot be read is built anew from the partials, and what is lost with it is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer.build import build_index
from tests.support.small_corpus import SmallCorpus, exposures


def garbage(data: bytes) -> bytes:
    return data[:4096] + b"\x55" * 4096 + data[8192:]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(garbage, id="garbage inside"),
        pytest.param(lambda data: b"x" * 9000, id="something else"),
    ],
)
@pytest.mark.parametrize("command", ["merge", "index"])
def test_it_is_built_anew(tmp_path: Path, exposure_process, spoil, command: str) -> None:
    corpus = SmallCorpus(tmp_path)
    root = tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    before = exposures(root)
    table = root / "exposures.duckdb"
    spoilt = spoil(table.read_bytes())
    table.write_bytes(spoilt)
    asked = exposure_process("query", root, "SELECT 1")
    assert asked.returncode == 4 and "exposures.duckdb" in asked.stderr, asked.stderr
    words = [root] if command == "merge" else [corpus.write_config(), "--out", root]
    done = exposure_process(command, *words)
    assert done.returncode == 0, done.stderr
    assert "exposures.duckdb: cannot be read" in done.stderr and "import them again" in done.stderr
    assert exposures(root) == before
    assert (root / "exposures.damaged.duckdb").read_bytes() == spoilt


@pytest.mark.parametrize("question", ["never_seen", "SELECT 1"])
def test_the_table_of_another_plan_is_refused_until_it_is_merged_again(tmp_path: Path, exposure, question):
    corpus = SmallCorpus(tmp_path)
    root, other = tmp_path / "index", tmp_path / "other"
    build_index(corpus.config(), root, n_workers=1)
    before = exposures(root)
    corpus.order["batch_size"] = 2
    build_index(corpus.config(), other, n_workers=1)
    shutil.copyfile(other / "exposures.duckdb", root / "exposures.duckdb")
    code, output, error = exposure("query", root, question)
    assert (code, output) == (4, "") and "exposures.duckdb: was merged from plan" in error, error
    assert exposure("merge", root)[0] == 0
    assert exposures(root) == before
    shutil.copyfile(other / "exposures.duckdb", root / "exposures.duckdb")
    (root / "plan.json").unlink()
    assert exposure("query", root, "never_seen")[0] == 0
