"""A hash table of pairs that keeps 16 bits of each pair's hash in its place, four to a bucket."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.units import Uint64Array

MIX = np.uint64(0x9E3779B97F4A7C15)

_ONE = np.uint64(1)
_HALF = np.uint64(32)
_LANE = np.uint64(0xFFFF)
_EVERY_LANE = np.uint64(0x0001000100010001)
_LANE_TOPS = np.uint64(0x8000800080008000)


@leaf
def pair_bucket(tags: Uint64Array, pair: np.uint64) -> int:
    """Return the bucket in which a pair is looked for first."""
    mask: int = tags.shape[0] - 1
    return int64((pair * MIX) >> _HALF) & mask


@leaf
def pair_slot(tags: Uint64Array, pair: np.uint64) -> tuple[int, bool]:
    """Return the slot of a pair, and whether one of its tag is there.

    If none is, the slot is that of the first lane of the bucket where it would stand. The four tags of a
    bucket are compared at once: one after another, each comparison is a branch taken at random.
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
    return 4 * bucket + int64(lane), equal != 0


@leaf
def enter_pair(tags: Uint64Array, pair: np.uint64) -> int:
    """Return the slot of a pair, entered if it was not there."""
    slot, entered = pair_slot(tags, pair)
    if not entered:
        tag = (pair * MIX >> np.uint64(16)) & _LANE | _ONE
        lane = np.uint64(0)
        while (tags[slot >> 2] >> (np.uint64(16) * lane)) & _LANE != 0:
            lane += _ONE
        tags[slot >> 2] |= tag << (np.uint64(16) * lane)
        slot += int64(lane)
    return slot
