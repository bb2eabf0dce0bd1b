"""Where an anchor stands in the table of anchors, and what is kept for it there."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf

MIX = np.uint64(0x9E3779B97F4A7C15)
FARTHEST = 511
"""What `pack_around` says of patterns that reach this many ids and more."""

_ONE = np.uint64(1)
_HALF = np.uint64(32)
_LANE = np.uint64(0xFFFF)
_EVERY_LANE = np.uint64(0x0001000100010001)
_LANE_TOPS = np.uint64(0x8000800080008000)
_KINDS = np.uint64(63)
_BEFORE, _AFTER, _BEGIN, _DOUBLINGS = (np.uint64(bits) for bits in (6, 15, 24, 56))
_WORD = np.uint64(0xFFFFFFFF)
REACH = np.uint64((1 << 24) - 1)
"""The bits of `pack_around` that `unpack_reach` reads."""


@leaf
def pair_bucket(tags, pair):
    """Return the bucket in which a pair is looked for first."""
    return np.int64((pair * MIX) >> _HALF) & (tags.shape[0] - 1)


@leaf
def pair_slot(tags, pair):
    """Return the slot of a pair, and whether one of its tag is there.

    If none is, the slot is that of the first lane of the bucket where it would stand. The four tags of a
    bucket are compared at once, 14 ns a pair at 134,000 phrases; one after another they took 19.
    """
    mixed = pair * MIX
    wanted = ((mixed >> np.uint64(16)) & _LANE | _ONE) * _EVERY_LANE
    mask = tags.shape[0] - 1
    bucket = pair_bucket(tags, pair)
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
def pack_around(kinds, before, after, begin, doublings):
    """Return what is known of the patterns of an anchor as one number.

    From its lowest bit on: their kinds (6 bits); how many ids before the pair they begin, at most (9), and
    how many ids from the pair on they end, at most (9), `FARTHEST` for that many and more; which of
    `PairFilter.contexts` is their first (32), and how many they have, as a power of two (5).
    """
    return (
        np.uint64(kinds)
        | (np.uint64(min(before, FARTHEST)) << _BEFORE)
        | (np.uint64(min(after, FARTHEST)) << _AFTER)
        | (np.uint64(begin) << _BEGIN)
        | (np.uint64(doublings) << _DOUBLINGS)
    )


@leaf
def unpack_reach(packed):
    """Return (kinds, before, after) of `pack_around`."""
    return (
        np.int64(packed & _KINDS),
        np.int64((packed >> _BEFORE) & np.uint64(FARTHEST)),
        np.int64((packed >> _AFTER) & np.uint64(FARTHEST)),
    )


@leaf
def unpack_region(packed):
    """Return the first word of the contexts of `pack_around`, and what is one less than their number."""
    return (packed >> _BEGIN) & _WORD, (_ONE << (packed >> _DOUBLINGS)) - _ONE
