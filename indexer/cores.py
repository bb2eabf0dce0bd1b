"""How many cores this process may run on, and how many other processes of ours are at work on them."""

from __future__ import annotations

import os
from collections.abc import Callable


def _alone() -> int:
    return 1


_n_at_work: Callable[[], int] = _alone


def n_cores() -> int:
    """Return how many cores this process may run on, as ``taskset`` or a job sets them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_cores(n_at_work: Callable[[], int]) -> None:
    """Share the cores with other processes.

    Parameters
    ----------
    n_at_work : callable
        Tells how many are at work now, this one among them.
    """
    global _n_at_work  # noqa: PLW0603 a matter of the process
    _n_at_work = n_at_work


def has_idle_core() -> bool:
    """Tell whether a second thread of this process would have a core that no other process works on."""
    return n_cores() > _n_at_work()
