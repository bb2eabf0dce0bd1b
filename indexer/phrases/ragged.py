"""Lists of unequal length in two arrays: all items one after another, and where each list begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.units import Int64Array


class Ragged(NamedTuple):
    """Lists of whole numbers.

    Attributes
    ----------
    items : array
        The items of all lists, one list after another.
    offsets : array of int64, shape (n_lists + 1,)
        List i is ``items[offsets[i]:offsets[i + 1]]``.
    """

    items: NDArray[np.int64]
    offsets: Int64Array

    @property
    def lengths(self) -> Int64Array:
        """Return how long each list is."""
        return np.diff(self.offsets)


def ragged(lists: Iterable[Sequence[int]]) -> Ragged:
    """Pack lists."""
    held = list(lists)
    lengths = np.fromiter((len(each) for each in held), np.int64, len(held))
    total = int(lengths.sum())
    items = np.fromiter((item for each in held for item in each), np.int64, total)
    return Ragged(items, _offsets(lengths))


def flatten(table: Ragged, picks: Ragged) -> Ragged:
    """Replace every pick by the list of `table` it names, and join the lists of each row of `picks`."""
    lengths = table.lengths[picks.items]
    starts = table.offsets[:-1][picks.items]
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    within = np.arange(total) - np.repeat(ends - lengths, lengths)
    items = table.items[np.repeat(starts, lengths) + within]
    joined = np.concatenate([[0], ends])[picks.offsets]
    return Ragged(items, joined)


def with_first(first: Int64Array, rest: Ragged, rows: Int64Array) -> Ragged:
    """Return one list for each of `first`: it, then the list of `rest` that `rows` names."""
    lengths = 1 + rest.lengths[rows]
    offsets = _offsets(lengths)
    owner = np.repeat(np.arange(len(first)), lengths)
    within = np.arange(int(offsets[-1])) - offsets[owner]
    items = np.empty(int(offsets[-1]), np.int64)
    items[within == 0] = first
    later = within > 0
    items[later] = rest.items[rest.offsets[rows][owner[later]] + within[later] - 1]
    return Ragged(items, offsets)


def _offsets(lengths: Int64Array) -> Int64Array:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
