"""How many cores this process may run on, and how many other processes of ours it shares them with."""

from __future__ import annotations

import os

_n_sharing = 1


def n_cores() -> int:
    """Return how many cores this process may run on, as ``taskset`` or a job sets them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_cores(n_processes: int) -> None:
    """Hear that so many processes, this one among them, work at the same time."""
    global _n_sharing  # noqa: PLW0603 a matter of the process
    _n_sharing = n_processes


def has_idle_core() -> bool:
    """Tell whether a second thread of this process would have a core that no other process works on."""
    return n_cores() > _n_sharing
