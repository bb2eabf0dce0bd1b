"""From hits of the automaton to occurrences: borders tested, ordered, each place once a phrase."""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.kernels.block import Block, Row
from indexer.matching.kernels.borders import NeighbourTable, is_word_bounded
from indexer.matching.kernels.matches import Matches, copy_match, is_before, put_match
from indexer.units import Int32Array, Int64Array, Uint8Array

LENGTH, SKIP, RULES, PHRASE = 0, 1, 2, 3
"""Columns of a pattern table, an array of int32 with four numbers a pattern that lie in one cache line.

The ids in the pattern; those at its beginning that spell nothing but white space, behind which the occurrence
begins; the border rules it has to keep, see `borders.is_word_bounded`; the phrase it stands for.
"""


_EXCHANGES_EACH = 16
_CROWD = 64


@leaf
def exchange(found: Matches, a: int, b: int) -> None:
    """Exchange two occurrences of one row."""
    found.phrase[a], found.phrase[b] = found.phrase[b], found.phrase[a]
    found.token_offset[a], found.token_offset[b] = found.token_offset[b], found.token_offset[a]
    found.n_tokens[a], found.n_tokens[b] = found.n_tokens[b], found.n_tokens[a]


@leaf
def sort_every(found: Matches, first: int, last: int, step: int, exchanges_left: int) -> bool:
    """Order every step-th of the occurrences ``[first, last)`` of a row by insertion.

    Gives up, and returns False, where that takes more exchanges than are left.
    """
    for k in range(first + step, last):
        at = int64(k)
        while at >= first + step and is_before(found, at, found, at - step):
            exchange(found, at, at - step)
            at -= step
            exchanges_left -= 1
            if exchanges_left < 0:
                return False
    return True


@leaf
def sort_row(found: Matches, first: int, last: int) -> None:
    """Order the occurrences ``[first, last)`` of a row.

    They come ordered by their ends, so with phrases of a few ids none has far to go. Where many have, wide
    steps come first.
    """
    step = int64(1)
    while not sort_every(found, first, last, step, _EXCHANGES_EACH * (last - first)):
        step = 3 * step + 1
    while step > 1:
        step //= 3
        sort_every(found, first, last, step, int64(last - first) * (last - first))


class OrderScratch(NamedTuple):
    """Scratch to order the occurrences of a row: how many begin where, and copies."""

    n_before: Int64Array
    phrase: Int32Array
    n_tokens: Int32Array


@leaf
def order_crowd(found: Matches, first: int, last: int, scratch: OrderScratch) -> bool:
    """Order the occurrences ``[first, last)`` of a row by counting, where they are many for their room.

    In a run of one id patterns of several lengths end at each position, so that each has some others to pass.

    Returns
    -------
    bool
        Whether they are ordered; False where they are few, or in order already.
    """
    low = high = int64(found.token_offset[first])
    in_order = True
    for k in range(first + 1, last):
        low, high = min(low, int64(found.token_offset[k])), max(high, int64(found.token_offset[k]))
        in_order = in_order and not is_before(found, k, found, k - 1)
    span, n = high - low + 1, last - first
    if in_order or n < _CROWD or span > 2 * n or span >= scratch.n_before.shape[0]:
        return in_order
    for k in range(span + 1):
        scratch.n_before[k] = 0
    for k in range(first, last):
        scratch.n_before[found.token_offset[k] - low + 1] += 1
    for k in range(span):
        scratch.n_before[k + 1] += scratch.n_before[k]
    for k in range(first, last):
        offset = found.token_offset[k] - low
        at = scratch.n_before[offset]
        scratch.n_before[offset] += 1
        scratch.phrase[at], scratch.n_tokens[at] = found.phrase[k], found.n_tokens[k]
    at = int64(0)
    for offset in range(span):
        for k in range(at, scratch.n_before[offset]):
            found.phrase[first + k], found.n_tokens[first + k] = scratch.phrase[k], scratch.n_tokens[k]
            found.token_offset[first + k] = low + offset
        at = max(at, scratch.n_before[offset])
    return False


@leaf
def are_apart(found: Matches, first: int, last: int) -> bool:
    """Return whether occurrences of a row are in order, no two of a phrase at one place."""
    for k in range(first + 1, last):
        offset, before = found.token_offset[k], found.token_offset[k - 1]
        if offset < before or (offset == before and found.phrase[k] <= found.phrase[k - 1]):
            return False
    return True


@leaf
def keep_shortest(found: Matches, n_found: int, scratch: OrderScratch) -> int:
    """Order the occurrences, rows ascending already, by (offset, phrase); keep the shortest of each.

    Returns
    -------
    int
        How many are kept.
    """
    kept = first = int64(0)
    while first < n_found:
        last = first + 1
        while last < n_found and found.row[last] == found.row[first]:
            last += 1
        if kept == first and are_apart(found, first, last):
            kept = first = last
            continue
        if not order_crowd(found, first, last, scratch):
            sort_row(found, first, last)
        for at in range(first, last):
            if (
                at > first
                and found.token_offset[at] == found.token_offset[kept - 1]
                and found.phrase[at] == found.phrase[kept - 1]
            ):
                continue
            copy_match(found, at, found, kept)
            kept += 1
        first = last
    return kept


class HitScratch(NamedTuple):
    """Space for hits, and for what becomes of them.

    Attributes
    ----------
    hits : HitBuffer
        What a search writes.
    found : Matches
        Occurrences; they are written over the hits they come from, and share their columns.
    order : OrderScratch
        Space to order them.
    window : array of uint8
        Space for `borders.WINDOW_BYTES` bytes.
    """

    hits: HitBuffer
    found: Matches
    order: OrderScratch
    window: Uint8Array


@uncounted
def verify_hits(
    patterns: Int32Array, neighbours: NeighbourTable, block: Block, n_hits: int, scratch: HitScratch
) -> int:
    """Turn hits, rows ascending, into ordered occurrences that keep their border rules; return how many.

    Parameters
    ----------
    patterns : array of int32, shape (n_patterns, 4)
        See `indexer.matching.ids.pattern_table.pattern_table`.
    neighbours : NeighbourTable
        What stands beside each id.
    block : Block
        The sequences.
    n_hits : int
        How many hits there are.
    scratch : HitScratch
        Holds them, and takes the occurrences.
    """
    hits, found = scratch.hits, scratch.found
    kept = int64(0)
    for hit in range(n_hits):
        pattern = hits.pattern[hit]
        row = hits.row[hit]
        length = int64(patterns[pattern, LENGTH])
        offset = int64(hits.end[hit]) - length
        rules = int64(patterns[pattern, RULES])
        if rules != 0:
            sequence = Row(block.ids, int64(block.starts[row]), int64(block.stops[row]))
            first = sequence.start + offset
            if not is_word_bounded(neighbours, rules, sequence, first, first + length, scratch.window):
                continue
        skip = int64(patterns[pattern, SKIP])
        kept = put_match(found, kept, patterns[pattern, PHRASE], row, offset + skip, length - skip)
    return keep_shortest(found, kept, scratch.order)
