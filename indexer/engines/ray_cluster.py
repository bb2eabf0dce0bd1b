"""Tasks over a Ray cluster: the only file that imports Ray.

A task that raises is not tried again: its error is its outcome. One whose worker process died is, up to the
attempts of `WorkerLimits`. One whose machine was taken away is tried again without counting, since clouds
take machines as they like, unless it has lost so many that it is likely what kills them. When nothing waits
any more, what still runs and takes much longer than the others is started once more elsewhere: the first
result is taken, and committing it twice is harmless.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.cores import n_cores, share_cores
from indexer.engines.limits import WorkerLimits
from indexer.engines.outcome import Outcome
from indexer.engines.worker import Answer, answer_of
from indexer.errors import ConfigError, ResourceError

try:
    import ray
    from ray.exceptions import NodeDiedError, ObjectLostError, OutOfMemoryError, RayError
except ImportError:
    raise ConfigError(
        "the engine ray needs Ray, which is not installed", fix="pip install 'exposure-indexer[ray]'"
    ) from None

_LOOK_SECONDS = 1.0
_SLOW = 2.0
"""A task that takes so many times the median is started again when nothing else waits."""
_LEAST_SLOW_SECONDS = 10.0
_MOST_COPIES = 2
_LOST_BY_MACHINE = (NodeDiedError, ObjectLostError)
_MOST_MACHINES = 20
"""A task that lost so many machines is given up."""
_KNOCK_SECONDS = 10.0
_LAST_WORDS_SECONDS = 3.0
"""A machine that is shut down may end its workers first: how long to wait for news of it."""

_work_here: dict[str, tuple[Callable[[int], Any], Callable[[int], str]]] = {}
"""In a worker process: what was fetched of the work, so that tables are built once a process."""


@dataclass(frozen=True)
class _Run:
    """One task in one worker, since when, and which machines were lost by then."""

    task: int
    since: float
    lost_before: frozenset[str]


@ray.remote(num_cpus=1, max_retries=0)  # type: ignore[untyped-decorator]
def _run(key: str, work: list[Any], task: int) -> Answer:
    """Run a task in a worker process; the list keeps Ray from fetching the work for each."""
    if key not in _work_here:
        _work_here[key] = ray.get(work[0])
    share_cores(n_cores)  # a task has one core of its machine, the others are other tasks'
    do, name = _work_here[key]
    return answer_of(task, do, name)


def run_on_ray(
    work: Callable[[int], Any],
    tasks: Sequence[int],
    n_workers: int,
    name: Callable[[int], str],
    limits: WorkerLimits,
    address: str,
) -> Iterator[Outcome]:
    """Run tasks on a cluster; see `indexer.engines.run_tasks`.

    Parameters
    ----------
    work, tasks, name, limits
        As there; the memory of workers is the cluster's to limit.
    n_workers : int
        Tasks that run at once; 0: as many as the cluster has cores.
    address : str
        Of the cluster; empty: what RAY_ADDRESS says, or a cluster of this machine alone.

    Raises
    ------
    ResourceError
        There is no cluster at the address.
    """
    _connect(address)
    try:
        yield from _Cluster(work, n_workers, name, limits).run(tasks)
    finally:
        ray.shutdown()


def _connect(address: str) -> None:
    try:
        _knock(address or os.environ.get("RAY_ADDRESS", ""))
        ray.init(address=address or None, log_to_driver=False, configure_logging=False)
    except (OSError, RayError, RuntimeError, ValueError) as error:
        first_line = str(error).partition("\n")[0]
        raise ResourceError(
            f"no Ray cluster can be reached ({first_line})",
            path=address or "RAY_ADDRESS",
            fix="start one with `ray up` or `ray start --head`, and name its address with --address",
        ) from None


def _knock(address: str) -> None:
    """See that somebody listens at an address that names a port; Ray itself asks again for minutes.

    Raises
    ------
    OSError
        Nobody does.
    """
    place = re.fullmatch(r"(?:ray://)?\[?([^/\]]+)\]?:(\d+)", address)
    if place is not None:
        socket.create_connection((place[1], int(place[2])), timeout=_KNOCK_SECONDS).close()


class _Cluster:
    """What runs where."""

    def __init__(
        self,
        work: Callable[[int], Any],
        n_workers: int,
        name: Callable[[int], str],
        limits: WorkerLimits,
    ) -> None:
        self._key = uuid.uuid4().hex
        self._work = [ray.put((work, name))]
        self._n_workers = n_workers
        self._name = name
        self._limits = limits
        self._running: dict[Any, _Run] = {}
        self._took: list[float] = []
        self._attempts: Counter[int] = Counter()
        self._machines: Counter[int] = Counter()

    def run(self, tasks: Sequence[int]) -> Iterator[Outcome]:
        """Yield the outcome of every task, once."""
        waiting, open_tasks = deque(tasks), set(tasks)
        while open_tasks:
            while waiting and len(self._running) < self._room():
                self._start(waiting.popleft())
            if not waiting:
                self._start_the_slow_again()
            ready, _ = ray.wait(list(self._running), timeout=_LOOK_SECONDS)
            for reference in ready:
                run = self._running.pop(reference)
                if run.task not in open_tasks:
                    continue  # its copy was faster
                outcome = self._outcome(reference, run)
                if outcome is not None:
                    open_tasks.discard(run.task)
                    self._forget(run.task)
                    yield outcome
                elif not any(other.task == run.task for other in self._running.values()):
                    waiting.appendleft(run.task)

    def _room(self) -> int:
        """Return how many tasks may be in hand; one more than cores, so that a cluster that can grow does."""
        return self._n_workers or int(ray.cluster_resources().get("CPU", 1)) + 1

    def _start(self, task: int) -> None:
        self._running[_run.remote(self._key, self._work, task)] = _Run(
            task, time.monotonic(), _lost_machines()
        )

    def _start_the_slow_again(self) -> None:
        copies = Counter(run.task for run in self._running.values())
        if not self._took or ray.available_resources().get("CPU", 0) < 1:
            return
        slow = max(_SLOW * statistics.median(self._took), _LEAST_SLOW_SECONDS)
        now = time.monotonic()
        oldest = min(self._running.values(), key=lambda run: run.since, default=None)
        if oldest is not None and now - oldest.since > slow and copies[oldest.task] < _MOST_COPIES:
            self._start(oldest.task)

    def _outcome(self, reference: Any, run: _Run) -> Outcome | None:
        """Return what became of a task; None where it is to be tried again."""
        try:
            answer: Answer = ray.get(reference)
        except _LOST_BY_MACHINE:
            return self._without_machine(run)
        except OutOfMemoryError:
            why = "it ran out of memory"
        except RayError:
            if _lost_since(run.lost_before):
                return self._without_machine(run)
            why = "its process died"
        else:
            if not answer.out_of_memory:
                self._took.append(time.monotonic() - run.since)
                return Outcome(answer.task, answer.result, answer.error)
            why = "it ran out of memory"
        if any(other.task == run.task for other in self._running.values()):
            return None  # its copy may still end well
        self._attempts[run.task] += 1
        if self._attempts[run.task] < self._limits.attempts:
            return None
        return self._given_up(run.task, f"given up after {self._limits.attempts} attempts: {why}")

    def _without_machine(self, run: _Run) -> Outcome | None:
        """Try a task again whose machine was taken away, without counting; but not for ever."""
        self._machines[run.task] += 1
        if self._machines[run.task] < _MOST_MACHINES:
            return None
        return self._given_up(run.task, f"given up: {_MOST_MACHINES} machines were lost while it ran")

    def _given_up(self, task: int, what: str) -> Outcome:
        fix = "run again to try it anew, on workers with more memory if it is short; finished work is kept"
        return Outcome(task, None, ResourceError(what, path=self._name(task), fix=fix))

    def _forget(self, task: int) -> None:
        """End the copies of a task that is done."""
        for reference, run in list(self._running.items()):
            if run.task == task:
                ray.cancel(reference, force=True)
                del self._running[reference]


def _lost_machines() -> frozenset[str]:
    """Return the machines that belonged to the cluster once, and do not answer any more."""
    return frozenset(node["NodeID"] for node in ray.nodes() if not node["Alive"])


def _lost_since(before: frozenset[str]) -> bool:
    """Tell whether a machine was lost, waiting some seconds for the news."""
    until = time.monotonic() + _LAST_WORDS_SECONDS
    while not _lost_machines() - before:
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_SECONDS / 4)
    return True
