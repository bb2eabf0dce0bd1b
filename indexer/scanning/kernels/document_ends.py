"""Finds end-of-document ids, and counts those before occurrences."""

from __future__ import annotations

import numpy as np

from indexer.jit.bit_counting import lowest_bit
from indexer.jit.compile import inlined, kernel
from indexer.jit.equal_ids import equal_ids
from indexer.jit.numbers import int64
from indexer.jit.simd import LANES
from indexer.units import Int32Array, Int64Array, TokenIds


@inlined
def find_between(ids: TokenIds, start: int, stop: int, end: int, found: Int64Array, n: int) -> int:
    """Append the places of a range that hold an end to the `n` that were found; return how many they are."""
    whole = start + max(stop - start, 0) // LANES * LANES
    for first in range(start, whole, LANES):
        bits = equal_ids(ids, first, end)
        while bits:
            found[n] = first + int64(lowest_bit(bits))
            n += 1
            bits &= bits - np.uint64(1)
    for place in range(whole, stop):
        if ids[place] == end:
            found[n] = place
            n += 1
    return n


@inlined
def follow_each_other(starts: Int64Array, stops: Int64Array, n_shared: int) -> bool:
    """Tell whether each sequence begins where what counts of the one before stops."""
    for row in range(starts.shape[0]):
        if stops[row] - n_shared < starts[row]:
            return False
        if row and starts[row] != stops[row - 1] - n_shared:
            return False
    return True


@kernel
def find_ends(
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    end: int,
    n_shared: int,
    rows: Int64Array,
    offsets: Int64Array,
) -> int:
    """Find the ids that end documents.

    Parameters
    ----------
    ids : array of uint16 or uint32
        Token ids.
    starts, stops : array of int64, shape (n_sequences,)
        Half-open range of each sequence.
    end : int
        The id that ends a document, one that these can be.
    n_shared : int
        Ids at the end of each sequence that belong to another one.
    rows, offsets : array of int64
        Filled in, in order: the sequence of each end, and where it stands in it. As long as all sequences.

    Returns
    -------
    int
        How many there are.
    """
    n = int64(0)
    n_rows = starts.shape[0]
    if n_rows and follow_each_other(starts, stops, n_shared):
        # One range: sequences may be short, and what is left of 64 ids is asked one by one.
        n = find_between(ids, int64(starts[0]), int64(stops[n_rows - 1]) - n_shared, end, offsets, n)
        row = int64(0)
        for k in range(n):
            while offsets[k] >= stops[row] - n_shared:
                row += 1
            rows[k] = row
            offsets[k] -= starts[row]
        return n
    for row in range(n_rows):
        before = n
        n = find_between(ids, int64(starts[row]), int64(stops[row]) - n_shared, end, offsets, n)
        for k in range(before, n):
            rows[k] = row
            offsets[k] -= starts[row]
    return n


@kernel
def count_ends_before(
    end_rows: Int64Array,
    end_offsets: Int64Array,
    n_before: int,
    rows: Int64Array,
    offsets: Int32Array,
    numbers: Int64Array,
) -> None:
    """Fill in how many documents end before each of some tokens.

    Parameters
    ----------
    end_rows, end_offsets : array of int64
        The ends, in order: their sequences, and where they stand in them.
    n_before : int
        How many end before the first sequence.
    rows, offsets : array of int64, array of int32
        The tokens, in order, in the same way.
    numbers : array of int64
        Filled, one for each token.
    """
    n = int64(0)
    for k in range(rows.shape[0]):
        row, offset = int64(rows[k]), int64(offsets[k])
        while n < end_rows.shape[0] and (
            end_rows[n] < row or (end_rows[n] == row and end_offsets[n] < offset)
        ):
            n += 1
        numbers[k] = n_before + n
