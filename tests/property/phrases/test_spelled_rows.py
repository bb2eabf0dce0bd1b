"""Many phrases spelled at once, and many texts encoded at once, are what they are one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.config.match import MatchConfig
from indexer.folding import fold
from indexer.phrases import text_encoder, word_by_word
from indexer.phrases.spelled_rows import spelled_rows
from indexer.phrases.spellings import spellings_of
from indexer.phrases.text_encoder import TextEncoder
from tests.support.tokenizer_families import FAMILIES, tokenizer_named

WORDS = st.sampled_from(
    [
        "the",
        "The",
        "CAT",
        "can't",
        "’tis",
        "Straße",
        "ıI",
        "İ",
        "ΟΔΟΣ",
        "ǆ",
        "o'’o",
        "naïve",
        "A\u0301",
        "7",
        "'",
    ]
)
GAPS = st.sampled_from([" "] * 8 + ["  ", "\n", "\t"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    words = draw(st.lists(WORDS, min_size=1, max_size=6))
    return words[0] + "".join(draw(GAPS) + word for word in words[1:])


@given(
    st.lists(st.tuples(texts(), st.lists(texts(), max_size=3)), min_size=1, max_size=6),
    st.sampled_from(["fold", "exact", "turkish"]),
    st.sampled_from(["exact", "any"]),
)
def test_spellings_of_many_phrases(phrases: list[tuple[str, list[str]]], case: str, whitespace: str) -> None:
    match = MatchConfig(case=case, whitespace=whitespace)
    rows = [(fold(text, case), sorted({text, *met})) for text, met in phrases]
    table = pa.table({"phrase": [text for text, _ in rows], "met": [met for _, met in rows]})
    found = spelled_rows(table["phrase"], table["met"], match)
    wanted = [
        (number, text)
        for number, (phrase, met) in enumerate(rows)
        for text in spellings_of(phrase, met, match)
    ]
    assert [(int(found.owner[row]), found.text(row)) for row in range(len(found))] == wanted


@pytest.mark.parametrize("lead", ["", " "])
@pytest.mark.parametrize("name", FAMILIES)
def test_texts_encoded_by_their_words(name: str, lead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoder, "FEWEST_TEXTS", 1)
    words = ["the", "cats", "Don't", "see", "12,000", "llamas.", "(it's)", "x" * 30]
    held = [" ".join(some) for n in (1, 2, 3) for some in itertools.permutations(words, n)]
    held[7:7] = ["two  spaces", "Ünal sleeps", "a\nb", " lead"]
    found = TextEncoder(tokenizer_named(name)).encode(pa.array(held), lead=lead)
    wanted = tokenizer_named(name).encode_batch([lead + text for text in held])
    assert [found.items[a:b].tolist() for a, b in itertools.pairwise(found.offsets)] == wanted


def test_words_that_are_encoded_otherwise_beside_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tokenizer that puts two words into one id is noticed by the vocabulary, or by a sample."""
    monkeypatch.setattr(text_encoder, "FEWEST_TEXTS", 1)
    tokenizer = tokenizer_named(FAMILIES[0])
    encode = tokenizer.encode_batch

    def joining(texts: list[str]) -> list[list[int]]:
        return [[9] if text.endswith("a b") else ids for text, ids in zip(texts, encode(texts), strict=True)]

    monkeypatch.setattr(tokenizer, "encode_batch", joining)
    found = TextEncoder(tokenizer).encode(pa.array(["a b", "b a"]))
    assert np.diff(found.offsets)[0] == 1
    assert found.items[0] == 9
    assert word_by_word.sample_of(2).tolist() == [0, 1]
