"""Word-by-word encoding equals encoding every spelling whole, under tokenizers of every family."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest

from indexer.config import MatchConfig
from indexer.patterns import IdPatterns
from indexer.phrases import word_by_word
from indexer.phrases.form_encoder import MARKS, FormEncoder
from indexer.phrases.phrase_table import PhraseTable
from indexer.phrases.spelled_rows import spelled_rows
from indexer.phrases.surface_forms import id_patterns
from indexer.tokenizers import Tokenizer
from tests.support.crossing_tokenizer import CrossingTokenizer
from tests.support.tokenizer_families import BYTE_LEVEL, FAMILIES, tokenizer_named

_WORD_LINE = "the some don't 'tis re-entered McCoy 1,024 naïve geese Ünder (oh) U.S. she’ll whatsoever’s x"
WORDS = _WORD_LINE.split(" ")


@pytest.fixture(params=FAMILIES)
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return tokenizer_named(request.param)


def phrases() -> pa.Table:
    table = PhraseTable(case="fold", whitespace="any")
    for count in (1, 2, 3):
        for words in itertools.islice(itertools.permutations(WORDS, count), 0, None, 1 if count < 3 else 120):
            table.add(" ".join(words))
    return table.to_arrow()


def listed(patterns: IdPatterns) -> list[tuple[int, tuple[int, ...]]]:
    ids, offsets, phrase = patterns
    return [
        (int(number), tuple(ids[start:stop].tolist()))
        for number, start, stop in zip(phrase, offsets[:-1], offsets[1:], strict=True)
    ]


@pytest.mark.parametrize("whitespace", ["exact", "any"])
def test_word_by_word_equals_whole(
    tokenizer: Tokenizer, whitespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = MatchConfig(whitespace=whitespace)
    table = phrases()
    calls = []
    original = word_by_word.words_of

    def counted(*arguments: object) -> object:
        found = original(*arguments)
        calls.append(found is not None)
        return found

    monkeypatch.setattr(word_by_word, "words_of", counted)
    monkeypatch.setattr(word_by_word, "FEWEST_SPELLINGS", 1)
    quick = listed(id_patterns(table, tokenizer, match))
    assert calls == [True]
    monkeypatch.setattr(word_by_word, "FEWEST_SPELLINGS", 10**9)
    whole = listed(id_patterns(table, tokenizer, match))
    assert quick == whole
    assert len(quick) == len(set(quick))
    assert [number for number, _ in quick] == sorted(number for number, _ in quick)


def test_marks_are_found_by_trying(tokenizer: Tokenizer) -> None:
    marks = FormEncoder(tokenizer).marks
    if tokenizer.name.removesuffix(".json.gz") in BYTE_LEVEL:
        assert marks == ("'",)
    else:
        assert set(MARKS) <= set(marks)


def test_every_form_spells_its_phrase(tokenizer: Tokenizer) -> None:
    encoder = FormEncoder(tokenizer)
    for spelling in ("the girls", "This sketch", "some don't", "very “odd"):
        forms = encoder.forms([spelling])[0]
        assert len(forms) == len(set(forms)) >= 1
        wanted = tokenizer.normalize(spelling)
        for form in forms:
            text = tokenizer.decode(form)
            assert text.endswith(wanted), (spelling, text)
            assert text[: -len(wanted)] in ("", " ", "'", " '"), (spelling, text)


def test_the_opening_quote_trap_is_covered() -> None:
    tokenizer = tokenizer_named("gpt-neox-20b")
    (ids,) = tokenizer.encode_batch(["'the girls' sang"])
    forms = FormEncoder(tokenizer).forms(["the girls"])[0]
    # A large vocabulary has a piece for the quote with a letter behind it, a small one a piece for each.
    assert any(tuple(ids[first : first + len(form)]) == form for form in forms for first in (0, 1))


def test_no_form_begins_with_white_space_alone(tokenizer: Tokenizer) -> None:
    encoder = FormEncoder(tokenizer)
    for forms in encoder.forms(["the girls", "1,024 geese", "Ünder"]):
        for form in forms:
            assert tokenizer.decode(form[:1]).strip()


def test_a_tokenizer_whose_pieces_cross_spaces_is_encoded_whole() -> None:
    encoder = FormEncoder(CrossingTokenizer())
    assert not word_by_word.borders_before_spaces(encoder.vocabulary, ["of", " the", " a"])
    n_phrases = word_by_word.FEWEST_SPELLINGS
    texts = pa.chunked_array([pa.array(["of the"] * n_phrases)])
    met = pa.chunked_array([pa.array([[]] * n_phrases, pa.list_(pa.string()))])
    found = word_by_word.encode_spellings(encoder, spelled_rows(texts, met, MatchConfig(case="exact")))
    assert found.ids.lengths.max() == 1
    assert np.array_equal(np.unique(found.owner), np.arange(n_phrases))
