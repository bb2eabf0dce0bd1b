"""Encodes many texts that share their words: each word once, where the tokenizer keeps words apart.

The questions to the tokenizer are those of `indexer.phrases.word_by_word`. Only texts of ASCII words with one
space between them are put together from words; others, and those of other tokenizers, are encoded whole.
"""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.phrases.ragged import Ragged, flatten, is_chosen, join, numbers_among, ragged, select
from indexer.phrases.spelled_rows import cut_at_spaces, whole_column
from indexer.phrases.word_by_word import (
    borders_before_spaces,
    further_words,
    sample_of,
)
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import BoolArray

_PLAIN = "^[!-~]+( [!-~]+)*$"
_TEXTS_AT_ONCE = 1 << 14
FEWEST_TEXTS = 2_000
"""With fewer texts nothing is gained."""


class TextEncoder:
    """Texts to ids, as `Tokenizer.encode_batch` does it.

    Parameters
    ----------
    tokenizer : Tokenizer
        The tokenizer.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def encode(self, texts: pa.Array | pa.ChunkedArray, *, lead: str = "") -> Ragged:
        """Return the ids of each text: no special tokens, no truncation, no padding.

        Parameters
        ----------
        texts : pyarrow.Array of string
            Texts; none is NULL.
        lead : str
            What stands before each, such as a space.
        """
        texts = whole_column(texts)
        plain = plain_texts(texts)
        numbers = np.flatnonzero(plain)
        found = self._by_words(texts.filter(pa.array(plain)), lead)
        if found is None:
            return self._whole(texts, lead)
        others = np.flatnonzero(~plain)
        if not len(others):
            return found
        joined = join([found, self._whole(texts.take(pa.array(others)), lead)])
        return select(joined, np.argsort(np.concatenate([numbers, others])))

    def _whole(self, texts: pa.Array, lead: str) -> Ragged:
        tables = [Ragged(np.zeros(0, np.uint32), np.zeros(1, np.int64))]
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            some = [lead + text for text in texts.slice(start, _TEXTS_AT_ONCE).to_pylist()]
            found = ragged(self._tokenizer.encode_batch(some))
            tables.append(Ragged(found.items.astype(np.uint32), found.offsets))
        return join(tables)

    def _by_words(self, texts: pa.Array, lead: str) -> Ragged | None:
        """Return the ids of plain texts put together from those of their words; None where they are not."""
        if len(texts) < FEWEST_TEXTS:
            return None
        words, rows = cut_at_spaces(texts)
        is_first = is_chosen(rows.offsets[:-1], len(rows.items))
        firsts = numbers_among(rows.items[is_first])
        rests = numbers_among(rows.items[~is_first])
        units = [lead + words[number] for number in firsts.tolist()]
        more = [" " + words[number] for number in rests.tolist()]
        if not borders_before_spaces(self._tokenizer.token_bytes(), [*units, *more]):
            return None
        further = further_words(self._tokenizer.encode_batch, more)
        if further is None:
            return None
        pool = ragged([*further, *self._tokenizer.encode_batch(units)])
        place = np.zeros((2, len(words)), np.int64)
        place[0, rests] = np.arange(len(rests))
        place[1, firsts] = len(rests) + np.arange(len(firsts))
        picks = Ragged(place[is_first.astype(np.intp), rows.items], rows.offsets)
        pool = Ragged(pool.items.astype(np.uint32), pool.offsets)
        return flatten(pool, picks) if self._agrees(texts, lead, pool, picks) else None

    def _agrees(self, texts: pa.Array, lead: str, pool: Ragged, picks: Ragged) -> bool:
        """Tell whether a sample of the texts has the same ids when it is encoded whole."""
        sample = sample_of(len(texts))
        whole = self._tokenizer.encode_batch(
            [lead + text for text in texts.take(pa.array(sample)).to_pylist()]
        )
        found = flatten(pool, select(picks, sample))
        return all(
            found.items[start:stop].tolist() == ids
            for ids, (start, stop) in zip(whole, itertools.pairwise(found.offsets), strict=True)
        )


def plain_texts(texts: pa.Array) -> BoolArray:
    """Return which texts are words of ASCII letters, digits and marks with one space between them."""
    return np.asarray(pc.match_substring_regex(texts, _PLAIN))
