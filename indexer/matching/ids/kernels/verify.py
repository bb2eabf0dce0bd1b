"""From hits of the automaton to occurrences: borders tested, ordered, each place once a phrase."""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.kernels.block import Block, Row
from indexer.matching.kernels.borders import (
    LEFT_BORDER,
    NO_POSSESSIVE,
    RIGHT_BORDER,
    NeighbourTable,
    is_word_bounded,
)
from indexer.matching.kernels.matches import MatchRuns, copy_run, put_run
from indexer.units import Int32Array, Int64Array, Uint8Array

LENGTH, SKIP, RULES, PHRASE = 0, 1, 2, 3
"""Columns of a pattern table, an array of int32 with four numbers a pattern that lie in one cache line.

The ids in the pattern; those at its beginning that spell nothing but white space, behind which the occurrence
begins; the border rules it has to keep, see `borders.is_word_bounded`, and `MAY_DOUBLE` and `TOGETHER`; the
phrase it stands for.
"""
BORDER_RULES = LEFT_BORDER | RIGHT_BORDER | NO_POSSESSIVE
MAY_DOUBLE, TOGETHER = 8, 16
"""Among the rules: another form of the phrase may begin at the same place; if not, and if inside a run of one
id all occurrences keep the border rules or none does, they are told together.
"""


_EXCHANGES_EACH = 16
_CROWD = 64


@leaf
def is_before(found: MatchRuns, i: int, j: int) -> bool:
    """Return whether an occurrence of a row is to be told before another one."""
    if found.token_offset[i] != found.token_offset[j]:
        return bool(found.token_offset[i] < found.token_offset[j])
    if found.phrase[i] != found.phrase[j]:
        return bool(found.phrase[i] < found.phrase[j])
    return bool(found.n_tokens[i] < found.n_tokens[j])


@leaf
def exchange(found: MatchRuns, a: int, b: int) -> None:
    """Exchange two occurrences of one row."""
    found.phrase[a], found.phrase[b] = found.phrase[b], found.phrase[a]
    found.token_offset[a], found.token_offset[b] = found.token_offset[b], found.token_offset[a]
    found.n_tokens[a], found.n_tokens[b] = found.n_tokens[b], found.n_tokens[a]
    found.times[a], found.times[b] = found.times[b], found.times[a]


@leaf
def sort_every(found: MatchRuns, first: int, last: int, step: int, exchanges_left: int) -> bool:
    """Order every step-th of the occurrences ``[first, last)`` of a row by insertion.

    Gives up, and returns False, where that takes more exchanges than are left.
    """
    for k in range(first + step, last):
        at = int64(k)
        while at >= first + step and is_before(found, at, at - step):
            exchange(found, at, at - step)
            at -= step
            exchanges_left -= 1
            if exchanges_left < 0:
                return False
    return True


@leaf
def sort_row(found: MatchRuns, first: int, last: int) -> None:
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
    times: Int32Array


@leaf
def order_crowd(found: MatchRuns, first: int, last: int, scratch: OrderScratch) -> bool:
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
        in_order = in_order and not is_before(found, k, k - 1)
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
        scratch.times[at] = found.times[k]
    at = int64(0)
    for offset in range(span):
        for k in range(at, scratch.n_before[offset]):
            found.phrase[first + k], found.n_tokens[first + k] = scratch.phrase[k], scratch.n_tokens[k]
            found.token_offset[first + k], found.times[first + k] = low + offset, scratch.times[k]
        at = max(at, scratch.n_before[offset])
    return False


@leaf
def are_apart(found: MatchRuns, first: int, last: int) -> bool:
    """Return whether occurrences of a row are in order, no two of a phrase at one place."""
    for k in range(first + 1, last):
        offset, before = found.token_offset[k], found.token_offset[k - 1]
        if offset < before or (offset == before and found.phrase[k] <= found.phrase[k - 1]):
            return False
    return True


@leaf
def keep_shortest(found: MatchRuns, n_found: int, scratch: OrderScratch) -> int:
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
            copy_run(found, at, found, kept)
            kept += 1
        first = last
    return kept


class HitScratch(NamedTuple):
    """Space for hits, and for what becomes of them.

    Attributes
    ----------
    hits : HitBuffer
        What a search writes.
    found : MatchRuns
        Occurrences; they are written over the hits they come from, and share their columns.
    order : OrderScratch
        Space to order them.
    window : array of uint8
        Space for `borders.WINDOW_BYTES` bytes.
    """

    hits: HitBuffer
    found: MatchRuns
    order: OrderScratch
    window: Uint8Array


@uncounted
def verify_hits(
    patterns: Int32Array,
    neighbours: NeighbourTable,
    block: Block,
    n_hits: int,
    in_order: int,
    scratch: HitScratch,
) -> int:
    """Turn hits, rows ascending, into occurrences that keep their border rules; return how many.

    Each place is told once a phrase. They are put in order only if it is asked for, or if a phrase may begin
    twice at one place.

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
    in_order : int
        Other than 0: occurrences are put in order.
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
        if rules & BORDER_RULES:
            sequence = Row(block.ids, int64(block.starts[row]), int64(block.stops[row]))
            first = sequence.start + offset
            if not is_word_bounded(neighbours, rules, sequence, first, first + length, scratch.window):
                continue
        in_order |= rules & MAY_DOUBLE
        skip = int64(patterns[pattern, SKIP])
        kept = put_run(
            found, kept, patterns[pattern, PHRASE], row, offset + skip, length - skip, hits.times[hit]
        )
    return keep_shortest(found, kept, scratch.order) if in_order else kept
