"""The window scan: it says where a pattern could stand.

Every pattern of two and more ids has one pair of neighbouring ids chosen as its anchor (`anchors`). Three
questions are put to the stream, each to what the one before let through:

1. eight positions at a time: is the pair at one of them in a hashed bitmap that stays in the cache?
2. each of these positions: is its pair really an anchor?
3. could the ids left and right of the anchor belong to a pattern?

What is left are windows: the stretch of ids in which the patterns of that anchor would lie. The filter never
decides that something stands there; it only says where nothing can.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.compile import inlined, kernel
from indexer.matching.kernels.pair_loading import load_pair
from indexer.units import Int64Array, Uint64Array

GROUP = 8
KEY, LEFT, RIGHT, EXTENT = 0, 1, 2, 3
MIX = np.uint64(0x9E3779B97F4A7C15)
ANY = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE = np.uint64(1)
_LOW = np.uint64(63)
_HALF = np.uint64(32)


class PairFilter(NamedTuple):
    """The anchors of a pattern set, for ids of one width.

    Attributes
    ----------
    bitmap : array of uint64, shape (power of two,)
        For every anchor the bit ``pair & 63`` of the word ``pair * multiplier >> shift``.
    multiplier, shift : uint64
        The hash of the bitmap.
    slots : array of uint64, shape (power of two, 4)
        Open addressing by pair: the pair; two sets of ids modulo 64, those that may stand before and behind
        it; how many ids before the pair its patterns begin, at most, in the high half, and how many ids from
        the pair on they end, at most, in the low half (0: the slot is empty).
    tokens : array of uint64, shape (1024,) or (0,)
        Ids modulo 65,536 that are a pattern by themselves; empty where there is none.
    longest_before : int64
        The largest number of ids a pattern begins before its anchor.
    """

    bitmap: Uint64Array
    multiplier: np.uint64
    shift: np.uint64
    slots: Uint64Array
    tokens: Uint64Array
    longest_before: np.int64


class Windows(NamedTuple):
    """Room for the windows of a block, ordered by `position`."""

    position: Int64Array
    begin: Int64Array
    end: Int64Array


@inlined
def pair_slot(slots, pair):
    """Return the slot of a pair, or the empty one where it would stand."""
    mask = slots.shape[0] - 1
    slot = np.int64((pair * MIX) >> _HALF) & mask
    while slots[slot, EXTENT] != 0 and slots[slot, KEY] != pair:
        slot = (slot + 1) & mask
    return slot


@inlined
def pair_bit(anchors, ids, at):
    """Return a number whose lowest bit says whether the pair at a position is in the bitmap."""
    pair = load_pair(ids, at)
    return anchors.bitmap[(pair * anchors.multiplier) >> anchors.shift] >> (pair & _LOW)


@inlined
def token_bit(anchors, ids, at):
    """Return a number whose lowest bit says whether the id at a position may be a pattern by itself."""
    token = np.uint64(ids[at])
    return anchors.tokens[(token >> np.uint64(6)) & np.uint64(1023)] >> (token & _LOW)


@kernel
def flag_groups(anchors, ids, begin, end, groups):
    """Write down the groups of eight positions in ``[begin, end)`` one of which passes; return how many.

    The pair at the last position must lie inside `ids`. A last, incomplete group always passes.

    A branch for each position ran at 0.4 to 0.6 of the speed of writing every group down and keeping
    the place of the next only if it passed.
    """
    n = 0
    at = begin
    while at + GROUP <= end:
        bits = (
            pair_bit(anchors, ids, at)
            | pair_bit(anchors, ids, at + 1)
            | pair_bit(anchors, ids, at + 2)
            | pair_bit(anchors, ids, at + 3)
            | pair_bit(anchors, ids, at + 4)
            | pair_bit(anchors, ids, at + 5)
            | pair_bit(anchors, ids, at + 6)
            | pair_bit(anchors, ids, at + 7)
        )
        groups[n] = at
        n += np.int64(bits & _ONE)
        at += GROUP
    if at < end:
        groups[n] = at
        n += 1
    return n


@inlined
def flag_token_groups(anchors, ids, begin, end, groups):
    """Do what `flag_groups` does where single ids are patterns too."""
    n = 0
    at = begin
    while at < end:
        bits = np.uint64(at + GROUP > end)
        for k in range(at, min(at + GROUP, end)):
            bits |= pair_bit(anchors, ids, k) | token_bit(anchors, ids, k)
        groups[n] = at
        n += np.int64(bits & _ONE)
        at += GROUP
    return n


@inlined
def open_windows(anchors, ids, groups, n_groups, end, windows):
    """Test every position of the flagged groups; write down the windows, return how many."""
    n = 0
    for g in range(n_groups):
        for at in range(groups[g], min(groups[g] + GROUP, end)):
            before = np.int64(-1)
            after = np.int64(0)
            if pair_bit(anchors, ids, at) & _ONE:
                slot = pair_slot(anchors.slots, load_pair(ids, at))
                extent = anchors.slots[slot, EXTENT]
                if extent != 0 and may_surround(anchors, slot, ids, at):
                    before = np.int64(extent >> _HALF)
                    after = np.int64(extent & np.uint64(0xFFFFFFFF))
            if anchors.tokens.shape[0] and token_bit(anchors, ids, at) & _ONE:
                before = max(before, np.int64(0))
                after = max(after, np.int64(1))
            if after > 0:
                windows.position[n] = at
                windows.begin[n] = at - before
                windows.end[n] = at + after
                n += 1
    return n


@inlined
def may_surround(anchors, slot, ids, at):
    """Return whether the ids before and behind an anchor may belong to one of its patterns."""
    left, right = anchors.slots[slot, LEFT], anchors.slots[slot, RIGHT]
    if left != ANY and (at == 0 or not (left >> (np.uint64(ids[at - 1]) & _LOW)) & _ONE):
        return False
    behind = at + 2
    return right == ANY or (behind < ids.shape[0] and (right >> (np.uint64(ids[behind]) & _LOW)) & _ONE != 0)


@inlined
def scan_windows(anchors, ids, begin, end, groups, windows):
    """Write down the windows of the positions ``[begin, end)``, ordered; return how many.

    Their beginnings are made to ascend, as the walk needs: a window may begin earlier than its anchor asks
    for. So that this holds from one block to the next, none begins later than a window behind the block can.
    """
    n = 0
    pairs_end = min(end, ids.shape[0] - 1)
    if pairs_end > begin:
        if anchors.tokens.shape[0]:
            n_groups = flag_token_groups(anchors, ids, begin, pairs_end, groups)
        else:
            n_groups = flag_groups(anchors, ids, begin, pairs_end, groups)
        n = open_windows(anchors, ids, groups, n_groups, pairs_end, windows)
    if (
        end > pairs_end
        and end > begin
        and anchors.tokens.shape[0]
        and token_bit(anchors, ids, end - 1) & _ONE
    ):
        windows.position[n] = end - 1
        windows.begin[n] = end - 1
        windows.end[n] = end
        n += 1
    earliest = end - anchors.longest_before
    for k in range(n - 1, -1, -1):
        earliest = min(earliest, windows.begin[k])
        windows.begin[k] = earliest
    return n
