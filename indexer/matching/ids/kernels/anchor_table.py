"""Enter the patterns under their anchors: slots, reach, and contexts."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import kernel
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.anchor_contexts import (
    ALONE,
    BOTH,
    LEFT_TWICE,
    RIGHT,
    RIGHT_TWICE,
    context_bits,
    context_hash,
    context_word,
    kind_of,
)
from indexer.matching.ids.kernels.anchor_records import REACH, pack_around, unpack_reach
from indexer.matching.kernels.fingerprint_table import enter_pair
from indexer.units import Int64Array, TokenIds, Uint64Array

PATTERNS_PER_WORD = 8
"""Patterns for which an anchor has one word of 64 bits of contexts."""
_ONE = np.uint64(1)


@kernel
def number_slots(
    ids: TokenIds, offsets: Int64Array, anchor: Int64Array, width: int, tags: Uint64Array, around: Uint64Array
) -> int:
    """Give every anchor a slot and space for the contexts of its patterns; return the words of all."""
    n_patterns = around  # until it says more of a slot, it says how many patterns have it
    for pattern in range(offsets.shape[0] - 1):
        at = anchor[pattern]
        if at >= 0:
            pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(width))
            n_patterns[enter_pair(tags, pair)] += _ONE
    n_words = int64(0)
    for slot in range(around.shape[0]):
        if n_patterns[slot] > 0:
            doublings = int64(0)
            while np.uint64(PATTERNS_PER_WORD << doublings) < n_patterns[slot]:
                doublings += 1
            around[slot] = pack_around(int64(0), int64(0), int64(0), n_words, doublings)
            n_words += int64(1) << doublings
    return max(n_words, int64(1))


@kernel
def fill_slots(
    ids: TokenIds,
    offsets: Int64Array,
    anchor: Int64Array,
    width: int,
    tags: Uint64Array,
    around: Uint64Array,
    contexts: Uint64Array,
) -> tuple[int, int]:
    """Enter every pattern under its anchor.

    Returns
    -------
    longest_before, longest_after : int
        How many ids before its anchor a pattern begins, at most, and how many from it on one ends.
    """
    longest_before, longest_after = int64(0), int64(0)
    for pattern in range(offsets.shape[0] - 1):
        at = anchor[pattern]
        if at < 0:
            continue
        before = int64(at - offsets[pattern])
        after = int64(offsets[pattern + 1] - at)
        kind = kind_of(before, before + after)
        pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(width))
        slot = enter_pair(tags, pair)
        kinds, farthest_before, farthest_after = unpack_reach(around[slot])
        reach = pack_around(
            kinds | kind, max(before, farthest_before), max(after, farthest_after), int64(0), int64(0)
        )
        around[slot] = (around[slot] & ~REACH) | reach
        longest_before = max(longest_before, before)
        longest_after = max(longest_after, after)
        if kind == ALONE:
            continue
        second = int64(0)
        first = int64(ids[at + 2 if kind in (RIGHT, RIGHT_TWICE) else at - 1])
        if kind == BOTH:
            second = int64(ids[at + 2])
        elif kind == LEFT_TWICE:
            second = int64(ids[at - 2])
        elif kind == RIGHT_TWICE:
            second = int64(ids[at + 3])
        mixed = context_hash(pair, kind, first, second)
        contexts[context_word(around[slot], mixed)] |= context_bits(mixed)
    return longest_before, longest_after
