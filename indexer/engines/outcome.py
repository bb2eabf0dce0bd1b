"""What becomes of a task under any engine."""

from __future__ import annotations

from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """What became of one task: its result, or the exception that ended it."""

    task: int
    result: Any
    error: Exception | None
