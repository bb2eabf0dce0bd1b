"""Merges and scans killed or refused at a system call of DuckDB's or Arrow's, which strace sees to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.build import build_index, scan_shards
from tests.support.small_corpus import SmallCorpus, exposures

ALL = bool(os.environ.get("EXPOSURE_SOAK"))
FATES = [
    ("merge", "pwrite64", "signal=KILL", 6),
    ("merge", "pwrite64", "error=ENOSPC", 9),
    ("scan", "rename", "error=ESTALE", 1),
    *(("merge", "rename", f"error={name}", 1) for name in ("ESTALE", "EXDEV", "EBUSY", "EACCES") if ALL),
    *(("scan", "rename", f"error={name}", 1) for name in ("EXDEV", "EBUSY", "EACCES", "ENOENT") if ALL),
    *(
        ("merge", call, fate, number)
        for call in ("pwrite64", "fsync", "rename", "ftruncate")
        for fate in ("signal=KILL", "error=ENOSPC", "error=EIO")
        for number in (1, 2, 4, 8, 16, 32)
        if ALL
    ),
    *(
        ("scan", call, fate, number)
        for call in ("write", "fsync", "rename")
        for fate in ("signal=KILL", "error=EIO")
        for number in (1, 3, 9, 27)
        if ALL
    ),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"))
    build_index(corpus.config(), corpus.base / "whole", n_workers=1)
    return corpus.base / "whole"


@pytest.mark.parametrize(("command", "call", "fate", "number"), FATES)
def test_a_system_call_that_fails(
    command: str, call: str, fate: str, number: int, whole: Path, tmp_path: Path
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not here; `test_every_boundary.py` tries what Python itself writes")
    root = tmp_path / "index"
    shutil.copytree(whole, root)
    if command == "scan":
        shutil.rmtree(root / "partials")
    trace = ["strace", "-f", "-qq", "-o", os.devnull, "--seccomp-bpf", "-e", f"trace={call}"]
    done = subprocess.run(
        [*trace, "-e", f"inject={call}:{fate}:when={number}", sys.executable, "-m", "indexer", command, root],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if "strace: " in done.stderr:
        pytest.skip(f"strace may not trace here: {done.stderr[:100]}")
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 3, 4, 5, -9, 137), (done.returncode, done.stderr)
    assert exposures(root) == exposures(whole)  # the old table, or the new one
    list(scan_shards(root, n_workers=1))
    subprocess.run([sys.executable, "-m", "indexer", "merge", str(root)], check=True, capture_output=True)
    assert exposures(root) == exposures(whole)
    partials = {path.name: path.read_bytes() for path in (root / "partials").iterdir()}
    assert partials == {path.name: path.read_bytes() for path in (whole / "partials").iterdir()}
    assert [path for path in root.rglob("*") if ".tmp" in path.name] == []
