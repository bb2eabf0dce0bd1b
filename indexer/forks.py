"""Signals around a fork: in the child they are the parent's to handle, from its first instruction on.

A terminal tells all processes of a command at once. A child that still has the handlers of its parent would
leave with a traceback, or tell the parent's thread (`indexer.cli.leaving`) of a signal that was not for it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = {signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])}


_forking: list[bool] = []


def is_forking() -> bool:
    """Tell whether a fork is under way: Python passes over what a handler raises among its hooks."""
    return bool(_forking)


@contextmanager
def signals_held() -> Iterator[None]:
    """Have signals wait while a process is forked; the child lets them in with `leave_signals_to_parent`."""
    _forking.append(True)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        _forking.pop()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_signals_to_parent() -> None:
    """Pass over Ctrl-C, which is for the parent, and end by the others, but by those that were ignored."""
    _forking.clear()
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        if number == signal.SIGINT:
            signal.signal(number, signal.SIG_IGN)
        elif signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
