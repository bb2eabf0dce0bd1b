"""A file system that takes no more: exit 5 names the file, nothing half written stays, and freed it goes on.

A limit on the size of files (RLIMIT_FSIZE) is met in the same calls as a full disk, and needs no rights.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.cli.main import run


def limited(n_bytes: int, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the command line with files of so many bytes at most."""
    return subprocess.run(
        [sys.executable, "-m", "indexer", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY)),
    )


def is_one_line_of_exit_5(done: subprocess.CompletedProcess[str]) -> bool:
    lines = [line for line in done.stderr.splitlines() if not line.startswith("[")]
    return done.returncode == 5 and len(lines) == 1 and lines[0].startswith("exposure: ")


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if ".tmp" in path.name]


@pytest.fixture
def scanned(index_dir: Path, tmp_path: Path) -> Path:
    """An index of its own, scanned and not merged."""
    root = tmp_path / "index"
    shutil.copytree(index_dir, root)
    (root / "exposures.duckdb").unlink()
    return root


@pytest.mark.parametrize("n_bytes", [100, 20_000, 300_000, 1_000_000])
def test_a_merge_ends_in_one_line_and_leaves_nothing(n_bytes: int, scanned: Path) -> None:
    done = limited(n_bytes, "merge", scanned)
    assert is_one_line_of_exit_5(done), done.stderr
    assert f"{scanned / 'exposures.duckdb'}: cannot be written: " in done.stderr
    assert leftovers(scanned) == []
    assert not (scanned / "exposures.duckdb").exists()
    assert run(["merge", str(scanned)]) == 0


def test_a_second_merge_keeps_the_old_table(scanned: Path) -> None:
    assert run(["merge", str(scanned)]) == 0
    before = (scanned / "exposures.duckdb").read_bytes()
    assert is_one_line_of_exit_5(limited(300_000, "merge", scanned))
    assert (scanned / "exposures.duckdb").read_bytes() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_a_scan_keeps_what_is_done_and_goes_on(workers: int, scanned: Path) -> None:
    for path in (scanned / "partials").iterdir():
        path.unlink()
    done = limited(3000, "scan", scanned, "--workers", workers)
    assert is_one_line_of_exit_5(done), done.stderr
    assert leftovers(scanned) == []
    assert run(["scan", str(scanned), "--workers", "2"]) == 0
    assert run(["merge", str(scanned)]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ("query", "INDEX", "SELECT * FROM exposures", "--out", "q.parquet"),
        ("query", "INDEX", "SELECT * FROM exposures", "--out", "q.csv"),
        ("query", "INDEX", "SELECT * FROM exposures", "--out", "q.jsonl"),
        ("split", "INDEX", "--out", "s.parquet"),
        ("export", "INDEX", "--to", "parquet", "--out", "e"),
        ("export", "INDEX", "--to", "lm-eval", "--out", "e"),
        ("export", "INDEX", "--to", "datasets", "--out", "e"),
        ("init", "--preset", "pythia", "--out", "i.toml"),
        ("plan", "SAMPLE/exposure.toml", "--out", "p"),
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_every_command_that_writes(
    words: tuple[str, ...], index_dir: Path, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(entry for entry in sys.path if entry))
    spelled = [word.replace("INDEX", str(index_dir)).replace("SAMPLE", str(sample)) for word in words]
    done = limited(100, *spelled)
    assert is_one_line_of_exit_5(done), done.stderr
    assert leftovers(tmp_path) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"] == []


def test_standard_output_that_takes_nothing(index_dir: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    words = [sys.executable, "-m", "indexer", "query", str(index_dir), "SELECT * FROM phrases"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert is_one_line_of_exit_5(done), done.stderr


def test_closed_standard_streams_are_no_traceback(index_dir: Path) -> None:
    command = f"{sys.executable} -m indexer query {index_dir} 'SELECT 1' <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0
    command = f"{sys.executable} -m indexer query {index_dir} 'SELECT 1' >&-"
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
