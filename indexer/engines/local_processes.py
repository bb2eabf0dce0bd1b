"""Local worker processes under a supervisor that outlives them.

The pools of the standard library either hang for ever when a worker is killed for want of memory or fail
every pending task (measured; conventions of `multiprocessing.Pool` and `ProcessPoolExecutor`). Here each
slot is one process and one pipe: a death costs the task it had in hand, which is tried again with one worker
fewer, three times in all.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from indexer.engines.outcome import Outcome
from indexer.errors import ResourceError

MAX_ATTEMPTS = 3

# Forked workers share the parent's pattern tables and compiled kernels. Elsewhere than on Linux a fork of
# a process with threads is unsafe, so workers start afresh and build their own.
_CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


class _Slot:
    """One worker process, the pipe to it, and the task it has in hand."""

    def __init__(self, work: Callable[[int], Any]) -> None:
        self.pipe, other_end = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_serve, args=(other_end, work), daemon=True)
        self.process.start()
        other_end.close()
        self.task: int | None = None

    def give(self, task: int) -> None:
        self.task = task
        self.pipe.send(task)

    def end(self) -> None:
        self.process.terminate()
        self.process.join(timeout=4)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()


def run_in_processes(work: Callable[[int], Any], tasks: Sequence[int], n_workers: int) -> Iterator[Outcome]:
    """Run tasks in worker processes; see `indexer.engines.run_tasks`."""
    waiting = deque(tasks)
    attempts = dict.fromkeys(tasks, 0)
    slots = [_Slot(work) for _ in range(n_workers)]
    try:
        while waiting or any(slot.task is not None for slot in slots):
            for slot in slots:
                if slot.task is None and waiting:
                    task = waiting.popleft()
                    attempts[task] += 1
                    slot.give(task)
            ready = wait([slot.pipe for slot in slots if slot.task is not None])
            for slot in [slot for slot in slots if slot.pipe in ready]:
                outcome = _receive(slot)
                if outcome is not None:
                    yield outcome
                    continue
                lost = slot.task
                slot.end()
                slots.remove(slot)
                if lost is None:
                    continue
                if attempts[lost] >= MAX_ATTEMPTS:
                    yield Outcome(lost, None, _died(lost, slot.process.exitcode))
                else:
                    waiting.appendleft(lost)
            if not slots and waiting:
                slots.append(_Slot(work))
    finally:
        for slot in slots:
            slot.end()


def _receive(slot: _Slot) -> Outcome | None:
    try:
        task, result, error = slot.pipe.recv()
    except (EOFError, ConnectionResetError):
        return None
    slot.task = None
    return Outcome(task, result, error)


def _died(task: int, exit_code: int | None) -> ResourceError:
    cause = "most likely killed for want of memory" if exit_code == -signal.SIGKILL else "a crash"
    return ResourceError(
        f"the worker of task {task} died {MAX_ATTEMPTS} times (exit code {exit_code}: {cause})",
        fix="run again with fewer workers; finished work is kept",
    )


def _serve(pipe: Connection, work: Callable[[int], Any]) -> None:
    """Run tasks until the supervisor hangs up. Ctrl-C is the supervisor's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        try:
            task = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        answer: tuple[int, Any, Exception | None]
        try:
            answer = (task, work(task), None)
        except Exception as error:
            answer = (task, None, error)
        try:
            pipe.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return
        except Exception as error:  # a result or exception that cannot be pickled
            pipe.send((task, None, RuntimeError(f"{type(error).__name__}: {error}; from {answer[2]!r}")))
