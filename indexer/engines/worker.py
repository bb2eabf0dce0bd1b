"""A worker process: runs tasks until its supervisor hangs up, and does not outlive it."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from indexer.cores import share_cores
from indexer.engines.heartbeat import beat, beat_on
from indexer.engines.memory import limit_memory
from indexer.foreign_errors import is_out_of_memory, translate
from indexer.forks import leave_signals_to_parent

_PR_SET_PDEATHSIG = 1


class Answer(NamedTuple):
    """What a worker sends back of a task."""

    task: int
    result: Any
    error: Exception | None
    out_of_memory: bool


class Ties(NamedTuple):
    """What ties a worker to its supervisor.

    Attributes
    ----------
    supervisor : int
        Process id of the supervisor.
    from_main_thread : bool
        Whether the main thread of the supervisor made this worker. Linux tells of the death of the thread.
    life : Connection
        Ends when the supervisor does, however it ends.
    counter : ctypes counter
        Moved on by every heartbeat.
    not_ours : sequence of Connection
        Ends of the supervisor that came along by fork; while one is open somewhere, nobody sees it end.
    n_at_work : ctypes number
        Workers that have a task in hand now: they share the cores.
    """

    supervisor: int
    from_main_thread: bool
    life: Connection
    counter: Any
    not_ours: Sequence[Connection]
    n_at_work: Any


def serve(
    pipe: Connection, work: Callable[[int], Any], name: Callable[[int], str], ties: Ties, memory: int | None
) -> None:
    """Run tasks until the supervisor hangs up or dies. Ctrl-C is the supervisor's to handle."""
    leave_signals_to_parent()
    _die_with(ties)
    beat_on(ties.counter)
    share_cores(lambda: int(ties.n_at_work.value))
    if memory is not None:
        limit_memory(memory)
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        beat()
        try:
            pipe.send(answer_of(task, work, name))
        except OSError:
            return


def answer_of(task: int, work: Callable[[int], Any], name: Callable[[int], str]) -> Answer:
    """Run a task, and return what is sent back of it: errors that survive the way, whatever it raises."""
    try:
        result = work(task)
        pickle.dumps(result)
        return Answer(task, result, None, False)
    except BaseException as error:  # panics of Rust libraries are no Exception
        known = translate(error, path=name(task))
        return Answer(task, None, known or _portable(error), is_out_of_memory(error))


def _portable(error: BaseException) -> Exception:
    """Return an exception that survives the way to the supervisor, with the place where it was raised."""
    place = traceback.format_exc()
    if isinstance(error, Exception):
        with suppress(Exception):
            error.add_note(place)
            pickle.loads(pickle.dumps(error))
            return error
    return RuntimeError(f"{type(error).__name__}: {error}\n{place}")


def _die_with(ties: Ties) -> None:
    """Have this process end as soon as its supervisor does."""
    for connection in ties.not_ours:
        connection.close()
    if sys.platform == "linux" and ties.from_main_thread:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if sys.platform == "linux" and os.getppid() != ties.supervisor:
        os._exit(1)  # it died before we could ask to be told
    threading.Thread(target=_leave_at_end_of, args=(ties.life,), daemon=True).start()


def _leave_at_end_of(life: Connection) -> None:
    with suppress(EOFError, OSError):
        life.recv()
    os._exit(1)
