"""Choose each pattern's anchor: the pair of its ids that costs the scan least.

A pair costs what it lets through, its count in a sample of the corpus; patterns that share a pair share its
cost, and fewer pairs make a smaller bitmap with fewer false hits. So each pattern takes the pair with the
smallest (count + 1/2) / (patterns on that pair), several times over, since the choices of the others
change it. The id that a pair begins with costs in the same way, but less: it passes the first question
wherever it stands. On 134,000 phrases this left 22,000 pairs that begin with 1,600 ids.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.anchor_slots import MIX
from indexer.matching.kernels.compile import kernel, leaf

ROUNDS = 4
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF = np.uint64(32)


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
