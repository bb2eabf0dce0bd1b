"""The seeded language: the same everywhere, and cut to ids as its tokenizer cuts its text."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from benchmarks.language import make_language
from benchmarks.language.sentences import DISCOUNT, STRENGTH, cumulative, word_ranks


@pytest.fixture(scope="module")
def language():
    return make_language(n_words=60_000, n_phrases=3_000, n_sentences=20)


def test_the_ranks_of_words_are_the_same_on_every_machine():
    ranks = word_ranks(20_000, np.uint64(7), cumulative(), DISCOUNT, STRENGTH)
    assert hashlib.sha256(ranks.astype("<i4").tobytes()).hexdigest()[:16] == "1a5a638e26c1f07b"


def test_frequent_words_are_as_large_a_share_as_they_are_in_text():
    ranks = word_ranks(200_000, np.uint64(7), cumulative(), DISCOUNT, STRENGTH)
    shares = np.sort(np.bincount(ranks))[::-1].cumsum() / len(ranks)
    assert shares[[9, 99, 999]] == pytest.approx([0.27, 0.58, 0.80], abs=0.04)


def test_pairs_of_words_return_as_often_as_in_text():
    ranks = word_ranks(200_000, np.uint64(7), cumulative(), DISCOUNT, STRENGTH).astype(np.int64)
    n_pairs = len(np.unique(ranks[:-1] << 32 | ranks[1:])) / len(ranks)
    drawn = np.random.default_rng(1).permutation(ranks)
    n_drawn = len(np.unique(drawn[:-1] << 32 | drawn[1:])) / len(ranks)
    assert n_pairs == pytest.approx(0.47, abs=0.03)
    assert n_pairs < 0.85 * n_drawn


def test_its_ids_are_what_the_tokenizer_makes_of_its_text(language):
    for first, last in zip(language.offsets[:50], language.offsets[1:51], strict=True):
        ids = language.ids[first:last].tolist()
        text = language.tokenizer.decode(ids)
        assert text.endswith("\n")
        assert language.tokenizer.encode(text, add_special_tokens=False).ids == ids


def test_phrases_are_distinct_and_of_several_words(language):
    assert len(set(language.phrases)) == 3_000
    assert {len(phrase.split()) for phrase in language.phrases} <= set(range(2, 9))
    assert {len(sentence.split()) for sentence in language.sentences} == {9}


def test_some_phrases_stand_in_the_text_and_most_do_not(language):
    text = language.tokenizer.decode(language.ids.tolist()).lower()
    n_seen = sum(f" {phrase.lower()}" in text for phrase in language.phrases)
    assert 0 < n_seen < 300
