"""The second question of the window scan: where an anchor may stand, by a bitmap of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.matching.kernels.pair_bitmap import PairBitmap, word_of
from indexer.units import Int64Array, TokenIds, Uint16Array

if TYPE_CHECKING:
    from indexer.matching.ids.kernels.prefilter import IdPrefilter

_ONE = np.uint64(1)
_LOW = np.uint64(63)


@leaf
def pair_bit(bitmap: PairBitmap, ids: TokenIds, at: int) -> np.uint64:
    """Return a number whose lowest bit says whether the pair at a position is in the bitmap."""
    pair: np.uint64 = load_pair(ids, at)
    return word_of(bitmap, pair) >> (pair & _LOW)


@leaf
def token_bit(prefilter: IdPrefilter, ids: TokenIds, at: int) -> np.uint64:
    """Return a number whose lowest bit says whether the id at a position may be a pattern by itself."""
    token = np.uint64(ids[at])
    word: np.uint64 = prefilter.tokens[(token >> np.uint64(6)) & np.uint64(1023)]
    return word >> (token & _LOW)


@uncounted
def count_passing(bitmap: PairBitmap, ids: TokenIds) -> int:
    """Return how many positions pass."""
    n = int64(0)
    for at in range(ids.shape[0] - 1):
        n += int64(pair_bit(bitmap, ids, at) & _ONE)
    return n


@leaf
def every_position(prefilter: IdPrefilter, ids: TokenIds, begin: int, end: int, positions: Int64Array) -> int:
    """Write down which positions of ``[begin, end)`` pass; return how many.

    Each is written and only those that pass are kept: no branch depends on the ids.
    """
    bitmap, with_tokens = prefilter.bitmap, prefilter.tokens.shape[0] != 0
    n = int64(0)
    for at in range(begin, end):
        bits = pair_bit(bitmap, ids, at)
        if with_tokens:
            bits |= token_bit(prefilter, ids, at)
        positions[n] = at
        n += int64(bits & _ONE)
    return n


@leaf
def keep_keys(prefilter: IdPrefilter, ids: TokenIds, begin: int, flagged: Uint16Array, n_flagged: int) -> int:
    """Keep the flagged ids, counted from `begin`, beside which an anchor may stand; return how many.

    A key is the first id of its anchor or the second. Both pairs are looked up without a branch, and the ids
    are kept in place: with the positions written down at once it took 1.2 to 1.5 times as long.
    """
    bitmap, with_tokens = prefilter.bitmap, prefilter.tokens.shape[0] != 0
    # The first id of all stays: no pair ends with it.
    n = int64(n_flagged > 0 and begin + int64(flagged[0]) == 0)
    for k in range(n, n_flagged):
        at = begin + int64(flagged[k])
        bits = pair_bit(bitmap, ids, at - 1) | pair_bit(bitmap, ids, at)
        if with_tokens:
            bits |= token_bit(prefilter, ids, at)
        flagged[n] = flagged[k]
        n += int64(bits & _ONE)
    return n


@leaf
def positions_beside(
    prefilter: IdPrefilter,
    ids: TokenIds,
    begin: int,
    end: int,
    flagged: Uint16Array,
    n_flagged: int,
    positions: Int64Array,
) -> int:
    """Write down the positions of ``[begin, end)`` where flagged ids may have an anchor; return how many.

    The id behind the last position is not among the flagged ones: there the question is put in any case.
    """
    bitmap, with_tokens = prefilter.bitmap, prefilter.tokens.shape[0] != 0
    n, written = 0, begin - 1
    for k in range(n_flagged):
        at = begin + int64(flagged[k])
        positions[n] = at - 1
        bits = pair_bit(bitmap, ids, max(at - 1, 0))
        n += int64(bits & _ONE) & int64(at - 1 != written)
        positions[n] = at
        bits = pair_bit(bitmap, ids, at)
        if with_tokens:
            bits |= token_bit(prefilter, ids, at)
        n += int64(bits & _ONE)
        written = at
    if written != end - 1:
        positions[n] = end - 1
        n += int64(pair_bit(bitmap, ids, end - 1) & _ONE)
    return n
