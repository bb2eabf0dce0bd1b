"""Local worker processes under a supervisor that outlives them, and that they do not outlive.

The pools of the standard library either hang for ever when a worker is killed for want of memory or fail
every pending task (`multiprocessing.Pool` and `ProcessPoolExecutor`), and see nothing of a worker that was
stopped. Here each slot is one process and one pipe: its end costs the task it had in hand, which is tried
again, with one worker fewer where memory ran out, and after some attempts is given up by name.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from indexer.engines.death import cause_of, is_stopped, n_out_of_memory_kills
from indexer.engines.limits import WorkerLimits
from indexer.engines.outcome import Outcome
from indexer.engines.worker import Answer, Ties, serve
from indexer.errors import ResourceError
from indexer.forks import signals_held

_LOOK_SECONDS = 1.0
"""How often, at least, the supervisor looks after workers that say nothing."""
_SLEPT_SECONDS = 5.0
"""A look that is so late means that the supervisor itself was stopped: nobody was silent."""
_GOODBYE_SECONDS = 1.0

# Forked workers share the parent's pattern tables and compiled kernels. Elsewhere than on Linux a fork of
# a process with threads is unsafe, so workers start afresh and build their own.
_METHOD = "fork" if sys.platform == "linux" else "spawn"
_CONTEXT: Any = multiprocessing.get_context(_METHOD)


class _Slot:
    """One worker process, the pipe to it, and the task it has in hand."""

    def __init__(self, supervisor: _Supervisor) -> None:
        self.pipe, other_end = _CONTEXT.Pipe()
        self.counter = _CONTEXT.RawValue("Q", 0)
        ties = Ties(
            os.getpid(),
            threading.current_thread() is threading.main_thread(),
            supervisor.life_of_workers,
            self.counter,
            (self.pipe, *supervisor.own_ends()) if _METHOD == "fork" else (),
            supervisor.n_at_work,
        )
        self.process = _CONTEXT.Process(
            target=serve,
            args=(other_end, supervisor.work, supervisor.name, ties, supervisor.limits.memory_bytes),
            daemon=True,
        )
        self.memory_kills_before = n_out_of_memory_kills()
        with signals_held():
            self.process.start()
        other_end.close()
        self.task: int | None = None
        self.killed_because = ""
        self.heard_at = time.monotonic()
        self.stopped_since: float | None = None
        self._beats = 0

    def give(self, task: int) -> None:
        """Hand over a task; a worker that died meanwhile is noticed when its answer is read."""
        self.task = task
        self.start_clock()
        try:
            self.pipe.send(task)
        except OSError:
            self.process.kill()

    def start_clock(self) -> None:
        self.heard_at = time.monotonic()
        self.stopped_since = None

    def look_after(self, limits: WorkerLimits) -> None:
        """Kill the worker when it hangs or was stopped; its pipe then ends, as with any death."""
        now = time.monotonic()
        if self.counter.value != self._beats:
            self._beats = self.counter.value
            self.heard_at = now
        if not is_stopped(self.process.pid):
            self.stopped_since = None
        elif self.stopped_since is None:
            self.stopped_since = now
        if self.stopped_since is not None and now - self.stopped_since >= limits.stopped_seconds:
            self.killed_because = f"its process was stopped (SIGSTOP) for {limits.stopped_seconds:g} s"
        elif now - self.heard_at >= limits.silent_seconds:
            self.killed_because = f"its process hung: no sign of life for {limits.silent_seconds:g} s"
        if self.killed_because:
            self.process.kill()

    def receive(self) -> Answer | None:
        """Return the answer, or None where the worker died."""
        try:
            answer: Answer = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.task = None
        return answer

    def why_it_died(self) -> str:
        if self.killed_because:
            return self.killed_because
        kills = n_out_of_memory_kills() - self.memory_kills_before
        return cause_of(self.process.exitcode, memory_kills=kills)


class _Supervisor:
    """The slots, and what all workers are told."""

    def __init__(self, work: Callable[[int], Any], name: Callable[[int], str], limits: WorkerLimits) -> None:
        self.work = work
        self.n_at_work = _CONTEXT.RawValue("i", 0)
        self.name = name
        self.limits = limits
        self.life_of_workers, self._life = _CONTEXT.Pipe(duplex=False)
        self.slots: list[_Slot] = []
        self._look_seconds = min(_LOOK_SECONDS, limits.silent_seconds / 4, limits.stopped_seconds / 4)
        self._looked_at = time.monotonic()

    def own_ends(self) -> list[Connection]:
        """Return the ends of pipes that no worker may keep open."""
        return [self._life, *(slot.pipe for slot in self.slots)]

    def start(self) -> None:
        self.slots.append(_Slot(self))

    def ready(self) -> list[_Slot]:
        """Wait for answers and deaths, and look after who is silent; return whose pipe has something."""
        busy = [slot for slot in self.slots if slot.task is not None]
        ends = wait([slot.pipe for slot in busy], timeout=self._look_seconds)
        now = time.monotonic()
        slept = now - self._looked_at > _SLEPT_SECONDS + self._look_seconds
        self._looked_at = now
        for slot in busy:
            if slept:
                slot.start_clock()
            elif slot.pipe not in ends:
                slot.look_after(self.limits)
        return [slot for slot in busy if slot.pipe in ends]

    def bury(self, slot: _Slot) -> None:
        """Take a slot away whose worker is dead or of no more use."""
        self.slots.remove(slot)
        _end([slot])

    def end(self) -> None:
        _end(self.slots)
        self._life.close()
        self.life_of_workers.close()


def _end(slots: Sequence[_Slot]) -> None:
    """End workers: whoever has nothing in hand may leave by itself, all others are killed at once."""
    for slot in slots:
        if slot.task is not None:
            slot.process.kill()
        slot.pipe.close()
    deadline = time.monotonic() + _GOODBYE_SECONDS
    for slot in slots:
        slot.process.join(timeout=max(0.0, deadline - time.monotonic()))
        if slot.process.is_alive():
            slot.process.kill()
            slot.process.join()


def run_in_processes(
    work: Callable[[int], Any],
    tasks: Sequence[int],
    n_workers: int,
    name: Callable[[int], str],
    limits: WorkerLimits,
) -> Iterator[Outcome]:
    """Run tasks in worker processes; see `indexer.engines.run_tasks`."""
    waiting = deque(tasks)
    attempts = dict.fromkeys(tasks, 0)
    supervisor = _Supervisor(work, name, limits)
    try:
        while waiting or any(slot.task is not None for slot in supervisor.slots):
            n_busy = sum(slot.task is not None for slot in supervisor.slots)
            supervisor.n_at_work.value = min(n_workers, n_busy + len(waiting))
            while len(supervisor.slots) < supervisor.n_at_work.value:
                supervisor.start()
            for slot in supervisor.slots:
                if slot.task is None and waiting:
                    attempts[waiting[0]] += 1
                    slot.give(waiting.popleft())
            for slot in supervisor.ready():
                lost = slot.task
                answer = slot.receive()
                if answer is not None and not answer.out_of_memory:
                    yield Outcome(answer.task, answer.result, answer.error)
                    continue
                supervisor.bury(slot)
                why = slot.why_it_died() if answer is None else "it ran out of memory"
                killed = slot.process.exitcode == -signal.SIGKILL and not slot.killed_because
                if answer is not None or killed:
                    n_workers = max(1, n_workers - 1)
                if lost is None:
                    continue
                if attempts[lost] < limits.attempts:
                    waiting.appendleft(lost)
                else:
                    yield Outcome(lost, None, _given_up(name(lost), limits.attempts, why))
    finally:
        supervisor.end()


def _given_up(name: str, attempts: int, why: str) -> ResourceError:
    return ResourceError(
        f"given up after {attempts} attempts: {why}",
        path=name,
        fix="run again to try it anew, with fewer workers if memory is short; finished work is kept",
    )
