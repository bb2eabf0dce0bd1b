"""Chooses the engine: worker processes under a supervisor, a Ray cluster, or this process for a debugger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from indexer.engines.limits import WorkerLimits
from indexer.engines.outcome import Outcome
from indexer.foreign_errors import translate


def run_tasks(
    work: Callable[[int], Any],
    tasks: Sequence[int],
    n_workers: int,
    *,
    name: Callable[[int], str] = "task {}".format,
    limits: WorkerLimits | None = None,
    engine: str = "local",
    address: str = "",
) -> Iterator[Outcome]:
    """Run ``work(task)`` for each task and yield the outcomes as they come.

    A task that raises does not stop the others, nor does one whose worker dies, hangs or is stopped: it is
    tried again, and after some attempts its outcome is an error that names it and says why.

    Parameters
    ----------
    work : callable
        Takes a task number; its result is small and picklable. It calls `indexer.engines.beat` as it goes on.
    tasks : sequence of int
        What to run.
    n_workers : int
        Worker processes at most. 0: everything happens in this process, where debuggers work and nothing
        is supervised.
    name : callable
        What a task is called in messages.
    limits : WorkerLimits, optional
        What a worker may take, and how long it may be silent.
    engine : str
        ``local``: this machine; ``ray``: a Ray cluster, where 0 workers are as many as it has cores.
    address : str
        Of the cluster; empty: what RAY_ADDRESS says, or a cluster of this machine alone.
    """
    if engine == "ray":
        from indexer.engines.ray_cluster import run_on_ray

        return run_on_ray(work, tasks, n_workers, name, limits or WorkerLimits(), address)
    if n_workers <= 0:
        return _in_process(work, tasks, name)
    from indexer.engines.supervisor import run_in_processes

    n_workers = min(n_workers, len(tasks))
    return run_in_processes(work, tasks, n_workers, name, limits or WorkerLimits())


def _in_process(
    work: Callable[[int], Any], tasks: Sequence[int], name: Callable[[int], str]
) -> Iterator[Outcome]:
    for task in tasks:
        try:
            yield Outcome(task, work(task), None)
        except Exception as error:
            yield Outcome(task, None, translate(error, path=name(task)) or error)
