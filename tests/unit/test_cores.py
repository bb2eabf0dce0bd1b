"""A second thread has a core of its own while fewer workers than cores are at work."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time

import pytest

from indexer import cores
from indexer.engines import run_tasks


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 3}, raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="workers must inherit the barrier")
@pytest.mark.parametrize(
    ("n_workers", "n_tasks", "is_idle"), [(0, 1, 1), (1, 1, 1), (2, 1, 1), (2, 2, 0), (3, 3, 0)]
)
def test_workers_that_are_at_work_share_the_cores(n_workers: int, n_tasks: int, is_idle: int) -> None:
    together = multiprocessing.get_context("fork").Barrier(n_tasks)

    def look(_: int) -> bool:
        together.wait(20)
        seen = cores.has_idle_core()
        together.wait(20)
        return seen

    assert [outcome.result for outcome in run_tasks(look, range(n_tasks), n_workers)] == [is_idle] * n_tasks


@pytest.mark.skipif(sys.platform != "linux", reason="workers must inherit the cores")
def test_the_last_worker_has_the_core_of_one_that_is_done() -> None:
    def wait_for_a_core(task: int) -> bool:
        until = time.monotonic() + 20 * (task == 0)
        while not cores.has_idle_core() and time.monotonic() < until:
            time.sleep(0.01)
        return cores.has_idle_core()

    assert dict((one.task, one.result) for one in run_tasks(wait_for_a_core, range(2), 2))[0]


def test_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert cores.n_cores() == 1 and not cores.has_idle_core()
