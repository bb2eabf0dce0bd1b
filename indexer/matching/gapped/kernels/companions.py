"""The companion filter: which occurrences of a part have another part of their pattern in reach.

The other part is known by its suffix, its last id or its last two. Where no such suffix stands in reach the
occurrence is of no use, and nothing around it has to be searched.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.jit.prefetching import AHEAD, prefetch
from indexer.matching.gapped.kernels.join import Stretches
from indexer.units import Int32Array, Int64Array, TokenIds, Uint64Array

SUFFIX_WORDS = 8
ONE_ID, TWO_IDS = 0, 4
"""Which four of these words hold suffixes of one id, and which those of two."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)
_LOW = np.uint64(63)


class CompanionSuffixes(NamedTuple):
    """With which suffix a companion of each part ends, to its left and to its right.

    Attributes
    ----------
    left, right : array of uint64, shape (n_part_numbers, 8)
        For each part a Bloom filter of 256 bits for companions of one id, and one for the last two ids of
        longer ones; each suffix sets two bits (`enter_suffixes`).
    """

    left: Uint64Array
    right: Uint64Array


@leaf
def suffix_key(before: int, token: int) -> np.uint64:
    """Return the key of a suffix of two ids; that of a suffix of one id is the id."""
    return (np.uint64(before) << np.uint64(32)) | np.uint64(token)


@leaf
def suffix_bits(key: np.uint64) -> tuple[int, np.uint64]:
    """Return in which of four words a suffix sets bits, and the bits."""
    mixed = key * _MIX
    bits = (_ONE << ((mixed >> np.uint64(56)) & _LOW)) | (_ONE << ((mixed >> np.uint64(50)) & _LOW))
    return int64(mixed >> np.uint64(62)), bits


@uncounted
def enter_suffixes(side: Uint64Array, kind: int, parts: Int64Array, keys: Uint64Array) -> None:
    """Enter for each of `parts` one suffix, all of one kind (`ONE_ID`, `TWO_IDS`)."""
    for k in range(parts.shape[0]):
        word, bits = suffix_bits(keys[k])
        side[parts[k], kind + word] |= bits


@leaf
def may_be_suffix(side: Uint64Array, part: int, kind: int, key: np.uint64) -> bool:
    """Return whether a suffix may have been entered for a part."""
    word, bits = suffix_bits(key)
    return bool(side[part, kind + word] & bits == bits)


@leaf
def has_suffixes(side: Uint64Array, part: int, kind: int) -> bool:
    """Return whether any suffix of a kind was entered for a part."""
    bits = side[part, kind]
    for word in range(1, 4):
        bits |= side[part, kind + word]
    return bool(bits != 0)


@leaf
def companion_may_end(side: Uint64Array, part: int, ids: TokenIds, begin: int, end: int) -> bool:
    """Return whether a companion of a part may end in ``ids[begin:end]``."""
    if has_suffixes(side, part, TWO_IDS):
        for at in range(max(begin, 1), end):
            if may_be_suffix(side, part, TWO_IDS, suffix_key(ids[at - 1], ids[at])):
                return True
    if has_suffixes(side, part, ONE_ID):
        for at in range(begin, end):
            if may_be_suffix(side, part, ONE_ID, np.uint64(ids[at])):
                return True
    return False


@uncounted
def keep_accompanied(
    companions: CompanionSuffixes,
    part: Int32Array,
    begin: Int32Array,
    end: Int32Array,
    ids: TokenIds,
    starts: Int64Array,
    stretches: Stretches,
) -> int:
    """Keep the stretches, one around each occurrence of a part, in which a companion may end.

    Parameters
    ----------
    part, begin, end : array
        The occurrences, in ids from the start of their rows, half-open.
    stretches : Stretches
        Those that are kept are moved to the front.

    Returns
    -------
    int
        How many are kept.
    """
    n = 0
    n_parts = part.shape[0]
    for k in range(n_parts):
        ahead = min(k + AHEAD, n_parts - 1)
        prefetch(companions.left, int64(part[ahead]))
        prefetch(companions.right, int64(part[ahead]))
        prefetch(ids, int64(starts[stretches.row[ahead]]) + stretches.begin[ahead])
        start = int64(starts[stretches.row[k]])
        left = start + stretches.begin[k]
        right = start + stretches.end[k]
        if companion_may_end(
            companions.left, part[k], ids, left, start + int64(begin[k])
        ) or companion_may_end(companions.right, part[k], ids, start + int64(end[k]), right):
            stretches.row[n] = stretches.row[k]
            stretches.begin[n] = stretches.begin[k]
            stretches.end[n] = stretches.end[k]
            n += 1
    return n
