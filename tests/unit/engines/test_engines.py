"""Engines: same outcomes with one worker or several, and a death costs one attempt."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from indexer.engines import run_tasks
from indexer.errors import InputError, ResourceError


def square(task: int) -> int:
    return task * task


def refuse_three(task: int) -> int:
    if task == 3:
        raise InputError("bad", path="x", offset="byte 3")
    return task


def die_once(folder: Path, task: int) -> int:
    """Be killed at the first attempt of task 2, as the kernel does when memory runs out."""
    mark = folder / "died"
    if task == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def die_always(task: int) -> int:
    if task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


@pytest.mark.parametrize("n_workers", [0, 1, 2, 3])
def test_every_task_has_one_outcome(n_workers: int) -> None:
    outcomes = sorted(run_tasks(square, range(7), n_workers))
    assert [(outcome.task, outcome.result) for outcome in outcomes] == [(n, n * n) for n in range(7)]


@pytest.mark.parametrize("n_workers", [0, 1, 2])
def test_an_exception_ends_one_task_and_keeps_its_fields(n_workers: int) -> None:
    outcomes = {outcome.task: outcome for outcome in run_tasks(refuse_three, range(5), n_workers)}
    assert sorted(task for task, outcome in outcomes.items() if outcome.error is None) == [0, 1, 2, 4]
    error = outcomes[3].error
    assert isinstance(error, InputError)
    assert (error.path, error.offset) == ("x", "byte 3")


def test_a_killed_worker_costs_one_attempt(tmp_path: Path) -> None:
    outcomes = sorted(run_tasks(partial(die_once, tmp_path), range(5), 2))
    assert [outcome.result for outcome in outcomes] == list(range(5))


def test_a_task_whose_worker_always_dies_is_named_and_the_others_are_done() -> None:
    outcomes = {
        outcome.task: outcome for outcome in run_tasks(die_always, range(5), 2, name="range {}".format)
    }
    assert sorted(outcomes) == list(range(5))
    assert isinstance(outcomes[2].error, ResourceError)
    assert outcomes[2].error.line().startswith("range 2: given up after 3 attempts: ")
    assert "memory" in outcomes[2].error.line()
    assert outcomes[4].result == 4


def test_nothing_to_do() -> None:
    assert list(run_tasks(square, [], 2)) == []
