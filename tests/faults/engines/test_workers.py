"""Workers that die, hang, are stopped or run out of memory cost attempts; nobody outlives the supervisor."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from indexer.engines import WorkerLimits, beat, run_tasks
from indexer.engines.supervisor import _Slot
from indexer.errors import ResourceError

QUICK = WorkerLimits(silent_seconds=0.8, stopped_seconds=0.4)


def signal_myself(number: int, always: bool, folder: Path, task: int) -> int:
    """Meet a signal in task 1: at every attempt, or at the first."""
    mark = folder / "met"
    if task == 1 and (always or not mark.exists()):
        mark.touch()
        faulthandler.disable()  # no report of a death that is meant
        os.kill(os.getpid(), number)
    return task


def hang(always: bool, folder: Path, task: int) -> int:
    mark = folder / "met"
    if task == 1 and (always or not mark.exists()):
        mark.touch()
        time.sleep(600)
    return task


def take_memory(task: int) -> int:
    return len(bytearray(1 << 30)) if task == 1 else task


class Unportable(Exception):
    def __init__(self, first: object, second: object) -> None:
        super().__init__(first)


def raise_unportable(task: int) -> int:
    raise Unportable(threading.Lock(), 2)


def beat_on_and_on(task: int) -> int:
    for _ in range(15):
        time.sleep(0.1)
        beat()
    return task


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGSTOP])
def test_one_accident_costs_an_attempt(number: int, tmp_path: Path) -> None:
    work = partial(signal_myself, number, False, tmp_path)
    outcomes = sorted(run_tasks(work, range(4), 2, limits=QUICK))
    assert [outcome.result for outcome in outcomes] == list(range(4))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (partial(signal_myself, signal.SIGKILL, True), "SIGKILL"),
        (partial(signal_myself, signal.SIGSEGV, True), "crashed (SIGSEGV)"),
        (partial(signal_myself, signal.SIGBUS, True), "a file became shorter"),
        (partial(signal_myself, signal.SIGSTOP, True), "was stopped (SIGSTOP)"),
        (partial(hang, True), "hung: no sign of life for 0.8 s"),
    ],
    ids=["killed", "segfault", "bus error", "stopped", "hangs"],
)
def test_what_fails_again_and_again_is_named_with_the_reason_and_the_rest_is_done(
    work: Callable[..., int], words: str, tmp_path: Path
) -> None:
    names = {0: "a.bin", 1: "b.bin", 2: "c.bin"}
    outcomes = sorted(run_tasks(partial(work, tmp_path), range(3), 2, name=names.__getitem__, limits=QUICK))
    assert [outcome.result for outcome in outcomes] == [0, None, 2]
    error = outcomes[1].error
    assert isinstance(error, ResourceError)
    assert error.path == "b.bin"
    assert words in error.what


def test_a_hanging_worker_is_killed_and_its_task_tried_again(tmp_path: Path) -> None:
    outcomes = sorted(run_tasks(partial(hang, False, tmp_path), range(3), 1, limits=QUICK))
    assert [outcome.result for outcome in outcomes] == [0, 1, 2]


def test_work_that_beats_may_take_its_time() -> None:
    assert [one.result for one in run_tasks(beat_on_and_on, [5], 1, limits=QUICK)] == [5]


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a worker is limited on Linux alone")
def test_memory_beyond_the_limit_is_named() -> None:
    limits = WorkerLimits(memory_bytes=200 << 20)
    outcomes = sorted(run_tasks(take_memory, range(3), 2, name="shard {}".format, limits=limits))
    assert [outcome.result for outcome in outcomes] == [0, None, 2]
    assert isinstance(outcomes[1].error, ResourceError)
    assert outcomes[1].error.path == "shard 1"
    assert "it ran out of memory" in outcomes[1].error.what


def test_an_exception_that_cannot_travel_says_what_it_was() -> None:
    (outcome,) = run_tasks(raise_unportable, [0], 1)
    assert "Unportable" in str(outcome.error)


def test_a_worker_that_dies_between_two_tasks_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    give = _Slot.give

    def kill_first(slot: _Slot, task: int) -> None:
        if not given:
            os.kill(slot.process.pid, signal.SIGKILL)
            slot.process.join()
        given.append(task)
        give(slot, task)

    monkeypatch.setattr(_Slot, "give", kill_first)
    assert [one.result for one in sorted(run_tasks(abs, range(4), 1))] == list(range(4))
    assert len(given) == 5


ORPHANS = """
import os, sys, time
from indexer.engines import run_tasks
from indexer.index_dir import IndexDir

def work(task):
    print(os.getpid(), flush=True)
    time.sleep(600)

with IndexDir(sys.argv[1]).lock():
    list(run_tasks(work, range(2), 2))
"""


def test_workers_die_with_their_supervisor_and_hold_no_lock(tmp_path: Path) -> None:
    from indexer.index_dir import IndexDir

    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    workers = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    with IndexDir(tmp_path).lock():
        pass  # at once, dead or alive
    deadline = time.monotonic() + 20
    while any(map(_runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_runs, workers))
    parent.stdout.close()


def _runs(process_id: int) -> bool:
    """Tell whether a process is there and no zombie that nobody collects."""
    try:
        os.kill(process_id, 0)
        if sys.platform != "linux":
            return True
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
