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

from indexer.jit.compile import uncounted
from indexer.jit.numbers import int64
from indexer.matching.text.kernels.edge_classes import classes_beside
from indexer.matching.text.kernels.search import LOOK_AHEAD
from indexer.matching.text.kernels.tries import Neighbours, Spellings, spellings_beside
from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds, Uint8Array, Uint64Array

PAIR, INFO, BESIDE = 0, 1, 2
"""Columns of the table of pairs: the pair of spellings, and what is known of its phrases (`enter_pair`)."""
BEHIND_SPLIT, AT_SPLIT, BEFORE_SPLIT = 0, 1, 2
"""Roles of a pair: how many tokens behind its left one the split point lies."""
ROLES = 3
REACH_BITS = np.uint64(14)
MOST_REACH = (1 << 14) - 1
CLASS_SHIFT = np.uint64(28)
CLASSES = np.uint64(0xFFFFFFFF)
ROLE_SHIFT = np.uint64(60)

NEW_PAIR = np.float32(0.25)
"""What a pair costs that the sample does not hold."""
NEW_SHARED_PAIR = np.float32(0.03)
"""The same for a pair inside one word: other phrases with the word have it too."""
HOPELESS = np.float32(1e30)
MOST_PAIRS_OF_SPLIT = 1 << 16
SPACE = 0x20


class Borders(NamedTuple):
    """Whether the character before (behind) an occurrence must be no letter or digit."""

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
def pair_key(left: int, right: int) -> np.uint64:
    """Return two spellings as one number; never 0."""
    return (np.uint64(left) << np.uint64(32)) | np.uint64(right)


@uncounted
def pair_hash(key: np.uint64) -> np.uint64:
    """Return a hash of a pair of spellings."""
    mixed = key * np.uint64(0x9E3779B97F4A7C15)
    return (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xC2B2AE3D27D4EB4F)


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


@uncounted
def count_of(counts: NDArray[np.float32], left: int, right: int) -> np.float32:
    """Return how often a pair stands in the sample, or more."""
    place = (pair_hash(pair_key(left, right)) >> np.uint64(20)) & np.uint64(counts.shape[0] - 1)
    count: np.float32 = counts[place]
    return count


@uncounted
def cost_inside(
    spellings: Spellings,
    borders: Borders,
    counts: NDArray[np.float32],
    phrase: Uint8Array,
    place: int,
    border: int,
    token: int,
    further: Neighbours,
) -> np.float32:
    """Return what the pairs of a token with those beyond its end cost; `HOPELESS` if these are too many."""
    word = borders.right_word if border > place else borders.left_word
    n_further = spellings_beside(spellings, phrase, place, border, word, further)
    cost = np.float32(0) if n_further >= 0 else HOPELESS
    for k in range(n_further):
        left, right = (token, further.spelling[k]) if border > place else (further.spelling[k], token)
        cost += NEW_SHARED_PAIR + count_of(counts, left, right)
    return cost


@uncounted
def keep_covering(before: Neighbours, n_before: int, n_bytes: int) -> int:
    """Keep the spellings that hold so many bytes; return how many."""
    n = int64(0)
    for k in range(n_before):
        before.spelling[n] = before.spelling[k]
        before.length[n] = before.length[k]
        n += int64(before.length[k] >= n_bytes)
    return n


@uncounted
def choose_mandatory_pairs(
    spellings: Spellings,
    borders: Borders,
    counts: NDArray[np.float32],
    phrase: Uint8Array,
    start: int,
    stop: int,
    place: int,
    is_first_border: bool,
    scratch: SplitScratch,
) -> tuple[int, int, np.float32]:
    """Choose the pairs of a split point, or of a place that is the first token border of an occurrence.

    Returns
    -------
    n_before, n_behind : int
        Spellings that can end (begin) at the split point, in `scratch`.
    cost : float
        Occurrences of the chosen pairs in the sample and what new pairs cost; `HOPELESS` for too many.
    """
    before, behind, further = scratch.before, scratch.behind, scratch.further
    n_before = spellings_beside(spellings, phrase, place, start, borders.left_word, before)
    n_behind = spellings_beside(spellings, phrase, place, stop, borders.right_word, behind)
    if n_before < 0 or n_behind < 0:
        return int64(0), int64(0), HOPELESS
    if is_first_border:
        n_before = keep_covering(before, n_before, place - start)
    if n_before * n_behind > MOST_PAIRS_OF_SPLIT:
        return int64(0), int64(0), HOPELESS
    cost = np.float32(0)
    for j in range(n_behind):
        across = np.float32(0)
        for i in range(n_before):
            across += NEW_PAIR + count_of(counts, before.spelling[i], behind.spelling[j])
        inside, edge = HOPELESS, place + behind.length[j]
        if edge < stop:
            inside = cost_inside(spellings, borders, counts, phrase, edge, stop, behind.spelling[j], further)
        scratch.pairs_behind[j] = inside < across
        if inside < across:
            cost += inside
    for i in range(n_before):
        across = np.float32(0)
        for j in range(n_behind):
            if not scratch.pairs_behind[j]:
                across += NEW_PAIR + count_of(counts, before.spelling[i], behind.spelling[j])
        inside, edge = HOPELESS, place - before.length[i]
        if edge > start:
            inside = cost_inside(spellings, borders, counts, phrase, edge, start, before.spelling[i], further)
        scratch.pairs_before[i] = inside < across
        cost += min(inside, across)
    return n_before, n_behind, cost


@uncounted
def width_class(n: int) -> np.uint64:
    """Return the class of the most bytes among 1, 2, 4 and 8 that `n` bytes, at least one, hold."""
    return np.uint64(n > 1) + np.uint64(n > 3) + np.uint64(n > 7)


@uncounted
def split_class(n_before: int, n_behind: int) -> np.uint64:
    """Return one of 32 classes of split points: which bytes on either side tell it from others.

    Up to eight behind the split point, and the most among 1, 2, 4 and 8 before it. With four classes on both
    sides twice as many windows were opened: most phrases end a few bytes behind the word that the split point
    stands before.
    """
    return width_class(n_before) * np.uint64(8) + np.uint64(min(n_behind, 8) - 1)


@uncounted
def enter_pair(
    table: Uint64Array,
    start: int,
    stop: int,
    split: int,
    place: int,
    role: int,
    left: int,
    right: int,
    beside: np.uint64,
) -> int:
    """Enter the pair that meets at a place of the phrase with this split point.

    The third column gets the classes of what can stand beside the pair (`edge_classes`). The second gets,
    from its lowest bit on: how many bytes phrases begin before the pair meets, at most (14 bits); how many
    bytes have to be known behind (14); a bit for each class of split points (32); a bit for each role the
    pair has (4).

    Returns
    -------
    int
        1 if the pair was not in the table.
    """
    key = pair_key(left, right)
    mask = table.shape[0] - 1
    slot = int64(pair_hash(key) >> np.uint64(20)) & mask
    while table[slot, PAIR] != 0 and table[slot, PAIR] != key:
        slot = (slot + 1) & mask
    new = int64(table[slot, PAIR] == 0)
    table[slot, PAIR] = key
    info = table[slot, INFO]
    reach_left = max(info & np.uint64(MOST_REACH), np.uint64(place - start))
    reach_right = max((info >> REACH_BITS) & np.uint64(MOST_REACH), np.uint64(stop - place + LOOK_AHEAD))
    info = (info >> CLASS_SHIFT) << CLASS_SHIFT
    info |= np.uint64(1) << (CLASS_SHIFT + split_class(split - start, stop - split))
    info |= np.uint64(1) << (ROLE_SHIFT + np.uint64(role))
    table[slot, INFO] = info | (reach_right << REACH_BITS) | reach_left
    table[slot, BESIDE] |= beside
    return new


@uncounted
def enter_mandatory_pairs(
    spellings: Spellings,
    borders: Borders,
    counts: NDArray[np.float32],
    phrase: Uint8Array,
    start: int,
    stop: int,
    split: int,
    is_first_border: bool,
    scratch: SplitScratch,
    table: Uint64Array,
) -> int:
    """Enter all pairs of a split point; return how many were new, -1 if they are too many."""
    before, behind, further = scratch.before, scratch.behind, scratch.further
    n_before, n_behind, cost = choose_mandatory_pairs(
        spellings, borders, counts, phrase, start, stop, split, is_first_border, scratch
    )
    if cost == HOPELESS:
        return int64(-1)
    n_new = int64(0)
    # First the tokens before the split point, then those behind it: each meets the other side or its own
    # neighbours.
    for side in range(n_before + n_behind):
        if side < n_before:
            i = side
            left, place, role = before.spelling[i], split, AT_SPLIT
            n, others = n_behind, behind
            if scratch.pairs_before[i]:
                place, role = split - before.length[i], BEFORE_SPLIT
                n = spellings_beside(spellings, phrase, place, start, borders.left_word, further)
                others = further
        else:
            j = side - n_before
            if not scratch.pairs_behind[j]:
                continue
            left, place, role = behind.spelling[j], split + behind.length[j], BEHIND_SPLIT
            n = spellings_beside(spellings, phrase, place, stop, borders.right_word, further)
            others = further
        for k in range(n):
            if role == AT_SPLIT and scratch.pairs_behind[k]:
                continue
            first, second = left, others.spelling[k]
            if role == BEFORE_SPLIT:
                first, second = second, first
            n_first = spellings.offsets[first + 1] - spellings.offsets[first]
            n_second = spellings.offsets[second + 1] - spellings.offsets[second]
            beside = classes_beside(
                phrase, start, stop, place - n_first, place + n_second, borders.left_word, borders.right_word
            )
            n_new += enter_pair(table, start, stop, split, place, role, first, second, beside)
    return n_new


@uncounted
def list_splits(
    text: Uint8Array,
    offsets: Int64Array,
    splits: Int64Array,
    split_phrase: Int64Array,
    split_word_pair: Uint64Array,
) -> int:
    """List the split points of all phrases: spaces with a byte before them. Return how many.

    Empty arrays only count. `split_word_pair` gets a hash of the two words beside each.
    """
    n = int64(0)
    for number in range(offsets.shape[0] - 1):
        start, stop = offsets[number], offsets[number + 1]
        for place in range(start + 1, stop):
            if text[place] != SPACE:
                continue
            if n < splits.shape[0]:
                splits[n] = place
                split_phrase[n] = number
                first = place
                while first > start and text[first - 1] != SPACE:
                    first -= 1
                last = place + 1
                while last < stop and text[last] != SPACE:
                    last += 1
                # Phrase ends tell other tokens apart than spaces do.
                hashed = np.uint64(first == start) + np.uint64(2) * np.uint64(last == stop) + np.uint64(7)
                for k in range(first, last):
                    hashed = (hashed ^ np.uint64(text[k])) * np.uint64(0x100000001B3)
                split_word_pair[n] = hashed
            n += 1
    return n


@uncounted
def cost_splits(
    spellings: Spellings,
    borders: Borders,
    counts: NDArray[np.float32],
    text: Uint8Array,
    offsets: Int64Array,
    splits: Int64Array,
    split_phrase: Int64Array,
    scratch: SplitScratch,
    cost: NDArray[np.float32],
) -> None:
    """Find the cost of each split point."""
    for n in range(splits.shape[0]):
        start, stop = offsets[split_phrase[n]], offsets[split_phrase[n] + 1]
        _, _, cost[n] = choose_mandatory_pairs(
            spellings, borders, counts, text, start, stop, splits[n], False, scratch
        )


@uncounted
def choose_splits(
    split_first: Int64Array,
    split_kind: Int64Array,
    cost: NDArray[np.float32],
    n_sharers: Int64Array,
    chosen: Int64Array,
) -> None:
    """Choose for each phrase the cheapest split point; those that chose its like share the cost.

    Parameters
    ----------
    split_first : array of int64, shape (n_phrases + 1,)
        Split points of phrase p are ``split_first[p]`` to ``split_first[p + 1]``.
    split_kind : array of int64
        Which pair of words stands around each.
    cost : array of float32
        By kind.
    n_sharers : array of int64
        By kind; brought up to date.
    chosen : array of int64, shape (n_phrases,)
        The split point each phrase has; -1 for none.
    """
    for phrase in range(chosen.shape[0]):
        if chosen[phrase] >= 0:
            n_sharers[split_kind[chosen[phrase]]] -= 1
        best, best_cost = int64(-1), HOPELESS
        for split in range(split_first[phrase], split_first[phrase + 1]):
            shared = (cost[split_kind[split]] + np.float32(0.5)) / np.float32(
                n_sharers[split_kind[split]] + 1
            )
            if cost[split_kind[split]] < HOPELESS and shared < best_cost:
                best, best_cost = split, shared
        chosen[phrase] = best
        if best >= 0:
            n_sharers[split_kind[best]] += 1


@uncounted
def enter_all_mandatory_pairs(
    spellings: Spellings,
    borders: Borders,
    counts: NDArray[np.float32],
    text: Uint8Array,
    offsets: Int64Array,
    splits: Int64Array,
    split_phrase: Int64Array,
    is_first_border: BoolArray,
    scratch: SplitScratch,
    table: Uint64Array,
    max_pairs: int,
    hopeless: BoolArray,
) -> bool:
    """Enter the pairs of all split points; return whether `max_pairs` are enough.

    `hopeless` is set for the phrases of split points with too many pairs.
    """
    n_pairs = int64(0)
    for number in range(splits.shape[0]):
        if n_pairs > max_pairs:
            return False
        phrase = split_phrase[number]
        n_new = enter_mandatory_pairs(
            spellings, borders, counts, text, offsets[phrase], offsets[phrase + 1],
            splits[number], is_first_border[number], scratch, table,
        )  # fmt: skip
        hopeless[phrase] |= n_new < 0
        n_pairs += max(n_new, 0)
    return True
