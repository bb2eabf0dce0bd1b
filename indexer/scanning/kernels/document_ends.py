"""Counts end-of-document ids before occurrences: one walk over the ids of a batch."""

from __future__ import annotations

from indexer.jit.compile import inlined, kernel
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array, TokenIds


@inlined
def ends_between(ids: TokenIds, start: int, stop: int, end: int) -> int:
    """Count the ids of a range that end a document."""
    n = int64(0)
    # Of a slice the compiler knows that no index is negative, and compares many ids at a time.
    run = ids[start : max(start, stop)]
    for k in range(run.size):
        n += int64(run[k] == end)
    return n


@kernel
def count_ends(
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    end: int,
    n_shared: int,
    rows: Int64Array,
    offsets: Int32Array,
    n_before: int,
    numbers: Int64Array,
) -> int:
    """Fill in how many documents end before each of some tokens; return how many after all sequences.

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
    rows, offsets : array of int64, array of int32
        The tokens, in order: their sequences, and where they stand in them.
    n_before : int
        Documents that ended before the first sequence.
    numbers : array of int64
        Filled, one for each token.
    """
    n, k = int64(n_before), int64(0)
    for row in range(starts.shape[0]):
        at = int64(starts[row])
        while k < rows.shape[0] and rows[k] == row:
            place = int64(starts[row]) + int64(offsets[k])
            n += ends_between(ids, at, place, end)
            numbers[k] = n
            at = place
            k += 1
        n += ends_between(ids, at, int64(stops[row]) - n_shared, end)
    return n
