"""The window scan: it says where a pattern could stand.

Every pattern of two and more ids has one pair of neighbouring ids chosen as its anchor (`anchors`). Three
questions are put to the stream, each to what the one before let through:

1. eight positions at a time: is the pair at one of them in a hashed bitmap that stays in the cache?
2. each of these positions: is its pair really an anchor?
3. is the pair, with the one or two ids beside it, part of a pattern?

What is left are windows: the stretch of ids in which the patterns of that anchor would lie. The filter never
decides that something stands there; it only says where nothing can.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.compile import kernel, leaf
from indexer.matching.kernels.pair_loading import load_pair
from indexer.units import Int64Array, Uint64Array

GROUP = 8
SCAN_POSITIONS = 1 << 13
"""Positions that go through all three questions together: their ids stay in the first-level cache."""
MIX = np.uint64(0x9E3779B97F4A7C15)

# Which ids beside its anchor a pattern is known by; the anchors of a slot may have patterns of every kind.
# As plain integers each would have its own compilation of `context_bit`.
ALONE, LEFT, RIGHT, LEFT_TWICE, RIGHT_TWICE, BOTH = (np.int64(1 << k) for k in range(6))

_ONE = np.uint64(1)
_LOW = np.uint64(63)
_HALF = np.uint64(32)
_LANE = np.uint64(0xFFFF)
_EVERY_LANE = np.uint64(0x0001000100010001)
_LANE_TOPS = np.uint64(0x8000800080008000)
_EXTENT_BITS = 28
_EXTENT = (1 << _EXTENT_BITS) - 1
_KIND_BITS = 8


class PairFilter(NamedTuple):
    """The anchors of a pattern set, for ids of one width.

    Attributes
    ----------
    bitmap : array of uint64, shape (power of two,)
        For every anchor the bit ``pair & 63`` of the word ``pair * multiplier >> shift``.
    multiplier, shift : uint64
        The hash of the bitmap.
    tags : array of uint64, shape (power of two,)
        Buckets of four slots, filled from the low end: 16 bits of the hash of the pair in each, 0 where none
        is; a full bucket runs over into the next. Two anchors with the same tag in one chain share a slot.
    around : array of int64, shape (4 * buckets,)
        For the anchors of a slot, see `pack_around`: the kinds of their patterns, how many ids before the
        pair these begin, at most, and how many ids from the pair on they end, at most.
    contexts : array of uint64, shape (power of two,)
        For every pattern of three and more ids two bits of its anchor with one or two ids beside it.
    context_shift : uint64
        The hash of `contexts`.
    tokens : array of uint64, shape (1024,) or (0,)
        Ids modulo 65,536 that are a pattern by themselves; empty where there is none.
    longest_before : int64
        The largest number of ids a pattern begins before its anchor.
    """

    bitmap: Uint64Array
    multiplier: np.uint64
    shift: np.uint64
    tags: Uint64Array
    around: Int64Array
    contexts: Uint64Array
    context_shift: np.uint64
    tokens: Uint64Array
    longest_before: np.int64


class Windows(NamedTuple):
    """Room for the windows of a block, ordered by `position`."""

    position: Int64Array
    begin: Int64Array
    end: Int64Array


class Scratch(NamedTuple):
    """Room for one run of the scan, see `scan_windows`."""

    groups: Int64Array
    windows: Windows


def windows_for(n: int) -> Windows:
    """Return room for the windows of n positions; nothing of it is touched before it is used."""
    return Windows(np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64))


def new_scratch() -> Scratch:
    """Return room for `SCAN_POSITIONS`."""
    return Scratch(np.empty(SCAN_POSITIONS // GROUP + 1, np.int64), windows_for(SCAN_POSITIONS))


@leaf
def pair_slot(tags, pair):
    """Return the slot of a pair, and whether one of its tag is there.

    If none is, the slot is that of the first lane of the bucket where it would stand. The four tags of a
    bucket are compared at once, 14 ns a pair at 134,000 phrases; one after another they took 19.
    """
    mixed = pair * MIX
    wanted = ((mixed >> np.uint64(16)) & _LANE | _ONE) * _EVERY_LANE
    mask = tags.shape[0] - 1
    bucket = np.int64(mixed >> _HALF) & mask
    while True:
        differs = tags[bucket] ^ wanted
        equal = (differs - _EVERY_LANE) & ~differs & _LANE_TOPS
        if equal != 0 or tags[bucket] >> np.uint64(48) == 0:
            break
        bucket = (bucket + 1) & mask
    lowest = equal & (~equal + _ONE)  # only the lowest lane of `equal` is sure to be equal
    lane = (
        ((lowest >> np.uint64(31)) & _ONE)
        + ((lowest >> np.uint64(47)) & _ONE) * np.uint64(2)
        + ((lowest >> np.uint64(63)) & _ONE) * np.uint64(3)
    )
    return 4 * bucket + np.int64(lane), equal != 0


@leaf
def enter_pair(tags, pair):
    """Return the slot of a pair, entered if it was not there."""
    slot, entered = pair_slot(tags, pair)
    if not entered:
        tag = (pair * MIX >> np.uint64(16)) & _LANE | _ONE
        lane = np.uint64(0)
        while (tags[slot >> 2] >> (np.uint64(16) * lane)) & _LANE != 0:
            lane += _ONE
        tags[slot >> 2] |= tag << (np.uint64(16) * lane)
        slot += np.int64(lane)
    return slot


@leaf
def pack_around(before, after, kinds):
    """Return the reach of patterns around their anchor and their kinds as one number."""
    return (np.int64(before) << (_EXTENT_BITS + _KIND_BITS)) | (np.int64(after) << _KIND_BITS) | kinds


@leaf
def unpack_around(packed):
    """Return (before, after, kinds) of `pack_around`."""
    return (
        packed >> (_EXTENT_BITS + _KIND_BITS),
        (packed >> _KIND_BITS) & _EXTENT,
        packed & ((1 << _KIND_BITS) - 1),
    )


@leaf
def context_hash(pair, kind, first, second):
    """Return 64 mixed bits of an anchor and the ids beside it."""
    beside = (np.uint64(first) | (np.uint64(second) << _HALF)) + np.uint64(kind)
    mixed = (pair * MIX) ^ (beside * np.uint64(0xC2B2AE3D27D4EB4F))
    return (mixed ^ (mixed >> np.uint64(29))) * MIX


@leaf
def context_bits(mixed):
    """Return the two bits of a context in its word: as cheap as one, and a false hit needs both."""
    return (_ONE << ((mixed >> np.uint64(20)) & _LOW)) | (_ONE << ((mixed >> np.uint64(26)) & _LOW))


@leaf
def context_bit(contexts, shift, pair, kind, first, second):
    """Return `kind` if some pattern may be known by these ids, 0 if none is."""
    mixed = context_hash(pair, kind, first, second)
    bits = context_bits(mixed)
    return np.int64(contexts[mixed >> shift] & bits == bits) * kind


@leaf
def look_beside(anchors, ids, windows, n_anchors, kind, first, second):
    """Add a kind to `windows.end` of every anchor where some pattern may be known by the ids beside it.

    `first` and `second` say where these ids stand, seen from the anchor; 0 is none. At the ends of the array
    an id stands in for one that is not there: that may let a position through, and holds none back.

    One loop for each kind over all anchors of a block, so that the cache misses of many anchors overlap:
    70 ns an anchor at 134,000 phrases; one branch for each kind took 190.
    """
    end = ids.shape[0] - 1
    for k in range(n_anchors):
        at = windows.position[k]
        one = np.int64(ids[min(max(at + first, 0), end)])
        two = np.int64(ids[min(max(at + second, 0), end)]) if second != 0 else np.int64(0)
        windows.end[k] |= context_bit(
            anchors.contexts, anchors.context_shift, load_pair(ids, at), kind, one, two
        )


@leaf
def pair_bit(bitmap, multiplier, shift, ids, at):
    """Return a number whose lowest bit says whether the pair at a position is in the bitmap."""
    pair = load_pair(ids, at)
    return bitmap[(pair * multiplier) >> shift] >> (pair & _LOW)


@leaf
def token_bit(anchors, ids, at):
    """Return a number whose lowest bit says whether the id at a position may be a pattern by itself."""
    token = np.uint64(ids[at])
    return anchors.tokens[(token >> np.uint64(6)) & np.uint64(1023)] >> (token & _LOW)


@kernel
def flag_groups(bitmap, multiplier, shift, ids, begin, end, groups):
    """Write down the groups of eight positions in ``[begin, end)`` one of which passes; return how many.

    The pair at the last position must lie inside `ids`. A last, incomplete group always passes.

    A branch for each position ran at 0.4 to 0.6 of the speed of writing every group down and keeping
    the place of the next only if it passed.
    """
    n = 0
    at = begin
    while at + GROUP <= end:
        bits = (
            pair_bit(bitmap, multiplier, shift, ids, at)
            | pair_bit(bitmap, multiplier, shift, ids, at + 1)
            | pair_bit(bitmap, multiplier, shift, ids, at + 2)
            | pair_bit(bitmap, multiplier, shift, ids, at + 3)
            | pair_bit(bitmap, multiplier, shift, ids, at + 4)
            | pair_bit(bitmap, multiplier, shift, ids, at + 5)
            | pair_bit(bitmap, multiplier, shift, ids, at + 6)
            | pair_bit(bitmap, multiplier, shift, ids, at + 7)
        )
        groups[n] = at
        n += np.int64(bits & _ONE)
        at += GROUP
    if at < end:
        groups[n] = at
        n += 1
    return n


@leaf
def flag_token_groups(anchors, ids, begin, end, groups):
    """Do what `flag_groups` does where single ids are patterns too."""
    n = 0
    at = begin
    while at < end:
        bits = np.uint64(at + GROUP > end)
        for k in range(at, min(at + GROUP, end)):
            bits |= pair_bit(anchors.bitmap, anchors.multiplier, anchors.shift, ids, k) | token_bit(
                anchors, ids, k
            )
        groups[n] = at
        n += np.int64(bits & _ONE)
        at += GROUP
    return n


@leaf
def passing_positions(anchors, ids, groups, n_groups, end, positions):
    """Write down the positions of the flagged groups that pass by themselves; return how many.

    Like the groups, each is written and only those that pass are kept: no branch depends on the ids.
    """
    n = 0
    with_tokens = anchors.tokens.shape[0] != 0
    if with_tokens:
        for g in range(n_groups):
            for at in range(groups[g], min(groups[g] + GROUP, end)):
                positions[n] = at
                n += np.int64(
                    (
                        pair_bit(anchors.bitmap, anchors.multiplier, anchors.shift, ids, at)
                        | token_bit(anchors, ids, at)
                    )
                    & _ONE
                )
        return n
    for g in range(n_groups - 1):
        for k in range(GROUP):
            positions[n] = groups[g] + k
            n += np.int64(
                pair_bit(anchors.bitmap, anchors.multiplier, anchors.shift, ids, groups[g] + k) & _ONE
            )
    if n_groups > 0:
        for at in range(groups[n_groups - 1], min(groups[n_groups - 1] + GROUP, end)):
            positions[n] = at
            n += np.int64(pair_bit(anchors.bitmap, anchors.multiplier, anchors.shift, ids, at) & _ONE)
    return n


@leaf
def reach(begins, ends, kinds):
    """Return how far patterns of some kinds reach before their anchor, and from it on."""
    before = begins if kinds & (BOTH | LEFT_TWICE) else np.int64(kinds & LEFT != 0)
    after = ends if kinds & (BOTH | RIGHT_TWICE) else np.int64(2) + np.int64(kinds & RIGHT != 0)
    return before, after


@leaf
def open_windows(anchors, ids, n_positions, windows):
    """Ask for each of `windows.position` whether an anchor stands there that fits between its neighbours.

    Keeps those for which that is so, with their windows; returns how many. The ids must reach one behind the
    last position.
    """
    with_tokens = anchors.tokens.shape[0] != 0
    n_anchors = 0
    for k in range(n_positions):
        at = windows.position[k]
        slot, is_anchor = pair_slot(anchors.tags, load_pair(ids, at))
        windows.position[n_anchors] = at
        windows.begin[n_anchors] = slot if is_anchor else -1
        n_anchors += np.int64(is_anchor or with_tokens)
    for k in range(n_anchors):
        slot = windows.begin[k]
        windows.begin[k] = anchors.around[slot] if slot >= 0 else 0
        windows.end[k] = ALONE
    look_beside(anchors, ids, windows, n_anchors, LEFT, -1, 0)
    look_beside(anchors, ids, windows, n_anchors, RIGHT, 2, 0)
    look_beside(anchors, ids, windows, n_anchors, LEFT_TWICE, -1, -2)
    look_beside(anchors, ids, windows, n_anchors, RIGHT_TWICE, 2, 3)
    look_beside(anchors, ids, windows, n_anchors, BOTH, -1, 2)
    n = 0
    for k in range(n_anchors):
        at = windows.position[k]
        begins, ends, kinds = unpack_around(windows.begin[k])
        kinds &= windows.end[k]
        before, after = np.int64(0), np.int64(0)
        if kinds != 0:
            before, after = reach(begins, ends, kinds)
        if with_tokens and token_bit(anchors, ids, at) & _ONE:
            after = max(after, np.int64(1))
        windows.position[n] = at
        windows.begin[n] = at - before
        windows.end[n] = at + after
        n += np.int64(after > 0)
    return n


@leaf
def scan_windows(anchors, ids, begin, end, scratch, windows):
    """Write down the windows of the positions ``[begin, end)``, ordered; return how many.

    Their beginnings are made to ascend, as the walk needs: a window may begin earlier than its anchor asks
    for. So that this holds from one block to the next, none begins later than a window behind the block can.

    Parameters
    ----------
    scratch : Scratch
        Room for `SCAN_POSITIONS`.
    windows : Windows
        Room for all positions.
    """
    n = 0
    pairs_end = min(end, ids.shape[0] - 1)
    for first in range(begin, pairs_end, SCAN_POSITIONS):
        last = min(first + SCAN_POSITIONS, pairs_end)
        if anchors.tokens.shape[0]:
            n_groups = flag_token_groups(anchors, ids, first, last, scratch.groups)
        else:
            n_groups = flag_groups(
                anchors.bitmap, anchors.multiplier, anchors.shift, ids, first, last, scratch.groups
            )
        n_here = passing_positions(anchors, ids, scratch.groups, n_groups, last, scratch.windows.position)
        n_here = open_windows(anchors, ids, n_here, scratch.windows)
        for k in range(n_here):
            windows.position[n + k] = scratch.windows.position[k]
            windows.begin[n + k] = scratch.windows.begin[k]
            windows.end[n + k] = scratch.windows.end[k]
        n += n_here
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
