"""The second question of the window scan, one position or eight at a time: where an anchor may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.units import Int64Array, TokenIds, Uint16Array, Uint64Array

if TYPE_CHECKING:
    from indexer.matching.ids.kernels.prefilter import IdPrefilter

GROUP = 8

_ONE = np.uint64(1)
_LOW = np.uint64(63)


@leaf
def pair_bit(
    bitmap: Uint64Array, multiplier: np.uint64, shift: np.uint64, ids: TokenIds, at: int
) -> np.uint64:
    """Return a number whose lowest bit says whether the pair at a position is in the bitmap."""
    pair: np.uint64 = load_pair(ids, at)
    word: np.uint64 = bitmap[(pair * multiplier) >> shift]
    return word >> (pair & _LOW)


@leaf
def token_bit(prefilter: IdPrefilter, ids: TokenIds, at: int) -> np.uint64:
    """Return a number whose lowest bit says whether the id at a position may be a pattern by itself."""
    token = np.uint64(ids[at])
    word: np.uint64 = prefilter.tokens[(token >> np.uint64(6)) & np.uint64(1023)]
    return word >> (token & _LOW)


@leaf
def position_bit(prefilter: IdPrefilter, ids: TokenIds, at: int) -> np.uint64:
    """Return a number whose lowest bit says whether an anchor or a pattern of one id may stand there."""
    bit = pair_bit(prefilter.bitmap, prefilter.multiplier, prefilter.shift, ids, at)
    return bit | token_bit(prefilter, ids, at)


@uncounted
def flag_groups(
    bitmap: Uint64Array,
    multiplier: np.uint64,
    shift: np.uint64,
    ids: TokenIds,
    begin: int,
    end: int,
    groups: Int64Array,
) -> int:
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
        n += int64(bits & _ONE)
        at += GROUP
    if at < end:
        groups[n] = at
        n += 1
    return n


@leaf
def flag_token_groups(prefilter: IdPrefilter, ids: TokenIds, begin: int, end: int, groups: Int64Array) -> int:
    """Do what `flag_groups` does where single ids are patterns too."""
    n = 0
    at = begin
    while at < end:
        bits = np.uint64(at + GROUP > end)
        for k in range(at, min(at + GROUP, end)):
            bits |= position_bit(prefilter, ids, k)
        groups[n] = at
        n += int64(bits & _ONE)
        at += GROUP
    return n


@leaf
def keep_keys(prefilter: IdPrefilter, ids: TokenIds, begin: int, flagged: Uint16Array, n_flagged: int) -> int:
    """Keep the flagged ids, counted from `begin`, beside which an anchor may stand; return how many.

    A key is the first id of its anchor or the second. Both pairs are looked up without a branch, and the ids
    are kept in place: 0.96 ns an id. With the positions written down at once it took 1.2 to 1.5.
    """
    bitmap, multiplier, shift = prefilter.bitmap, prefilter.multiplier, prefilter.shift
    with_tokens = prefilter.tokens.shape[0] != 0
    # The first id of all stays: no pair ends with it.
    n = int64(n_flagged > 0 and begin + int64(flagged[0]) == 0)
    if with_tokens:
        for k in range(n, n_flagged):
            at = begin + int64(flagged[k])
            bits = pair_bit(bitmap, multiplier, shift, ids, at - 1) | position_bit(prefilter, ids, at)
            flagged[n] = flagged[k]
            n += int64(bits & _ONE)
        return n
    for k in range(n, n_flagged):
        at = begin + int64(flagged[k])
        bits = pair_bit(bitmap, multiplier, shift, ids, at - 1) | pair_bit(bitmap, multiplier, shift, ids, at)
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
    bitmap, multiplier, shift = prefilter.bitmap, prefilter.multiplier, prefilter.shift
    with_tokens = prefilter.tokens.shape[0] != 0
    n, written = 0, begin - 1
    for k in range(n_flagged):
        at = begin + int64(flagged[k])
        positions[n] = at - 1
        bits = pair_bit(bitmap, multiplier, shift, ids, max(at - 1, 0))
        n += int64(bits & _ONE) & int64(at - 1 != written)
        positions[n] = at
        bits = pair_bit(bitmap, multiplier, shift, ids, at)
        if with_tokens:
            bits |= token_bit(prefilter, ids, at)
        n += int64(bits & _ONE)
        written = at
    if written != end - 1:
        positions[n] = end - 1
        n += int64(pair_bit(bitmap, multiplier, shift, ids, end - 1) & _ONE)
    return n


@leaf
def passing_positions(
    prefilter: IdPrefilter, ids: TokenIds, groups: Int64Array, n_groups: int, end: int, positions: Int64Array
) -> int:
    """Write down the positions of the flagged groups that pass by themselves; return how many.

    Like the groups, each is written and only those that pass are kept: no branch depends on the ids.
    """
    n = 0
    with_tokens = prefilter.tokens.shape[0] != 0
    if with_tokens:
        for g in range(n_groups):
            for at in range(groups[g], min(groups[g] + GROUP, end)):
                positions[n] = at
                n += int64(position_bit(prefilter, ids, at) & _ONE)
        return n
    for g in range(n_groups - 1):
        for k in range(GROUP):
            positions[n] = groups[g] + k
            n += int64(
                pair_bit(prefilter.bitmap, prefilter.multiplier, prefilter.shift, ids, groups[g] + k) & _ONE
            )
    if n_groups > 0:
        for at in range(groups[n_groups - 1], min(groups[n_groups - 1] + GROUP, end)):
            positions[n] = at
            n += int64(pair_bit(prefilter.bitmap, prefilter.multiplier, prefilter.shift, ids, at) & _ONE)
    return n
