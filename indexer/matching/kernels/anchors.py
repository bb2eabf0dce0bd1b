"""Choose each pattern's anchor: the pair of its ids that costs the scan least.

A pair costs what it lets through, its count in a sample of the corpus; patterns that share a pair share its
cost, and fewer pairs make a smaller bitmap with fewer false hits. So each pattern takes the pair with the
smallest (count + 1/2) / (patterns on that pair), several times over, since the choices of the others
change it. The id that a pair begins with costs in the same way, but less: it passes the first question
wherever it stands. On 134,000 phrases this left 22,000 pairs that begin with 1,600 ids.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.anchor_contexts import (
    ALONE,
    BOTH,
    LEFT,
    LEFT_TWICE,
    RIGHT,
    RIGHT_TWICE,
    context_bits,
    context_hash,
    context_word,
)
from indexer.matching.kernels.anchor_slots import (
    MIX,
    REACH,
    enter_pair,
    pack_around,
    pair_slot,
    unpack_reach,
)
from indexer.matching.kernels.compile import kernel, leaf

ROUNDS = 4
PATTERNS_PER_WORD = 8
"""Patterns for which an anchor has one word of 64 bits of contexts."""
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF = np.uint64(32)
_ONE = np.uint64(1)


@leaf
def number_slot(keys, pair):
    """Return the slot that holds a pair, or the empty one where it would stand."""
    mask = keys.shape[0] - 1
    slot = np.int64((pair * MIX) >> _HALF) & mask
    while keys[slot] != _EMPTY and keys[slot] != pair:
        slot = (slot + 1) & mask
    return slot


@kernel
def number_pairs(ids, offsets, keys, number_of):
    """Give every pair a number, its slot in `keys`; ``number_of[k]`` is that of the ids k and k + 1."""
    for pattern in range(offsets.shape[0] - 1):
        for at in range(offsets[pattern], offsets[pattern + 1] - 1):
            pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << _HALF)
            slot = number_slot(keys, pair)
            keys[slot] = pair
            number_of[at] = slot


@kernel
def count_pairs(sample, keys, counts):
    """Count the numbered pairs in a sample of the corpus."""
    for at in range(sample.shape[0] - 1):
        pair = np.uint64(sample[at]) | (np.uint64(sample[at + 1]) << _HALF)
        slot = number_slot(keys, pair)
        if keys[slot] == pair:
            counts[slot] += 1


@kernel
def choose_anchors(ids, offsets, number_of, counts, users, id_costs, id_users, anchor):
    """Choose for every pattern the place of its anchor in the pattern ids; -1 for patterns of one id.

    Parameters
    ----------
    counts, users : array of int32, shape (n_slots,)
        Of the pairs, by their numbers: how often each stands in the sample; zeros.
    id_costs : array of float64, shape (65536,)
        What it costs to have an id begin an anchor, in occurrences of a pair.
    id_users : array of int32, shape (65536,)
        Zeros.
    """
    for pattern in range(offsets.shape[0] - 1):
        for at in range(offsets[pattern], offsets[pattern + 1] - 1):
            users[number_of[at]] += 1
            id_users[ids[at] & 0xFFFF] += 1
    for turn in range(ROUNDS):
        for pattern in range(offsets.shape[0] - 1):
            best = np.int64(-1)
            best_cost = np.inf
            for at in range(offsets[pattern], offsets[pattern + 1] - 1):
                elsewhere = turn > 0 and anchor[pattern] != at
                token = ids[at] & 0xFFFF
                cost = (counts[number_of[at]] + 0.5) / (users[number_of[at]] + elsewhere)
                same_id = turn > 0 and ids[anchor[pattern]] & 0xFFFF == token
                cost += id_costs[token] / (id_users[token] + (turn > 0 and not same_id))
                if cost < best_cost:
                    best, best_cost = at, cost
            if turn > 0 and best >= 0:
                users[number_of[anchor[pattern]]] -= 1
                users[number_of[best]] += 1
                id_users[ids[anchor[pattern]] & 0xFFFF] -= 1
                id_users[ids[best] & 0xFFFF] += 1
            anchor[pattern] = best
        if turn == 0:
            users[:] = 0
            id_users[:] = 0
            for pattern in range(offsets.shape[0] - 1):
                if anchor[pattern] >= 0:
                    users[number_of[anchor[pattern]]] += 1
                    id_users[ids[anchor[pattern]] & 0xFFFF] += 1


@leaf
def kind_of(before, length):
    """Return by which ids beside its anchor a pattern is known."""
    if length == 2:
        return ALONE
    if length == 3:
        return LEFT if before == 1 else RIGHT
    if before == 0:
        return RIGHT_TWICE
    return LEFT_TWICE if before == length - 2 else BOTH


@kernel
def number_slots(ids, offsets, anchor, width, tags, around):
    """Give every anchor a slot and room for the contexts of its patterns; return the words of all."""
    for pattern in range(offsets.shape[0] - 1):
        at = anchor[pattern]
        if at >= 0:
            pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(width))
            around[enter_pair(tags, pair)] += _ONE
    n_words = np.int64(0)
    for slot in range(around.shape[0]):
        if around[slot] > 0:
            doublings = np.int64(0)
            while np.uint64(PATTERNS_PER_WORD << doublings) < around[slot]:
                doublings += 1
            around[slot] = pack_around(np.int64(0), np.int64(0), np.int64(0), n_words, doublings)
            n_words += np.int64(1) << doublings
    return max(n_words, np.int64(1))


@kernel
def find_slots(ids, offsets, anchor, width, tags, slots, kinds):
    """Write down the slot and the kind of every pattern; -1 and 0 for patterns of one id."""
    for pattern in range(offsets.shape[0] - 1):
        at = anchor[pattern]
        slots[pattern], kinds[pattern] = -1, 0
        if at >= 0:
            pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(width))
            slots[pattern] = pair_slot(tags, pair)[0]
            kinds[pattern] = kind_of(np.int64(at - offsets[pattern]), offsets[pattern + 1] - offsets[pattern])


@kernel
def fill_slots(ids, offsets, anchor, width, tags, around, contexts):
    """Enter every pattern under its anchor.

    Returns
    -------
    longest_before, longest_after : int
        How many ids before its anchor a pattern begins, at most, and how many from it on one ends.
    """
    longest_before, longest_after = np.int64(0), np.int64(0)
    for pattern in range(offsets.shape[0] - 1):
        at = anchor[pattern]
        if at < 0:
            continue
        before = np.int64(at - offsets[pattern])
        after = np.int64(offsets[pattern + 1] - at)
        kind = kind_of(before, before + after)
        pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(width))
        slot = enter_pair(tags, pair)
        kinds, farthest_before, farthest_after = unpack_reach(around[slot])
        reach = pack_around(
            kinds | kind, max(before, farthest_before), max(after, farthest_after), np.int64(0), np.int64(0)
        )
        around[slot] = (around[slot] & ~REACH) | reach
        longest_before = max(longest_before, before)
        longest_after = max(longest_after, after)
        if kind == ALONE:
            continue
        second = np.int64(0)
        first = np.int64(ids[at + 2 if kind in (RIGHT, RIGHT_TWICE) else at - 1])
        if kind == BOTH:
            second = np.int64(ids[at + 2])
        elif kind == LEFT_TWICE:
            second = np.int64(ids[at - 2])
        elif kind == RIGHT_TWICE:
            second = np.int64(ids[at + 3])
        mixed = context_hash(pair, kind, first, second)
        contexts[context_word(around[slot], mixed)] |= context_bits(mixed)
    return longest_before, longest_after
