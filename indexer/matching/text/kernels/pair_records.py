"""What is known of the phrases of a pair of spellings, packed into numbers, and the table of the pairs."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.matching.text.kernels.search import LOOK_AHEAD
from indexer.matching.text.kernels.splits import Splits
from indexer.units import Uint64Array

PAIR, INFO, BESIDE = 0, 1, 2
"""Columns of the table of pairs: the pair of spellings, and what is known of its phrases (`enter_pair`)."""
BEHIND_SPLIT, AT_SPLIT, BEFORE_SPLIT = 0, 1, 2
"""Roles of a pair: how many tokens behind its left one the split point lies."""
ROLES = 3
REACH_BITS = np.uint64(14)
MOST_REACH = (1 << 14) - 1
CLASS_SHIFT = np.uint64(28)
CLASSES = np.uint64(0xFFFFFFFF)
ROLE_SHIFT = np.uint64(60)


@leaf
def pair_key(left: int, right: int) -> np.uint64:
    """Return two spellings as one number; never 0."""
    return (np.uint64(left) << np.uint64(32)) | np.uint64(right)


@leaf
def pair_hash(key: np.uint64) -> np.uint64:
    """Return a hash of a pair of spellings."""
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    return (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xC2B2AE3D27D4EB4F)


@leaf
def width_class(n: int) -> np.uint64:
    """Return the class of the most bytes among 1, 2, 4 and 8 that `n` bytes, at least one, hold."""
    return np.uint64(n > 1) + np.uint64(n > 3) + np.uint64(n > 7)


@leaf
def split_class(n_before: int, n_behind: int) -> np.uint64:
    """Return one of 32 classes of split points: which bytes on either side tell it from others.

    Up to eight behind the split point, and the most among 1, 2, 4 and 8 before it. With four classes on both
    sides twice as many windows were opened: most phrases end a few bytes behind the word that the split point
    stands before.
    """
    return width_class(n_before) * np.uint64(8) + np.uint64(min(n_behind, 8) - 1)


@leaf
def enter_pair(
    table: Uint64Array, key: np.uint64, splits: Splits, number: int, place: int, role: int, beside: np.uint64
) -> int:
    """Enter a pair that meets at a place of the text of a split point.

    The third column gets the classes of what can stand beside the pair (`edge_classes`). The second gets,
    from its lowest bit on: how many bytes phrases begin before the pair meets, at most (14 bits); how many
    bytes have to be known behind (14); a bit for each class of split points (32); a bit for each role the
    pair has (4).

    Returns
    -------
    int
        1 if the pair was not in the table.
    """
    phrase, split = splits.phrase[number], splits.place[number]
    start, stop = splits.offsets[phrase], splits.offsets[phrase + 1]
    mask = table.shape[0] - 1
    slot = int64(pair_hash(key) >> np.uint64(20)) & mask
    while table[slot, PAIR] != 0 and table[slot, PAIR] != key:
        slot = (slot + 1) & mask
    new = int64(table[slot, PAIR] == 0)
    table[slot, PAIR] = key
    info = table[slot, INFO]
    reach_left = max(info & np.uint64(MOST_REACH), np.uint64(place - start))
    reach_right = max((info >> REACH_BITS) & np.uint64(MOST_REACH), np.uint64(stop - place + LOOK_AHEAD))
    info = (info >> CLASS_SHIFT) << CLASS_SHIFT
    info |= np.uint64(1) << (CLASS_SHIFT + split_class(split - start, stop - split))
    info |= np.uint64(1) << (ROLE_SHIFT + np.uint64(role))
    table[slot, INFO] = info | (reach_right << REACH_BITS) | reach_left
    table[slot, BESIDE] |= beside
    return new


@leaf
def join_known(known: np.uint64, other: np.uint64) -> np.uint64:
    """Return what is known of two pairs, if it is not known which of them stands there."""
    reach_left = max(known & np.uint64(MOST_REACH), other & np.uint64(MOST_REACH))
    reach_right = max(
        (known >> REACH_BITS) & np.uint64(MOST_REACH), (other >> REACH_BITS) & np.uint64(MOST_REACH)
    )
    flags = ((known | other) >> CLASS_SHIFT) << CLASS_SHIFT
    return flags | (reach_right << REACH_BITS) | reach_left
