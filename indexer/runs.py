"""Sets of whole numbers as ascending half-open runs: a list of millions that is mostly all of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from indexer.units import BoolArray

Runs: TypeAlias = tuple[tuple[int, int], ...]
"""Half-open, ascending, not touching each other."""


def runs_of(chosen: BoolArray) -> Runs:
    """Return the numbers at which an array is true."""
    edges = np.flatnonzero(np.diff(chosen.astype(np.int8), prepend=0, append=0))
    return tuple((int(start), int(stop)) for start, stop in edges.reshape(-1, 2))


def mask_of(runs: Runs, n: int) -> BoolArray:
    """Return which of the numbers from 0 to n - 1 are in some runs."""
    mask = np.zeros(n, np.bool_)
    for start, stop in runs:
        mask[start:stop] = True
    return mask


def runs_of_numbers(numbers: Iterable[int]) -> Runs:
    """Return some numbers, ascending and each once, as runs."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return tuple(runs)


def common(one: Runs, other: Runs) -> Runs:
    """Return the numbers that are in both."""
    both = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return tuple((start, stop) for start, stop in both if start < stop)


def contains(runs: Runs, some: Runs) -> bool:
    """Tell whether all of some numbers are in some runs."""
    return count(common(runs, some)) == count(some)


def joined(one: Runs, other: Runs) -> Runs:
    """Return the numbers that are in either."""
    runs: list[tuple[int, int]] = []
    for start, stop in sorted((*one, *other)):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(stop, runs[-1][1]))
        else:
            runs.append((start, stop))
    return tuple(runs)


def portions(runs: Runs, n_portions: int) -> list[Runs]:
    """Return the numbers in so many portions of about the same size; fewer where there are not as many."""
    n, found = count(runs), list[Runs]()
    edges = [n * number // n_portions for number in range(n_portions + 1)]
    for low, high in pairwise(edges):
        portion, before = list[tuple[int, int]](), 0
        for start, stop in runs:
            first, last = max(low, before), min(high, before + stop - start)
            if first < last:
                portion.append((start + first - before, start + last - before))
            before += stop - start
        if portion:
            found.append(tuple(portion))
    return found


def others(runs: Runs, n: int) -> Runs:
    """Return the numbers from 0 to n - 1 that are not in some runs."""
    return runs_of(~mask_of(runs, n))


def count(runs: Runs) -> int:
    """Return how many numbers there are."""
    return sum(stop - start for start, stop in runs)


def holds(runs: Runs, number: int) -> bool:
    """Tell whether a number is in some runs."""
    return any(start <= number < stop for start, stop in runs)
