"""How a command leaves when it is told to: by an exception, or, where nobody listens, at once after a while.

Python handles a signal between two of its own instructions. While a library works (DuckDB merges, Arrow
reads, a kernel is compiled) nothing happens; a thread then ends the process, and workers end with it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from indexer.forks import is_forking

GRACE_SECONDS = 3.5
"""How long a command may take to leave by itself."""
_SOON_SECONDS = 0.02
"""How long a signal waits that came at a bad moment."""
THREAD_NAME = "signal_watch"
"""Its name in the system: it holds nothing that a fork would need; see `indexer.exposure.query_start`."""

_SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
_RESUMABLE = ("index", "scan", "merge")


class ToldToLeaveError(BaseException):
    """A signal came; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def farewell(number: int, words: list[str]) -> str:
    """Return the line that is said on leaving."""
    name = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
    command = next((word for word in words if not word.startswith("-")), "")
    if command in _RESUMABLE:
        return f"exposure: {name}; ranges that were scanned are kept, run again to go on"
    return f"exposure: {name}"


def number_told() -> int:
    """Return the signal that told the command to leave, 0 where none did.

    An exception in the middle of a library may come out of it as another one: DuckDB makes a RuntimeError.
    """
    return _told[0] if _told else 0


_told: list[int] = []


def _raise(number: int, frame: FrameType | None) -> None:
    _told.append(number)
    _raise_where_it_is_heard(signal.SIGALRM, frame)


def _raise_where_it_is_heard(_: int, frame: FrameType | None) -> None:
    """Raise now or soon: not while a process is forked, nor in an import.

    What is raised among the hooks of a fork is passed over; compiled modules abort in their import.
    """
    if is_forking() or _is_import(frame):
        signal.setitimer(signal.ITIMER_REAL, _SOON_SECONDS)
    elif _told:
        raise ToldToLeaveError(_told[0])


def _is_import(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _is_to_be_ignored(number: int) -> bool:
    """Tell whether who started this wants it to outlive the terminal (``nohup``)."""
    return number == getattr(signal, "SIGHUP", None) and signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def leaving_when_told(words: list[str]) -> Iterator[None]:
    """Have signals raise `ToldToLeaveError`; a second one, or a deaf process, ends at once.

    Only in the main thread of a process of its own; elsewhere signals are others' affair.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _told.clear()
    before = {number: signal.signal(number, _raise) for number in _SIGNALS if not _is_to_be_ignored(number)}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, _raise_where_it_is_heard)
    heard, told = os.pipe()
    os.set_blocking(told, False)
    wakeup = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_end_when_deaf, args=(heard, words), daemon=True).start()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(told)  # which ends the thread


def _end_when_deaf(heard: int, words: list[str]) -> None:
    with suppress(OSError), open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as file:
        file.write(THREAD_NAME)
    number = _next_signal(heard)
    if number:
        over = threading.Event()
        timer = threading.Timer(GRACE_SECONDS, _end, (number, words, over))
        timer.daemon = True
        timer.start()
        again = _next_signal(heard)
        over.set()
        if again:
            _end(again, words, threading.Event())
        timer.cancel()
    os.close(heard)


def _next_signal(heard: int) -> int:
    """Wait for a signal that ends processes; 0: the command is over."""
    while True:
        data = os.read(heard, 1)
        if not data or data[0] in _SIGNALS:
            return data[0] if data else 0


def _end(number: int, words: list[str], over: threading.Event) -> None:
    if not over.is_set():
        with suppress(OSError):
            os.write(2, f"{farewell(number, words)}\n".encode())
        os._exit(128 + number)


def open_closed_streams() -> None:
    """Have closed standard streams (``>&-``) hold something, so that no file of ours takes their number."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != descriptor:
                os.dup2(nothing, descriptor)
                os.close(nothing)
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, "r" if descriptor == 0 else "w", closefd=False))  # noqa: SIM115


def nobody_reads() -> bool:
    """Tell whether who read our output has left, as ``head`` does."""
    import select

    if not hasattr(select, "poll"):
        return True
    for descriptor in (1, 2):
        poll = select.poll()
        poll.register(descriptor, 0)
        with suppress(OSError):
            if any(events & select.POLLERR for _, events in poll.poll(0)):
                return True
    return False
