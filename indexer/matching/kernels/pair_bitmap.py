"""A hashed set of pairs of ids that stays in the cache: it lets a few other pairs through."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf
from indexer.units import Uint64Array


class PairBitmap(NamedTuple):
    """The bits of all pairs.

    Attributes
    ----------
    words : array of uint64, shape (power of two,)
        A pair has one bit, or two, in the word ``pair * multiplier >> shift``.
    multiplier, shift : uint64
        The hash.
    """

    words: Uint64Array
    multiplier: np.uint64
    shift: np.uint64


@leaf
def word_of(bitmap: PairBitmap, pair: np.uint64) -> np.uint64:
    """Return the word that holds the bits of a pair."""
    word: np.uint64 = bitmap.words[(pair * bitmap.multiplier) >> bitmap.shift]
    return word
