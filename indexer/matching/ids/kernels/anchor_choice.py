"""Choose each pattern's anchor: the pair of its ids that costs the scan least.

A pair costs what it lets through, its count in a sample of the corpus: once for the pair, and once more for
each kind of ids beside it by which its patterns are known (`anchor_contexts`). One of its two ids is its key;
that costs too, but less, since it passes the first question wherever it stands. Patterns that share a pair, a
kind or a key share its cost, and fewer pairs make a smaller bitmap with fewer false hits. So each pattern
takes what is cheapest when its cost is divided by the patterns that have it too, several times over, since
the choices of the others change it. Then each takes what adds least to the cost of all: what others need in
any case is free.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import kernel, leaf
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.anchor_contexts import kind_of
from indexer.units import Float64Array, Int32Array, Int64Array, TokenIds

ROUNDS = 4
PAIR_COST, KIND_COST = 0.55, 0.45
"""What an occurrence of a pair costs, and what each kind of its patterns adds, in units of some 27 ns."""


class Choice(NamedTuple):
    """What the pairs and ids of patterns cost, and how many patterns have chosen them.

    Attributes
    ----------
    pair, kind : array of int32, shape (n_ids,)
        By place in the pattern ids: the number of the pair that begins there, and that of the pair with
        the kind the pattern would have.
    pair_counts : array of int32
        By number of a pair, how often it stands in the sample.
    pair_users, kind_users : array of int32
        Zeros; then by number, how many patterns have it.
    id_costs : array of float64, shape (65536,)
        What it costs to have an id be a key, in occurrences of a pair.
    id_users : array of int32, shape (65536,)
        Zeros; then how many patterns have it.
    """

    pair: Int32Array
    kind: Int32Array
    pair_counts: Int32Array
    pair_users: Int32Array
    kind_users: Int32Array
    id_costs: Float64Array
    id_users: Int32Array


@kernel
def kinds_of_pairs(offsets: Int64Array, kinds: Int64Array) -> None:
    """Fill for each place in the pattern ids which kind its pattern is if its anchor begins there."""
    for pattern in range(offsets.shape[0] - 1):
        start, stop = offsets[pattern], offsets[pattern + 1]
        for at in range(start, stop - 1):
            kinds[at] = kind_of(at - start, stop - start)


@leaf
def enter_users(choice: Choice, ids: TokenIds, at: int, key: int, n: int) -> None:
    """Count `n` patterns more that have the pair at a place, and its key."""
    choice.pair_users[choice.pair[at]] += n
    choice.kind_users[choice.kind[at]] += n
    choice.id_users[ids[key] & 0xFFFF] += n


@leaf
def share(cost: float, n_users: int, is_shared: bool) -> float:
    """Return what one more user pays: an equal share, or all where it is the first one and nothing else."""
    if is_shared:
        return cost / (n_users + 1)
    return cost * (n_users == 0)


@leaf
def cost_of(choice: Choice, ids: TokenIds, at: int, key: int, is_shared: bool) -> float:
    """Return what a pattern pays for this pair and key, one more than have them now; see `share`."""
    token = ids[key] & 0xFFFF
    of_pair = share(PAIR_COST, choice.pair_users[choice.pair[at]], is_shared)
    of_kind = share(KIND_COST, choice.kind_users[choice.kind[at]], is_shared)
    of_id = share(choice.id_costs[token], choice.id_users[token], is_shared)
    cost: float = (choice.pair_counts[choice.pair[at]] + 0.5) * (of_pair + of_kind) + of_id
    return cost


@kernel
def choose_anchors(
    choice: Choice, ids: TokenIds, offsets: Int64Array, anchor: Int64Array, key: Int64Array
) -> None:
    """Choose for every pattern the places of its anchor and its key; -1 for patterns of one id.

    Parameters
    ----------
    choice : Choice
        With no users yet.
    ids, offsets
        The patterns.
    anchor, key : array of int64, shape (n_patterns,)
        Written: places in the pattern ids.
    """
    anchor[:], key[:] = -1, -1
    for pattern in range(offsets.shape[0] - 1):
        for at in range(offsets[pattern], offsets[pattern + 1] - 1):
            enter_users(choice, ids, at, at, 1)
            enter_users(choice, ids, at, at + 1, 1)
    for turn in range(2 * ROUNDS):
        if turn == 1:
            choice.pair_users[:], choice.kind_users[:], choice.id_users[:] = 0, 0, 0
            for pattern in range(offsets.shape[0] - 1):
                if anchor[pattern] >= 0:
                    enter_users(choice, ids, anchor[pattern], key[pattern], 1)
        for pattern in range(offsets.shape[0] - 1):
            best, best_key, best_cost = anchor[pattern], key[pattern], np.inf
            if turn > 0 and best >= 0:
                enter_users(choice, ids, best, best_key, -1)
            for at in range(offsets[pattern], offsets[pattern + 1] - 1):
                for place in range(at, at + 2):
                    cost = cost_of(choice, ids, at, place, turn < ROUNDS)
                    if cost < best_cost:
                        best, best_key, best_cost = int64(at), int64(place), cost
            if turn > 0 and best >= 0:
                enter_users(choice, ids, best, best_key, 1)
            anchor[pattern], key[pattern] = best, best_key
