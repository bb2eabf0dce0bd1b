"""Choose each pattern's anchor: the pair of its ids that costs the scan least.

A pair costs what it lets through, its count in a sample of the corpus; patterns that share a pair share its
cost, and fewer pairs make a smaller bitmap with fewer false hits. So each pattern takes the pair with the
smallest (count + 1/2) / (patterns on that pair), several times over, since the choices of the others
change it. On 134,000 phrases this left 18,000 pairs.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.compile import inlined, kernel
from indexer.matching.kernels.pair_filter import ANY, EXTENT, KEY, LEFT, MIX, RIGHT, pair_slot

ROUNDS = 4
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF = np.uint64(32)
_LOW = np.uint64(63)


@inlined
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
def choose_anchors(offsets, number_of, counts, users, anchor):
    """Choose for every pattern the place of its anchor in the pattern ids; -1 for patterns of one id."""
    for pattern in range(offsets.shape[0] - 1):
        for at in range(offsets[pattern], offsets[pattern + 1] - 1):
            users[number_of[at]] += 1
    for turn in range(ROUNDS):
        for pattern in range(offsets.shape[0] - 1):
            best = np.int64(-1)
            best_cost = np.inf
            for at in range(offsets[pattern], offsets[pattern + 1] - 1):
                sharers = users[number_of[at]] + (turn > 0 and anchor[pattern] != at)
                cost = (counts[number_of[at]] + 0.5) / sharers
                if cost < best_cost:
                    best, best_cost = at, cost
            if turn > 0 and best >= 0:
                users[number_of[anchor[pattern]]] -= 1
                users[number_of[best]] += 1
            anchor[pattern] = best
        if turn == 0:
            users[:] = 0
            for pattern in range(offsets.shape[0] - 1):
                if anchor[pattern] >= 0:
                    users[number_of[anchor[pattern]]] += 1


@kernel
def fill_slots(ids, offsets, anchor, width, slots):
    """Enter every anchor with what its patterns allow around it; return the longest way to a beginning."""
    longest_before = 0
    for pattern in range(offsets.shape[0] - 1):
        at = anchor[pattern]
        if at < 0:
            continue
        pair = np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(width))
        slot = pair_slot(slots, pair)
        before = max(np.int64(at - offsets[pattern]), np.int64(slots[slot, EXTENT] >> _HALF))
        after = max(
            np.int64(offsets[pattern + 1] - at), np.int64(slots[slot, EXTENT] & np.uint64(0xFFFFFFFF))
        )
        slots[slot, KEY] = pair
        slots[slot, EXTENT] = np.uint64((before << 32) | after)
        if at == offsets[pattern]:
            slots[slot, LEFT] = ANY
        else:
            slots[slot, LEFT] |= np.uint64(1) << (np.uint64(ids[at - 1]) & _LOW)
        if at + 2 == offsets[pattern + 1]:
            slots[slot, RIGHT] = ANY
        else:
            slots[slot, RIGHT] |= np.uint64(1) << (np.uint64(ids[at + 2]) & _LOW)
        longest_before = max(longest_before, before)
    return longest_before
