"""Counts end-of-document ids: of every sequence, and before occurrences."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import inlined, kernel
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array, TokenIds

_RUN = 1 << 15


@inlined
def ends_between(ids: TokenIds, start: int, stop: int, end: int) -> int:
    """Count the ids of a range that end a document."""
    n = int64(0)
    for first in range(start, stop, _RUN):
        # Of a slice the compiler knows that no index is negative; of 16 bits it counts 32 at a time.
        run = ids[first : min(first + _RUN, stop)]
        of_run = np.uint16(0)
        for k in range(run.size):
            of_run = np.uint16(of_run + np.uint16(run[k] == end))
        n += int64(of_run)
    return n


@kernel
def count_ends(
    ids: TokenIds, starts: Int64Array, stops: Int64Array, end: int, n_shared: int, of_rows: Int64Array
) -> None:
    """Fill in how many documents end in each sequence.

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
    of_rows : array of int64, shape (n_sequences,)
        Filled.
    """
    for row in range(starts.shape[0]):
        of_rows[row] = ends_between(ids, int64(starts[row]), int64(stops[row]) - n_shared, end)


@kernel
def count_ends_before(
    ids: TokenIds,
    starts: Int64Array,
    end: int,
    rows: Int64Array,
    offsets: Int32Array,
    before_rows: Int64Array,
    numbers: Int64Array,
) -> None:
    """Fill in how many documents end before each of some tokens.

    Parameters
    ----------
    ids, starts, end
        As of `count_ends`.
    rows, offsets : array of int64, array of int32
        The tokens, in order: their sequences, and where they stand in them.
    before_rows : array of int64, shape (n_sequences,)
        How many end before each sequence.
    numbers : array of int64
        Filled, one for each token.
    """
    row, at, n = int64(-1), int64(0), int64(0)
    for k in range(rows.shape[0]):
        if rows[k] != row:
            row = int64(rows[k])
            at, n = int64(starts[row]), int64(before_rows[row])
        place = int64(starts[row]) + int64(offsets[k])
        n += ends_between(ids, at, place, end)
        numbers[k] = n
        at = place
