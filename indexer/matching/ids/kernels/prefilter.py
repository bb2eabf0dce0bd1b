"""The window scan: it says where a pattern could stand.

Every pattern of two and more ids has one pair of neighbouring ids chosen as its anchor (`anchor_table`). Four
questions are put to the stream, each to what the one before let through:

1. may the id be the key of an anchor, one of its two ids, or a pattern by itself? Many ids at a time
   (`keys`);
2. is the pair that begins or ends with it in a hashed bitmap that stays in the cache?
3. is the pair really an anchor (`anchor_table`)?
4. is the pair, with the one or two ids beside it, part of a pattern (`anchor_contexts`)?

Where the first question would let most ids through, the second is put to every position. What is left are
windows: the stretch of ids in which the patterns of that anchor would lie. The filter never decides that
something stands there; it only says where nothing can.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.jit.prefetching import prefetch
from indexer.jit.simd import AT_ONCE
from indexer.matching.ids.kernels.anchor_contexts import (
    ALONE,
    BOTH,
    LEFT,
    LEFT_TWICE,
    RIGHT,
    RIGHT_TWICE,
    Anchors,
    look_beside,
    reach,
)
from indexer.matching.ids.kernels.anchor_records import FARTHEST, unpack_reach, unpack_region
from indexer.matching.ids.kernels.keys import PAIRS, Keys, flag_keys
from indexer.matching.ids.kernels.pair_bitmap import every_position, keep_keys, positions_beside, token_bit
from indexer.matching.kernels.fingerprint_table import pair_bucket, pair_slot
from indexer.matching.kernels.pair_bitmap import PairBitmap
from indexer.units import Int64Array, TokenIds, Uint16Array, Uint64Array

SCAN_POSITIONS = 1 << 16
"""Positions that go through all questions together. With 2^13 the loops between begin and end so often that
it costs 10 % (134,000 phrases) to 25 % (10,000); with 2^15, 2 to 5 %."""

_ONE = np.uint64(1)


class IdPrefilter(NamedTuple):
    """The anchors of a pattern set, for ids of one width.

    Attributes
    ----------
    bitmap : PairBitmap
        For every anchor the bit ``pair & 63`` of its word.
    tags : array of uint64, shape (power of two,)
        Buckets of four slots, filled from the low end: 16 bits of the hash of the pair in each, 0 where none
        is; a full bucket runs over into the next. Two anchors with the same tag in one chain share a slot.
    around : array of uint64, shape (4 * buckets,)
        What is known of the anchors of a slot: the kinds of their patterns, how far these reach, and where
        their contexts lie (`pack_around`).
    contexts : array of uint64
        For every pattern of three and more ids two bits of its anchor with one or two ids beside it. Those of
        a slot lie together, mostly in one cache line.
    tokens : array of uint64, shape (1024,) or (0,)
        Ids modulo 65,536 that are a pattern by themselves; empty where there is none.
    longest_before, longest_after : int64
        How many ids before its anchor a pattern begins, at most, and how many from it on one ends.
    keys : Keys
        The ids that are the key of an anchor, or a pattern by themselves.
    """

    bitmap: PairBitmap
    tags: Uint64Array
    around: Uint64Array
    contexts: Uint64Array
    tokens: Uint64Array
    longest_before: int
    longest_after: int
    keys: Keys


class IdWindows(NamedTuple):
    """Buffers for the windows of a block, ordered by position.

    Attributes
    ----------
    position, last : array of int64
        The positions ``position .. last`` hold the same anchor among the same ids: one position, more in a
        run of one id.
    begin, end : array of int64
        What their windows cover together, half-open.
    """

    position: Int64Array
    last: Int64Array
    begin: Int64Array
    end: Int64Array


class PrefilterScratch(NamedTuple):
    """Buffers for one run of the scan, see `scan_windows`."""

    flagged: Uint16Array
    around: Uint64Array
    chosen: Int64Array
    windows: IdWindows


def windows_for(n: int) -> IdWindows:
    """Return space for the windows of n positions; nothing of it is touched before it is used."""
    return IdWindows(*(np.empty(n, np.int64) for _ in IdWindows._fields))


def new_prefilter_scratch() -> PrefilterScratch:
    """Return space for `SCAN_POSITIONS`."""
    return PrefilterScratch(
        flagged=np.empty(SCAN_POSITIONS + AT_ONCE, np.uint16),
        around=np.empty(SCAN_POSITIONS, np.uint64),
        chosen=np.empty(SCAN_POSITIONS, np.int64),
        windows=windows_for(SCAN_POSITIONS),
    )


@leaf
def pass_positions(
    prefilter: IdPrefilter, ids: TokenIds, begin: int, end: int, scratch: PrefilterScratch
) -> int:
    """Write down the positions of ``[begin, end)`` where an anchor may stand; return how many."""
    positions, flagged = scratch.windows.position, scratch.flagged
    if prefilter.keys.way == PAIRS:
        return every_position(prefilter, ids, begin, end, positions)
    n_keys = flag_keys(prefilter.keys, ids, begin, end, flagged)
    n_keys = keep_keys(prefilter, ids, begin, flagged, n_keys)
    return positions_beside(prefilter, ids, begin, end, flagged, n_keys, positions)


@leaf
def join_positions(ids: TokenIds, n_positions: int, windows: IdWindows) -> int:
    """Join positions that follow each other inside a run of one id, as in padding; return how many are left.

    The ids of a pair and the two on either side are all that is asked about a position. Where these are one
    id, and so are those of the position before, the answers are the same.
    """
    position, last, n = windows.position, windows.last, int64(0)
    for k in range(n_positions):
        at = position[k]
        one = ids[at]
        if (
            n > 0
            and last[n - 1] == at - 1
            and 3 <= at < ids.shape[0] - 3
            and ids[at - 1] == one
            and ids[at + 3] == one
            and (
                last[n - 1] > position[n - 1]
                or (ids[at - 3] == one and ids[at - 2] == one and ids[at + 1] == one and ids[at + 2] == one)
            )
        ):
            last[n - 1] = at
            continue
        position[n] = last[n] = at
        n += 1
    return n


@leaf
def open_windows(prefilter: IdPrefilter, ids: TokenIds, n_positions: int, scratch: PrefilterScratch) -> int:
    """Ask for each of the positions whether an anchor stands there that fits between its neighbours.

    Keeps those for which that is so, with their windows; returns how many, those of a run of one id counted
    once. The ids must reach one behind the last position.
    """
    windows, around = scratch.windows, scratch.around
    n_positions = join_positions(ids, n_positions, windows)
    # Of the windows only the positions are filled yet; slots and kinds lie where their ends will.
    position, last, slots, kinds_here = windows.position, windows.last, windows.begin, windows.end
    tags, contexts, with_tokens = prefilter.tags, prefilter.contexts, prefilter.tokens.shape[0] != 0
    for k in range(n_positions):
        prefetch(tags, pair_bucket(tags, load_pair(ids, position[k])))
    n_anchors = 0
    for k in range(n_positions):
        at = position[k]
        slot, is_anchor = pair_slot(tags, load_pair(ids, at))
        position[n_anchors], last[n_anchors] = at, last[k]
        slots[n_anchors] = slot if is_anchor else -1
        n_anchors += int64(is_anchor or with_tokens)
        prefetch(prefilter.around, slot)
    for k in range(n_anchors):
        slot = slots[k]
        around[k] = prefilter.around[slot] if slot >= 0 else np.uint64(0)
        kinds_here[k] = ALONE
        prefetch(contexts, int64(unpack_region(around[k])[0]))
    anchors = Anchors(position, around, kinds_here, scratch.chosen, n_anchors)
    look_beside(contexts, ids, anchors, LEFT, -1, 0)
    look_beside(contexts, ids, anchors, RIGHT, 2, 0)
    look_beside(contexts, ids, anchors, LEFT_TWICE, -1, -2)
    look_beside(contexts, ids, anchors, RIGHT_TWICE, 2, 3)
    look_beside(contexts, ids, anchors, BOTH, -1, 2)
    n = 0
    for k in range(n_anchors):
        at = position[k]
        kinds, before, after = unpack_reach(around[k])
        kinds &= kinds_here[k]
        if kinds != 0:
            before = prefilter.longest_before if before == FARTHEST else before
            after = prefilter.longest_after if after == FARTHEST else after
            before, after = reach(kinds, before, after)
        else:
            before, after = int64(0), int64(0)
        is_token = with_tokens and token_bit(prefilter, ids, at) & _ONE != 0
        if is_token:
            after = max(after, int64(1))
        until = last[k]
        position[n], last[n] = at, until
        windows.begin[n], windows.end[n] = at - before, until + after
        n += int64(after > 0)
    return n


@leaf
def scan_windows(
    prefilter: IdPrefilter, ids: TokenIds, begin: int, end: int, scratch: PrefilterScratch, windows: IdWindows
) -> int:
    """Write down the windows of the positions ``[begin, end)``, ordered; return how many.

    Their beginnings are made to ascend, as the traversal needs: a window may begin earlier than its anchor
    asks for. So that this holds from one block to the next, none begins later than a window behind the block
    can.

    Parameters
    ----------
    scratch : Scratch
        Buffers for `SCAN_POSITIONS`.
    windows : IdWindows
        Buffers for all positions.
    """
    n = 0
    pairs_end = min(end, ids.shape[0] - 1)
    for first in range(begin, pairs_end, SCAN_POSITIONS):
        last = min(first + SCAN_POSITIONS, pairs_end)
        n_here = pass_positions(prefilter, ids, first, last, scratch)
        n_here = open_windows(prefilter, ids, n_here, scratch)
        for k in range(n_here):
            windows.position[n + k] = scratch.windows.position[k]
            windows.last[n + k] = scratch.windows.last[k]
            windows.begin[n + k] = scratch.windows.begin[k]
            windows.end[n + k] = scratch.windows.end[k]
        n += n_here
    has_last = end > pairs_end and end > begin
    if has_last and prefilter.tokens.shape[0] and token_bit(prefilter, ids, end - 1) & _ONE:
        windows.position[n] = windows.last[n] = windows.begin[n] = end - 1
        windows.end[n] = end
        n += 1
    earliest = end - prefilter.longest_before
    for k in range(n - 1, -1, -1):
        earliest = min(earliest, windows.begin[k])
        windows.begin[k] = earliest
    return n
