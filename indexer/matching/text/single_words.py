"""Split points for texts without a space: a place inside the word.

No space has to lie there, so tokens that hold the whole word reach across. They are crossing: the text is
searched wherever one stands. That is sooner done than decoding everything as long as they are rare.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.matching.text.crossing import crossing_spellings
from indexer.matching.text.kernels.mandatory_pairs import HOPELESS, SPACE, Borders, SplitScratch, cost_splits
from indexer.matching.text.kernels.tries import Spellings
from indexer.units import Int32Array, Int64Array, Uint8Array

_MOST_WORDS = 10_000
_MOST_CROSSING = 0.05


def split_words(
    text: Uint8Array,
    offsets: Int64Array,
    place: Int64Array,
    spellings: Spellings,
    borders: Borders,
    counts: NDArray[np.float32],
    scratch: SplitScratch,
    sample: Int32Array,
) -> set[int]:
    """Give texts that have no split point one inside the word, if that pays for all of them.

    Parameters
    ----------
    text : array of uint8
        All texts.
    offsets : array of int64, shape (n_texts + 1,)
        Text k is ``text[offsets[k]:offsets[k + 1]]``.
    place : array of int64, shape (n_texts,)
        The split point of each as a place in `text`, -1 where it has none yet; changed.
    spellings, borders
        Of the vocabulary.
    counts : array of float32
        Pairs in the sample, as `mandatory_pairs.count_pairs` counts them.
    scratch : CutRoom
        Buffers for the tokens around one split point.
    sample : array of int32
        Spellings in a sample of the corpus.

    Returns
    -------
    set of int
        The spellings that reach across one of these split points.
    """
    wanted = np.flatnonzero(place < 0)
    if not 0 < len(wanted) <= _MOST_WORDS:
        return set()
    data = text.tobytes()
    splits, of_text = [], []
    for number in wanted.tolist():
        for at in range(offsets[number] + 1, offsets[number + 1]):
            if not 0x80 <= data[at] < 0xC0 and data[at] != SPACE:
                splits.append(at)
                of_text.append(number)
    cost = np.empty(len(splits), np.float32)
    split, phrase = np.array(splits, np.int64), np.array(of_text, np.int64)
    cost_splits(spellings, borders, counts, text, offsets, split, phrase, scratch, cost)
    best: dict[int, int] = {}
    for k in np.argsort(cost, kind="stable").tolist():
        if cost[k] < HOPELESS:
            best.setdefault(of_text[k], splits[k])
    texts = [data[offsets[number] : offsets[number + 1]] for number in best]
    places = [at - int(offsets[number]) for number, at in best.items()]
    crossing: set[int] = set().union(*crossing_spellings(texts, places, spellings, borders))
    frequency = np.bincount(sample, minlength=1)
    n_crossing = int(frequency[[s for s in crossing if s < len(frequency)]].sum())
    if not words_pay(n_crossing, len(sample), len(wanted) - len(best)):
        return set()
    for number, at in best.items():
        place[number] = at
    return crossing


def words_pay(n_crossing: int, n_sampled: int, n_hopeless: int) -> bool:
    """Return whether windows around so many of the sampled ids cost less than decoding everything.

    A window takes some 600 ns, decoding 45 ns an id. One text that cannot be covered has everything decoded.
    """
    return n_hopeless == 0 and n_crossing <= _MOST_CROSSING * n_sampled
