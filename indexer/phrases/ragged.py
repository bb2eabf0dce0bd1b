"""Lists of unequal length in two arrays: all items one after another, and where each list begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.units import BoolArray, Int64Array

_FACTORS_SEED = 20
_ODD = np.uint64(1)


class Ragged(NamedTuple):
    """Lists of whole numbers.

    Attributes
    ----------
    items : array
        The items of all lists, one list after another.
    offsets : array of int64, shape (n_lists + 1,)
        List i is ``items[offsets[i]:offsets[i + 1]]``.
    """

    items: NDArray[Any]
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
    return Ragged(items, offsets_of(lengths))


def flatten(table: Ragged, picks: Ragged) -> Ragged:
    """Replace every pick by the list of `table` it names, and join the lists of each row of `picks`."""
    joined = select(table, picks.items)
    return Ragged(joined.items, joined.offsets[picks.offsets])


def select(table: Ragged, rows: NDArray[Any]) -> Ragged:
    """Return the lists of `table` that `rows` names, in that order."""
    offsets = offsets_of(table.lengths[rows])
    shifts = np.repeat(table.offsets[:-1][rows] - offsets[:-1], np.diff(offsets))
    return Ragged(table.items[shifts + np.arange(len(shifts))], offsets)


def join(tables: Sequence[Ragged]) -> Ragged:
    """Return the lists of one table after those of another."""
    items = np.concatenate([each.items for each in tables])
    return Ragged(items, offsets_of(np.concatenate([each.lengths for each in tables])))


def with_first(first: NDArray[Any], rest: Ragged, rows: NDArray[Any]) -> Ragged:
    """Return one list for each of `first`: it, then the list of `rest` that `rows` names."""
    lengths = 1 + rest.lengths[rows]
    offsets = offsets_of(lengths)
    items = np.empty(int(offsets[-1]), np.int64)
    is_first = np.zeros(len(items), bool)
    is_first[offsets[:-1]] = True
    items[is_first] = first
    items[~is_first] = select(rest, rows).items
    return Ragged(items, offsets)


def first_of_equals(owners: Int64Array, table: Ragged) -> Int64Array:
    """Return the numbers of the lists that equal no earlier list of the same owner, ascending.

    Lists are compared by a hash, and those of one hash item by item.

    Parameters
    ----------
    owners : array of int64, shape (n_lists,)
        Whose each list is.
    table : Ragged
        Lists of whole numbers from 0 to 2**32 - 1.
    """
    hashes = _hashes(owners, table)
    order = np.argsort(hashes, kind="stable")
    begins = np.ones(len(order), bool)
    begins[1:] = hashes[order[1:]] != hashes[order[:-1]]
    first = order[begins][np.cumsum(begins) - 1]
    if not _all_equal(owners, table, order[~begins], first[~begins]):
        return _first_one_by_one(owners, table)
    return np.sort(order[begins])


def _hashes(owners: Int64Array, table: Ragged) -> NDArray[np.uint64]:
    """Return a hash of each list and its owner: a sum of products, modulo 2**64."""
    lengths = table.lengths
    factors = np.random.default_rng(_FACTORS_SEED).integers(
        0, 2**64, int(lengths.max(initial=0)) + 2, np.uint64
    )
    factors |= _ODD
    within = np.arange(len(table.items)) - np.repeat(table.offsets[:-1], lengths)
    sums = np.zeros(len(table.items) + 1, np.uint64)
    np.cumsum((table.items.astype(np.uint64) + _ODD) * factors[within], out=sums[1:])
    of_items = sums[table.offsets[1:]] - sums[table.offsets[:-1]]
    mixed: NDArray[np.uint64] = (of_items ^ (of_items >> np.uint64(32))) * factors[-1]
    mixed += owners.astype(np.uint64) * factors[-2]
    return mixed


def _all_equal(owners: Int64Array, table: Ragged, some: Int64Array, others: Int64Array) -> bool:
    """Tell whether lists and owners of two selections are the same, one by one."""
    if not np.array_equal(owners[some], owners[others]):
        return False
    ours, theirs = select(table, some), select(table, others)
    return np.array_equal(ours.offsets, theirs.offsets) and np.array_equal(ours.items, theirs.items)


def _first_one_by_one(owners: Int64Array, table: Ragged) -> Int64Array:
    first: dict[tuple[int, bytes], int] = {}
    for number, owner in enumerate(owners.tolist()):
        items = table.items[table.offsets[number] : table.offsets[number + 1]]
        first.setdefault((owner, items.tobytes()), number)
    return np.fromiter(first.values(), np.int64, len(first))


def pieces_of_owners(owners: Int64Array, n_rows: int) -> list[slice]:
    """Cut ascending owners into slices of about `n_rows`, none of which parts the rows of one owner."""
    cuts = np.searchsorted(owners, owners[n_rows - 1 : -1 : n_rows], side="right")
    bounds = np.unique([0, *cuts.tolist(), len(owners)]).tolist()
    return [slice(start, stop) for start, stop in itertools.pairwise(bounds)]


def is_chosen(numbers: Int64Array, n_all: int) -> BoolArray:
    """Return for each number below `n_all` whether it is one of `numbers`."""
    chosen = np.zeros(n_all, bool)
    chosen[numbers] = True
    return chosen


def numbers_among(items: NDArray[Any]) -> Int64Array:
    """Return the whole numbers that stand among some, each once, ascending."""
    return np.flatnonzero(is_chosen(items, int(items.max(initial=-1)) + 1))


def offsets_of(lengths: Int64Array) -> Int64Array:
    """Return where lists of these lengths begin, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
