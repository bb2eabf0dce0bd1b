"""Chance for the sample: the same seed gives the same choices on every machine and Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    """Seeded choices, all made from ``random()``, whose numbers Python promises never to change."""

    def __init__(self, seed: str) -> None:
        self._draw = random.Random(seed).random

    def below(self, n: int) -> int:
        """Return a whole number from 0 to ``n - 1``."""
        return int(self._draw() * n)

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Return one of `things`."""
        return things[int(self._draw() * len(things))]

    def chance(self, share: float) -> bool:
        """Return True in this share of the cases."""
        return self._draw() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, small ones as often as large ones ten times as wide."""
        return min(high, int(low * ((high + 1) / low) ** self._draw()))
