"""Which pairs of neighbouring tokens an occurrence of a phrase cannot avoid.

An occurrence is cut into tokens somehow. Take a *split point*: a space inside the phrase. If no token reaches
across it, some token ``t`` ends there and some token ``u`` begins. All (t, u) that fit the phrase make a set
that no occurrence avoids. Where u is a short beginning, such as a lone space, the pair is common in any
text; then all (u, v) with the tokens v that can follow do as well. So do the pairs before a short t. For each
u, and for each t, the sum of the counts in a sample of the corpus decides. Tokens that reach across a split
point are told apart elsewhere (`text.prefilter`).

A phrase without a space, or with none that is any good, is split at every place: at the *first* token border
inside an occurrence the token before it holds all of the phrase up to there. Occurrences inside one token
have no such border; they are found without pairs (`in_token`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.text.kernels.edge_classes import classes_beside
from indexer.matching.text.kernels.pair_records import (
    AT_SPLIT,
    BEFORE_SPLIT,
    BEHIND_SPLIT,
    enter_pair,
    pair_hash,
    pair_key,
)
from indexer.matching.text.kernels.splits import HOPELESS, Splits
from indexer.matching.text.kernels.tries import Neighbours, Spellings, spellings_beside
from indexer.units import BoolArray, Int32Array, TokenIds, Uint8Array, Uint64Array

NEW_PAIR = np.float32(0.25)
"""What a pair costs that the sample does not hold."""
NEW_SHARED_PAIR = np.float32(0.03)
"""The same for a pair inside one word: other phrases with the word have it too."""
MOST_PAIRS_OF_SPLIT = 1 << 16
TOO_MANY, NO_ROOM = -1, -2
"""In the place of a number of pairs: a split point has so many that it is no good; the table is too small."""


class CountedSpellings(NamedTuple):
    """The spellings of a vocabulary, and what pairs of them cost.

    Attributes
    ----------
    spellings : Spellings
        What tokens spell.
    counts : array of float32, shape (power of two,)
        How often pairs of them stand in a sample, by hash.
    left_word, right_word : bool
        Whether the character before (behind) an occurrence must be no letter or digit.
    """

    spellings: Spellings
    counts: NDArray[np.float32]
    left_word: bool
    right_word: bool


class SplitScratch(NamedTuple):
    """Buffers for the tokens around one split point."""

    before: Neighbours
    behind: Neighbours
    further: Neighbours
    pairs_behind: BoolArray
    pairs_before: BoolArray


@uncounted
def count_pairs(ids: TokenIds, spelling_of: Int32Array, counts: NDArray[np.float32]) -> None:
    """Count the pairs of spellings in a sample, in a table by hash: pairs that collide count as one."""
    mask = np.uint64(counts.shape[0] - 1)
    last = spelling_of.shape[0] - 1
    for at in range(ids.shape[0] - 1):
        left = spelling_of[min(int64(ids[at]), last)]
        right = spelling_of[min(int64(ids[at + 1]), last)]
        if left and right:
            counts[(pair_hash(pair_key(left, right)) >> np.uint64(20)) & mask] += np.float32(1)


@leaf
def cost_of(counted: CountedSpellings, left: int, right: int) -> np.float32:
    """Return how often a pair stands in the sample, or more."""
    mask = np.uint64(counted.counts.shape[0] - 1)
    cost: np.float32 = counted.counts[(pair_hash(pair_key(left, right)) >> np.uint64(20)) & mask]
    return cost


@leaf
def neighbours_of(
    counted: CountedSpellings, text: Uint8Array, place: int, border: int, found: Neighbours
) -> int:
    """List the spellings on the side of a place where `border` lies, an end of the phrase; return how many.

    See `spellings_beside`.
    """
    word = counted.right_word if border > place else counted.left_word
    return spellings_beside(counted.spellings, text, place, border, word, found)


@leaf
def cost_inside(
    counted: CountedSpellings, text: Uint8Array, place: int, border: int, token: int, further: Neighbours
) -> np.float32:
    """Return what the pairs of a token with those beyond its end cost; `HOPELESS` if these are too many."""
    if place == border:
        return HOPELESS
    n_further = neighbours_of(counted, text, place, border, further)
    cost = np.float32(0) if n_further >= 0 else HOPELESS
    for k in range(n_further):
        left, right = (token, further.spelling[k]) if border > place else (further.spelling[k], token)
        cost += NEW_SHARED_PAIR + cost_of(counted, left, right)
    return cost


@leaf
def keep_covering(before: Neighbours, n_before: int, n_bytes: int) -> int:
    """Keep the spellings that hold so many bytes; return how many."""
    n = int64(0)
    for k in range(n_before):
        before.spelling[n] = before.spelling[k]
        before.length[n] = before.length[k]
        n += int64(before.length[k] >= n_bytes)
    return n


@leaf
def choose_mandatory_pairs(
    counted: CountedSpellings, splits: Splits, number: int, scratch: SplitScratch
) -> tuple[int, int, np.float32]:
    """Choose the pairs of a split point, or of a place that is the first token border of an occurrence.

    Returns
    -------
    n_before, n_behind : int
        Spellings that can end (begin) at the split point, in `scratch`.
    cost : float
        Occurrences of the chosen pairs in the sample and what new pairs cost; `HOPELESS` for too many.
    """
    text, place, phrase = splits.text, splits.place[number], splits.phrase[number]
    start, stop = splits.offsets[phrase], splits.offsets[phrase + 1]
    before, behind, further = scratch.before, scratch.behind, scratch.further
    n_before = neighbours_of(counted, text, place, start, before)
    n_behind = neighbours_of(counted, text, place, stop, behind)
    if n_before < 0 or n_behind < 0:
        return int64(0), int64(0), HOPELESS
    if splits.is_first_border[number]:
        n_before = keep_covering(before, n_before, place - start)
    if n_before * n_behind > MOST_PAIRS_OF_SPLIT:
        return int64(0), int64(0), HOPELESS
    cost = np.float32(0)
    for j in range(n_behind):
        token, edge = behind.spelling[j], min(place + behind.length[j], stop)
        across = np.float32(0)
        for i in range(n_before):
            across += NEW_PAIR + cost_of(counted, before.spelling[i], token)
        inside = cost_inside(counted, text, edge, stop, token, further)
        scratch.pairs_behind[j] = inside < across
        if inside < across:
            cost += inside
    for i in range(n_before):
        token, edge = before.spelling[i], max(place - before.length[i], start)
        across = np.float32(0)
        for j in range(n_behind):
            if not scratch.pairs_behind[j]:
                across += NEW_PAIR + cost_of(counted, token, behind.spelling[j])
        inside = cost_inside(counted, text, edge, start, token, further)
        scratch.pairs_before[i] = inside < across
        cost += min(inside, across)
    return n_before, n_behind, cost


@uncounted
def cost_splits(
    counted: CountedSpellings, splits: Splits, scratch: SplitScratch, cost: NDArray[np.float32]
) -> None:
    """Find the cost of each split point."""
    for n in range(splits.place.shape[0]):
        _, _, cost[n] = choose_mandatory_pairs(counted, splits, n, scratch)


@leaf
def enter_mandatory_pairs(
    counted: CountedSpellings,
    splits: Splits,
    number: int,
    scratch: SplitScratch,
    table: Uint64Array,
    room: int,
) -> int:
    """Enter all pairs of a split point.

    Parameters
    ----------
    room : int
        Pairs that the table has room for; one slot is left free, or a pair that is not there would be sought
        for ever.

    Returns
    -------
    int
        How many were new; `TOO_MANY`, or `NO_ROOM` where some are missing.
    """
    before, behind, further = scratch.before, scratch.behind, scratch.further
    n_before, n_behind, cost = choose_mandatory_pairs(counted, splits, number, scratch)
    if cost == HOPELESS:
        return int64(TOO_MANY)
    text, split, phrase = splits.text, splits.place[number], splits.phrase[number]
    start, stop = splits.offsets[phrase], splits.offsets[phrase + 1]
    offsets = counted.spellings.offsets
    n_new = int64(0)
    # First the tokens before the split point, then those behind it: each meets the other side or its own
    # neighbours.
    for side in range(n_before + n_behind):
        if side < n_before:
            i = side
            token, place, role = before.spelling[i], split, AT_SPLIT
            n, others = n_behind, behind
            if scratch.pairs_before[i]:
                place, role = split - before.length[i], BEFORE_SPLIT
                n = neighbours_of(counted, text, place, start, further)
                others = further
        else:
            j = side - n_before
            if not scratch.pairs_behind[j]:
                continue
            token, place, role = behind.spelling[j], split + behind.length[j], BEHIND_SPLIT
            n = neighbours_of(counted, text, place, stop, further)
            others = further
        if n_new + n > room:
            return int64(NO_ROOM)
        for k in range(n):
            if role == AT_SPLIT and scratch.pairs_behind[k]:
                continue
            left, right = token, others.spelling[k]
            if role == BEFORE_SPLIT:
                left, right = right, left
            first, last = (
                place - offsets[left + 1] + offsets[left],
                place + offsets[right + 1] - offsets[right],
            )
            beside = classes_beside(text, start, stop, first, last, counted.left_word, counted.right_word)
            n_new += enter_pair(table, pair_key(left, right), splits, number, place, role, beside)
    return n_new


@uncounted
def enter_all_mandatory_pairs(
    counted: CountedSpellings,
    splits: Splits,
    scratch: SplitScratch,
    table: Uint64Array,
    max_pairs: int,
    hopeless: BoolArray,
) -> bool:
    """Enter the pairs of all split points; return whether `max_pairs` are enough.

    `hopeless` is set for the phrases of split points with too many pairs.
    """
    n_pairs = int64(0)
    for number in range(splits.place.shape[0]):
        if n_pairs > max_pairs:
            return False
        room = int64(table.shape[0]) - 1 - n_pairs
        n_new = enter_mandatory_pairs(counted, splits, number, scratch, table, room)
        if n_new == NO_ROOM:
            return False
        hopeless[splits.phrase[number]] |= n_new < 0
        n_pairs += max(n_new, 0)
    return True
