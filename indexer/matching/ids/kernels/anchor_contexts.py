"""The fourth question of the window scan: whether an anchor, with the ids beside it, is part of a pattern."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.matching.ids.kernels.anchor_records import unpack_region
from indexer.matching.kernels.fingerprint_table import MIX
from indexer.units import Int64Array, TokenIds, Uint64Array

# Which ids beside its anchor a pattern is known by; the anchors of a slot may have patterns of every kind.
# As plain integers each would have its own compilation of `context_bit`.
ALONE, LEFT, RIGHT, LEFT_TWICE, RIGHT_TWICE, BOTH = (int64(1 << k) for k in range(6))

_ONE = np.uint64(1)
_LOW = np.uint64(63)
_HALF = np.uint64(32)


class Anchors(NamedTuple):
    """Anchors that stand in the stream.

    Attributes
    ----------
    position : array of int64
        Where the first id of each stands.
    around : array of uint64
        What is known of its patterns (`anchor_records`).
    kinds : array of int64
        Kinds of patterns that the ids beside it allow.
    chosen : array of int64
        Space for the numbers of some of them.
    n : int64
        How many there are.
    """

    position: Int64Array
    around: Uint64Array
    kinds: Int64Array
    chosen: Int64Array
    n: int


@leaf
def kind_of(before: int, length: int) -> int:
    """Return by which ids beside its anchor a pattern is known."""
    if length == 2:
        return ALONE
    if length == 3:
        return LEFT if before == 1 else RIGHT
    if before == 0:
        return RIGHT_TWICE
    return LEFT_TWICE if before == length - 2 else BOTH


@leaf
def context_hash(pair: np.uint64, kind: int, first: int, second: int) -> np.uint64:
    """Return 64 mixed bits of an anchor and the ids beside it."""
    beside = (np.uint64(first) | (np.uint64(second) << _HALF)) + np.uint64(kind)
    mixed = (pair * MIX) ^ (beside * np.uint64(0xC2B2AE3D27D4EB4F))
    return (mixed ^ (mixed >> np.uint64(29))) * MIX


@leaf
def context_bits(mixed: np.uint64) -> np.uint64:
    """Return the two bits of a context in its word: as cheap as one, and a false hit needs both."""
    return (_ONE << ((mixed >> np.uint64(20)) & _LOW)) | (_ONE << ((mixed >> np.uint64(26)) & _LOW))


@leaf
def context_word(around: np.uint64, mixed: np.uint64) -> np.uint64:
    """Return where the word of a context lies among those of its anchor."""
    begin, last = unpack_region(around)
    return begin + ((mixed >> _HALF) & last)


@leaf
def context_bit(
    contexts: Uint64Array, around: np.uint64, pair: np.uint64, kind: int, first: int, second: int
) -> int:
    """Return `kind` if some pattern may be known by these ids, 0 if none is."""
    mixed = context_hash(pair, kind, first, second)
    bits = context_bits(mixed)
    return int64(contexts[context_word(around, mixed)] & bits == bits) * kind


@leaf
def look_beside(
    contexts: Uint64Array, ids: TokenIds, anchors: Anchors, kind: int, first: int, second: int
) -> None:
    """Add a kind to every anchor where some pattern may be known by the ids beside it.

    `first` and `second` say where these ids stand, seen from the anchor; 0 is none. At the ends of the array
    an id stands in for one that is not there: that may let a position through, and holds none back.

    One loop for each kind over the anchors that have patterns of it, so that the cache misses of many anchors
    overlap: with one branch for each kind it took ten times as long.
    """
    chosen = anchors.chosen
    end = ids.shape[0] - 1
    n_chosen = 0
    for k in range(anchors.n):
        chosen[n_chosen] = k
        n_chosen += int64(int64(anchors.around[k]) & kind != 0)
    for c in range(n_chosen):
        k = chosen[c]
        at = anchors.position[k]
        one = int64(ids[min(max(at + first, 0), end)])
        two = int64(ids[min(max(at + second, 0), end)]) if second != 0 else int64(0)
        anchors.kinds[k] |= context_bit(contexts, anchors.around[k], load_pair(ids, at), kind, one, two)


@leaf
def reach(kinds: int, before: int, after: int) -> tuple[int, int]:
    """Return how far patterns of some kinds reach before their anchor, and from it on."""
    before = before if kinds & (BOTH | LEFT_TWICE) else int64(kinds & LEFT != 0)
    after = after if kinds & (BOTH | RIGHT_TWICE) else int64(2) + int64(kinds & RIGHT != 0)
    return before, after
