"""Finds end-of-document ids, and counts those before occurrences."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import inlined, kernel
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array, TokenIds

_RUN = 1 << 10
"""Ids that are asked together whether a document ends among them; most runs hold no end, or few."""
_SHORT_RUN = 1 << 7
"""Ids that are asked together in a run that holds an end."""


@inlined
def holds_end(ids: TokenIds, first: int, stop: int, end: int) -> bool:
    """Tell whether an id of a run, of fewer than 65,536, ends a document."""
    # Of a slice the compiler knows that no index is negative; of 16 bits it counts 32 at a time.
    run = ids[first:stop]
    n = np.uint16(0)
    for k in range(run.size):
        n = np.uint16(n + np.uint16(run[k] == end))
    return bool(n)


@inlined
def find_between(ids: TokenIds, start: int, stop: int, end: int, found: Int64Array, n: int) -> int:
    """Append the places of a range that hold an end to the `n` that were found; return how many they are."""
    for first in range(start, stop, _RUN):
        last = min(first + _RUN, stop)
        if not holds_end(ids, first, last, end):
            continue
        for short in range(first, last, _SHORT_RUN):
            short_last = min(short + _SHORT_RUN, last)
            if holds_end(ids, short, short_last, end):
                for place in range(short, short_last):
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
        The id that ends a document.
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
        # One range: sequences may be short, and a run that is cut is asked more slowly.
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
