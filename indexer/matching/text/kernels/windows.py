"""In which tokens a phrase could begin, and how far it would reach: from positions to windows.

Sequences are traversed from their end: windows then come in the order of where they end, and those that
overlap are joined on the way. So no place is searched twice, and an occurrence that several pairs tell of is
found once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.bisection import n_below
from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.kernels.block import Block, Row
from indexer.matching.text.kernels.pair_records import MOST_REACH, REACH_BITS
from indexer.matching.text.kernels.prefilter import (
    SEPARATOR_LENGTH,
    PrefilterScratch,
    TextPrefilter,
    keep_splits,
    scan,
)
from indexer.units import Int32Array, Int64Array, TokenIds

CHUNK = 1 << 16
"""Positions that are scanned before their windows are opened. With few of them, the tables of one question
drive those of the next out of the cache, again and again."""
_NEAR = 64
"""Ids between two sequences that are scanned for nothing rather than that the sequences are scanned apart."""

# What `find_windows` remembers between two calls: indices into its state.
ROW, CHUNK_STOP, IS_OPEN, FIRST, LAST, END = range(6)
STATE_SIZE = 6


class TextWindows(NamedTuple):
    """Buffers for windows.

    Attributes
    ----------
    row : array of int64
        Sequence number.
    first, last : array of int64
        Positions of the first and last token in which an occurrence may begin.
    end : array of int64
        Position behind the last token that has to be read.
    """

    row: Int64Array
    first: Int64Array
    last: Int64Array
    end: Int64Array


@leaf
def extend_left(length: Int32Array, ids: TokenIds, start: int, at: int, n_bytes: int) -> int:
    """Return the first position of tokens that with the one at `at` hold `n_bytes` left of its end."""
    last = length.shape[0] - 1
    known = int64(length[min(int64(ids[at]), last)])
    while known < n_bytes and at > start:
        n = int64(length[min(int64(ids[at - 1]), last)])
        if n == SEPARATOR_LENGTH:
            break
        at -= 1
        known += n
    return at


@leaf
def extend_right(length: Int32Array, ids: TokenIds, stop: int, at: int, n_bytes: int) -> int:
    """Return the position behind tokens from `at` on that hold `n_bytes`, or end in a separator."""
    last = length.shape[0] - 1
    known = int64(0)
    while known < n_bytes and at < stop:
        n = int64(length[min(int64(ids[at]), last)])
        at += 1
        if n == SEPARATOR_LENGTH:
            break
        known += n
    return at


@leaf
def close_window(state: Int64Array, windows: TextWindows, n: int) -> int:
    """Write down the open window; return how many there are."""
    if state[IS_OPEN]:
        windows.row[n] = state[ROW]
        windows.first[n] = state[FIRST]
        windows.last[n] = state[LAST]
        windows.end[n] = state[END]
        state[IS_OPEN] = 0
        n += 1
    return n


@leaf
def open_windows(
    table: TextPrefilter,
    row: Row,
    begin: int,
    end: int,
    scratch: PrefilterScratch,
    n_pairs: int,
    n_crossing: int,
    state: Int64Array,
    windows: TextWindows,
    n: int,
) -> int:
    """Open the windows of what was scanned in ``[begin, end)``, a part of one sequence, from its end on.

    Returns
    -------
    int
        Windows written down; the last one stays open, in `state`.
    """
    ids, start, stop = row
    length = table.length
    pairs, crossings = scratch.positions[:n_pairs], scratch.crossing[:n_crossing]
    first_pair = n_below(pairs, begin)
    pair = n_below(pairs, min(end, stop - 1))
    pair = keep_splits(table, row, first_pair, pair, scratch)
    first_crossing = n_below(crossings, begin)
    crossing = n_below(crossings, end)
    while pair > first_pair or crossing > first_crossing:
        if crossing > first_crossing and (
            pair == first_pair or scratch.crossing[crossing - 1] >= scratch.positions[pair - 1]
        ):
            crossing -= 1
            last = scratch.crossing[crossing]
            token = min(int64(ids[last]), table.sides.shape[0] - 1)
            reach = int64(table.crossing_reach)
            # The traversal counts the bytes of the crossing id itself.
            first = extend_left(length, ids, start, last, int64(length[token]) + reach)
        else:
            pair -= 1
            last = scratch.positions[pair]
            first = extend_left(length, ids, start, last, int64(scratch.info[pair] & np.uint64(MOST_REACH)))
            reach = int64((scratch.info[pair] >> REACH_BITS) & np.uint64(MOST_REACH))
        until = extend_right(length, ids, stop, last + 1, reach)
        if state[IS_OPEN] and last >= state[FIRST]:
            state[FIRST] = min(state[FIRST], first)
            state[END] = max(state[END], until)
            continue
        n = close_window(state, windows, n)
        state[IS_OPEN] = 1
        state[FIRST] = first
        state[LAST] = last
        state[END] = until
    return n


@leaf
def first_row_of_chunk(starts: Int64Array, stops: Int64Array, row: int) -> int:
    """Return the first of the rows up to `row` that ascend, lie close together and fit into one chunk.

    Rows that share more than one id share pairs of ids: those are not scanned together.
    """
    first = row
    while (
        first > 0
        and starts[first - 1] <= starts[first]
        and stops[first - 1] <= stops[first]
        and -1 <= starts[first] - stops[first - 1] <= _NEAR
        and stops[row] - starts[first - 1] <= CHUNK
    ):
        first -= 1
    return first


@uncounted
def find_windows(
    table: TextPrefilter, block: Block, scratch: PrefilterScratch, state: Int64Array, windows: TextWindows
) -> tuple[int, bool]:
    """Write down the windows of the sequences, from the last chunk of the last row on, while there is space.

    `state` holds the row and where its next chunk stops (-1: at its end); it is brought up to date. There
    must be space for two chunks.

    Returns
    -------
    n_windows : int
    done : bool
        Whether all rows are done.
    """
    ids, starts, stops = block
    n = int64(0)
    while state[ROW] >= 0:
        row = state[ROW]
        if n + CHUNK >= windows.row.shape[0]:
            return n, False
        if stops[row] - starts[row] <= CHUNK:
            first = first_row_of_chunk(starts, stops, row)
            n_pairs, n_crossing = scan(table, ids, starts[first], stops[row], scratch)
            while state[ROW] >= first:
                row = state[ROW]
                sequence = Row(ids, starts[row], stops[row])
                begin, end = sequence.start, sequence.stop
                n = open_windows(table, sequence, begin, end, scratch, n_pairs, n_crossing, state, windows, n)
                n = close_window(state, windows, n)
                state[ROW] = row - 1
            continue
        start, stop = starts[row], stops[row]
        end = stop if state[CHUNK_STOP] < 0 else state[CHUNK_STOP]
        begin = max(end - CHUNK, start)
        n_pairs, n_crossing = scan(table, ids, begin, end, scratch)
        sequence = Row(ids, start, stop)
        n = open_windows(table, sequence, begin, end, scratch, n_pairs, n_crossing, state, windows, n)
        state[CHUNK_STOP] = begin
        if begin == start:
            n = close_window(state, windows, n)
            state[ROW] = row - 1
            state[CHUNK_STOP] = -1
    return n, True
