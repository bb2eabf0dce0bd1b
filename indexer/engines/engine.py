"""Chooses the engine: in this process for one worker, local processes for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from indexer.engines.outcome import Outcome


def run_tasks(work: Callable[[int], Any], tasks: Sequence[int], n_workers: int) -> Iterator[Outcome]:
    """Run ``work(task)`` for each task and yield the outcomes as they come.

    A task that raises does not stop the others. With one worker everything happens in this process,
    where debuggers and tracebacks work.

    Parameters
    ----------
    work : callable
        Takes a task number; its result is small and picklable.
    tasks : sequence of int
        What to run.
    n_workers : int
        Worker processes at most.

    Raises
    ------
    ResourceError
        A task's process died three times, most likely killed for want of memory.
    """
    n_workers = min(n_workers, len(tasks))
    if n_workers <= 1:
        return _in_process(work, tasks)
    from indexer.engines.local_processes import run_in_processes

    return run_in_processes(work, tasks, n_workers)


def _in_process(work: Callable[[int], Any], tasks: Sequence[int]) -> Iterator[Outcome]:
    for task in tasks:
        try:
            yield Outcome(task, work(task), None)
        except Exception as error:
            yield Outcome(task, None, error)
