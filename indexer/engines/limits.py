"""What a worker process may take, and how long it may be silent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerLimits:
    """What a worker process may take, and how long it may be silent.

    Attributes
    ----------
    attempts : int
        How often a task is tried before it is given up.
    silent_seconds : float
        A worker that has a task in hand and gives no heartbeat for so long hangs, and is killed.
    stopped_seconds : float
        A worker that was stopped (SIGSTOP) is killed after so long; Linux only, elsewhere it is silent.
    memory_bytes : int or None
        What a worker may take beyond what it inherits; Linux only. None: no limit.
    """

    attempts: int = 3
    silent_seconds: float = 600.0
    stopped_seconds: float = 15.0
    memory_bytes: int | None = None
