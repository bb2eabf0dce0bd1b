"""The sign of life of a worker: a counter in shared memory that the work itself moves on.

A thread that beats beside the work would go on beating while the work hangs.
"""

from __future__ import annotations

from typing import Any

_counter: Any = None


def beat() -> None:
    """Say that the work goes on; called by the work every second or so, and without effect elsewhere."""
    if _counter is not None:
        _counter.value += 1


def beat_on(counter: Any) -> None:
    """Have `beat` move on a shared counter; called once, by a worker process."""
    global _counter  # noqa: PLW0603
    _counter = counter
