"""Where phrases are split into tokens: the places that are tried, and the choice of one for each phrase."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.jit.compile import uncounted
from indexer.jit.numbers import int64
from indexer.units import BoolArray, Int64Array, Uint8Array, Uint64Array

HOPELESS = np.float32(1e30)
"""The cost of a split point that has too many pairs."""
SPACE = 0x20


class Splits(NamedTuple):
    """Texts, one behind the other, and where they are split.

    Attributes
    ----------
    text, offsets
        Text k is ``text[offsets[k]:offsets[k + 1]]``.
    place, phrase : array of int64, shape (n_splits,)
        Places in `text`, and the text each lies in.
    is_first_border : array of bool
        Whether it stands for the occurrences whose first token border it is, and other places of its text for
        the others; else it is a space, the only split point of its text.
    """

    text: Uint8Array
    offsets: Int64Array
    place: Int64Array
    phrase: Int64Array
    is_first_border: BoolArray


@uncounted
def list_splits(splits: Splits, word_pair: Uint64Array) -> int:
    """List the split points of all texts: spaces with a byte before them. Return how many.

    Fills `Splits.place` and `Splits.phrase`; where these are empty it only counts. `word_pair` gets a hash of
    the two words beside each.
    """
    text, offsets = splits.text, splits.offsets
    n = int64(0)
    for number in range(offsets.shape[0] - 1):
        start, stop = offsets[number], offsets[number + 1]
        for place in range(start + 1, stop):
            if text[place] != SPACE:
                continue
            if n < splits.place.shape[0]:
                splits.place[n] = place
                splits.phrase[n] = number
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
                word_pair[n] = hashed
            n += 1
    return n


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
