"""A second thread has a core of its own where fewer workers than cores are at work."""

from __future__ import annotations

import os

import pytest

from indexer import cores
from indexer.engines import run_tasks


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 3}, raising=False)


@pytest.mark.parametrize(
    ("n_workers", "n_tasks", "has_idle"), [(0, 2, 1), (1, 2, 1), (2, 2, 0), (2, 1, 1), (3, 3, 0)]
)
def test_workers_share_the_cores(n_workers: int, n_tasks: int, has_idle: int) -> None:
    outcomes = run_tasks(lambda _: int(cores.has_idle_core()), range(n_tasks), n_workers)
    assert {outcome.result for outcome in outcomes} == {has_idle}


def test_cores_are_those_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert cores.n_cores() == 1 and not cores.has_idle_core()
