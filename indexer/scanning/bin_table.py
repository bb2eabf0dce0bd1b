"""Holds exposure counts by phrase and bin: an array while that is small, else a hash table that grows."""

from __future__ import annotations

import numpy as np

from indexer.scanning.kernels.exposures import BinTable, copy_bins
from indexer.units import Int64Array, Uint64Array

MAX_DENSE_CELLS = 1 << 20
_FIRST_SLOTS = 1 << 10


def new_bins(n_phrases: int, n_bins: int) -> BinTable:
    """Return the empty table of so many phrases and bins."""
    if n_phrases * n_bins <= MAX_DENSE_CELLS:
        return BinTable(np.empty(0, np.int64), np.zeros(n_phrases * n_bins, np.uint64), np.zeros(1, np.int64))
    return _hashed(_FIRST_SLOTS)


def grown_bins(bins: BinTable, n_more: int) -> BinTable:
    """Return the table, or a larger one with the same counts, with room for so many bins more."""
    n_slots = len(bins.keys)
    if not n_slots or int(bins.n_used[0]) + n_more <= n_slots // 2:
        return bins
    larger = _hashed(1 << (2 * (int(bins.n_used[0]) + n_more)).bit_length())
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        copy_bins(bins, larger)
    return larger


def nonzero_bins(bins: BinTable) -> tuple[Int64Array, Uint64Array]:
    """Return the keys, ascending, and counts of all bins with exposures."""
    slots = np.flatnonzero(bins.counts)
    if not len(bins.keys):
        return slots, bins.counts[slots]
    keys = bins.keys[slots]
    order = np.argsort(keys)
    return keys[order], bins.counts[slots[order]]


def _hashed(n_slots: int) -> BinTable:
    return BinTable(np.full(n_slots, -1, np.int64), np.zeros(n_slots, np.uint64), np.zeros(1, np.int64))
