"""A job array over one plan: tasks that run twice, are killed or stopped for good, and what is run again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import build_index, merge_index, plan_index
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus, exposures

N_TASKS = 4
_SLOW = """
import sys, time
from indexer.corpus.blocks.file_reader import FileReader
honest = FileReader.blocks
def slow(self, shard, start, stop):
    print("reading", flush=True)
    time.sleep(600)
    yield from honest(self, shard, start, stop)
FileReader.blocks = slow
from indexer.cli.main import main
main()
"""


def task(root: Path, number: int, *, slow: bool = False) -> subprocess.Popen[str]:
    """Start a task of the array as SLURM does."""
    variables = {
        **os.environ,
        "SLURM_ARRAY_TASK_ID": str(number),
        "SLURM_ARRAY_TASK_COUNT": str(N_TASKS),
        "SLURM_ARRAY_TASK_MIN": "1",
        "SLURM_ARRAY_TASK_MAX": str(N_TASKS),
    }
    program = ["-c", _SLOW] if slow else ["-m", "indexer"]
    return subprocess.Popen(
        [sys.executable, *program, "scan", str(root), "--workers", "0"],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_array_whose_tasks_die_is_finished_by_running_some_again(
    tmp_path: Path, exposure: Callable[..., tuple[int, str, str]]
) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=10)
    root = tmp_path / "index"
    plan_index(corpus.config(), root)
    killed, stopped = task(root, 2, slow=True), task(root, 3, slow=True)
    for process in (killed, stopped):
        assert process.stdout is not None
        process.stdout.readline()
    killed.kill()
    stopped.send_signal(signal.SIGSTOP)
    killed.wait()
    twice = [task(root, number) for number in (1, 4, 4)]
    assert [process.wait() for process in twice] == [0, 0, 0]
    assert IndexDir(root).committed_ranges() == {0, 3, 4, 7, 8}

    code, out, err = exposure("status", root, "--missing", "--format", "array", "--tasks", N_TASKS)
    assert (code, out.strip()) == (0, "2-3") and f"--task I/{N_TASKS}" in err
    code, out, _ = exposure("status", root, "--missing")
    assert [line.split("\t")[0] for line in out.splitlines()] == ["1", "2", "5", "6", "9"]
    again = [task(root, number) for number in (2, 3)]
    assert [process.wait() for process in again] == [0, 0]
    assert exposure("status", root, "--missing", "--format", "array")[1].strip() == ""

    assert exposure("merge", root)[0] == 4  # the stopped task might go on
    stopped.kill()
    stopped.wait()
    merge_index(root)
    build_index(corpus.config(), tmp_path / "alone", n_workers=0)
    assert exposures(root) == exposures(tmp_path / "alone")


def test_one_variable_alone_is_refused(
    tmp_path: Path, exposure: Callable[..., tuple[int, str, str]], monkeypatch
) -> None:
    plan_index(SmallCorpus(tmp_path).config(), tmp_path / "index")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "2")
    code, _, err = exposure("scan", tmp_path / "index", "--workers", 0)
    assert code == 2 and "SLURM_ARRAY_TASK_COUNT is not" in err
    assert exposure("scan", tmp_path / "index", "--workers", 0, "--task", "1/1")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--format", "array"], "add --missing"),
        (["--tasks", 4], "add --missing"),
        (["--missing", "--tasks", 4], "add --format array"),
        (["--missing", "--json"], "leave one out"),
    ],
)
def test_what_status_would_not_heed_is_refused(
    tmp_path: Path, exposure: Callable[..., tuple[int, str, str]], words: list[str], told: str
) -> None:
    """Its answer goes to `sbatch --array`."""
    code, out, err = exposure("status", tmp_path, *words)
    assert (code, out) == (2, "") and told in err


def test_a_task_of_another_scheduler_is_told_that_it_scans_all(
    tmp_path: Path, exposure: Callable[..., tuple[int, str, str]], monkeypatch
) -> None:
    plan_index(SmallCorpus(tmp_path).config(), tmp_path / "index")
    monkeypatch.setenv("SGE_TASK_ID", "2")
    code, out, err = exposure("scan", tmp_path / "index", "--workers", 0)
    assert code == 0 and "--task $SGE_TASK_ID/N" in err and "scanned 3 of 3 ranges" in out
    assert "Note" not in exposure("scan", tmp_path / "index", "--task", "2/3")[2]
