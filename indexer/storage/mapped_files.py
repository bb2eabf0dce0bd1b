"""What becomes of a process whose memory-mapped file is made shorter: it says which file it was, and ends.

The system answers a look behind the end of a mapped file with SIGBUS, which ends a process without a word.
Workers die of it and their supervisor says why. A command that plans, or shows a place, has nobody to tell:
it handles the signal itself. Reading into buffers instead costs nearly as much as the search, and memory for
an index of gigabytes.

The handler runs where the fault was: in the midst of a copy from the map, not of an allocation or of the
interpreter. It looks which file is shorter, writes one line, and ends the process; nothing else can be done.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from indexer.errors import ExposureError, InputError, StateError

_mapped: dict[str, tuple[str, int]] = {}
"""Name and bytes of each local file that was mapped, by its path."""
_leave: Callable[[ExposureError], None] | None = None
_installed: list[Any] = []
"""The handler: while it is installed it must not be collected."""


@contextmanager
def leaving_when_truncated(leave: Callable[[ExposureError], None]) -> Iterator[None]:
    """Have this process end in one line where a file that it has mapped becomes shorter.

    Parameters
    ----------
    leave : callable
        Says what happened and ends the process at once.
    """
    global _leave  # noqa: PLW0603 signals are those of the process
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGBUS"):
        yield
        return
    _leave = leave
    _mapped.clear()
    try:
        yield
    finally:
        _leave = None
        if _installed:
            _set_handler(None)
            _installed.clear()


def mapped(path: str, name: str, n_bytes: int) -> None:
    """Hear of a local file that is going to be mapped."""
    _mapped[path] = (name, n_bytes)
    if _leave is not None and not _installed:
        handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(_handler_of(os.getpid()))
        _installed.append(handler)
        _set_handler(handler)


def _set_handler(handler: Any) -> None:
    """Set the handler of the system itself: one of Python's would run after the read that fails for ever."""
    library = ctypes.CDLL(None)
    library.signal.restype = ctypes.c_void_p
    library.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
    library.signal(signal.SIGBUS, ctypes.cast(handler, ctypes.c_void_p) if handler else None)


def _handler_of(owner: int) -> Callable[[int], None]:
    def handle(_: int) -> None:
        if os.getpid() == owner and _leave is not None:
            _leave(_what_happened())
        _set_handler(None)  # a worker: the read fails again, and it dies of it

    return handle


def _what_happened() -> ExposureError:
    for path, (name, n_bytes) in list(_mapped.items()):
        now = 0
        with suppress(OSError):
            now = os.stat(path).st_size  # noqa: PTH116  as little code as will do
        if now < n_bytes:
            return StateError(
                f"became shorter while it was read: it holds {now:,} bytes, and held {n_bytes:,}",
                path=name,
                fix="wait until it is written, or bring it back, and run again",
            )
    return InputError(
        "a memory-mapped file cannot be read (SIGBUS)",
        expected="files that can be read in whole",
        fix="look at the disk they lie on",
    )
