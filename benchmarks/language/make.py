"""Makes the language: ranks of words, spellings, paragraphs, phrases, a tokenizer, ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.language.phrases import phrase_texts, vocabulary_of_phrases
from benchmarks.language.sentences import DISCOUNT, STRENGTH, cumulative, word_ranks
from benchmarks.language.text import encoded, paragraph_starts, train
from benchmarks.language.words import is_sign, lexicon

SEED = 20261128
N_WORDS = 5_000_000
N_SPELLINGS = 100_000
N_PHRASES = 105_000
N_SENTENCES, WORDS_OF_SENTENCE = 60_000, 9


@dataclass(frozen=True)
class Language:
    """What is made.

    Attributes
    ----------
    ids : array of uint16
        The text, paragraph after paragraph.
    offsets : array of int
        Where paragraphs begin; the last element is the number of ids.
    phrases : list of str
        Distinct phrases.
    sentences : list of str
        Longer phrases, to be cut into windows.
    tokenizer : tokenizers.Tokenizer
        A byte-level BPE.
    """

    ids: np.ndarray
    offsets: np.ndarray
    phrases: list[str]
    sentences: list[str]
    tokenizer: Any


def make_language(
    n_words: int = N_WORDS, n_phrases: int = N_PHRASES, n_sentences: int = N_SENTENCES, seed: int = SEED
) -> Language:
    """Make the language; the same arguments give the same ids everywhere."""
    of_text, of_phrases, of_tokenizer = (np.random.default_rng([seed, k]) for k in range(3))
    spelled = lexicon(N_SPELLINGS, of_text)
    ranks = word_ranks(n_words, np.uint64(seed), cumulative(), DISCOUNT, STRENGTH)
    ranks = _without_double_signs(ranks, spelled)
    starts = paragraph_starts(ranks, spelled, of_text)
    vocabulary = vocabulary_of_phrases(spelled, of_phrases)
    phrases = phrase_texts(ranks, spelled, vocabulary, n_phrases, of_phrases)
    sentences = phrase_texts(ranks, spelled, vocabulary, n_sentences, of_phrases, WORDS_OF_SENTENCE)
    tokenizer = train(ranks, starts, spelled, phrases, of_tokenizer)
    ids, offsets = encoded(ranks, starts, spelled, tokenizer)
    return Language(ids, offsets, phrases, sentences, tokenizer)


def _without_double_signs(ranks: np.ndarray, spelled: list[str]) -> np.ndarray:
    """Leave out signs behind signs: a tokenizer cuts these together."""
    sign = np.array([is_sign(word) for word in spelled])[ranks]
    return ranks[~np.append(False, sign[1:] & sign[:-1])]
