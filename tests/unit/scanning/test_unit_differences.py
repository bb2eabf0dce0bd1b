"""With unit both, what one unit found alone is told by its spelling."""

from __future__ import annotations

import numpy as np

from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import SequenceBlock
from indexer.matching.matcher import Matches
from indexer.scanning import unit_differences
from indexer.scanning.unit_differences import OTHER, UnitDifferences
from indexer.vocabulary import TokenBytes

WORDS = [b" a", b" b", b" B", b"x"]
VOCABULARY = TokenBytes(
    np.frombuffer(b"".join(WORDS), np.uint8), np.cumsum([0, *map(len, WORDS)]), np.zeros(len(WORDS), bool)
)
BLOCK = SequenceBlock(
    np.array([0, 1, 0, 2, 3, 0, 2], np.uint16), np.array([0, 5]), np.array([5, 7]), first_sequence=0
)


def matches(*places: tuple[int, int, int, int]) -> Matches:
    phrase, row, offset, n_tokens = np.array(places, np.int64).reshape(-1, 4).T
    return Matches(phrase.astype(np.int32), row, offset.astype(np.int32), n_tokens.astype(np.int32))


def test_what_only_text_found_is_counted_by_spelling_and_visit():
    differences = UnitDifferences(VOCABULARY)
    text = matches((0, 0, 0, 2), (0, 0, 2, 2), (0, 1, 0, 2))
    tokens = matches((0, 0, 0, 2))
    differences.add(text, tokens, BLOCK, Visits(np.array([0, 1, 3]), np.array([0, 0, 1])))
    assert differences.alone("text") == {0: [{"spelled": "a B", "exposure_count": 3}]}
    assert differences.alone("tokens") == {}


def test_occurrences_of_a_phrase_with_gaps_are_told_apart_by_their_ends():
    differences = UnitDifferences(VOCABULARY, gapped=[1])
    text = matches((0, 0, 0, 4), (1, 0, 0, 2), (1, 0, 0, 4))
    tokens = matches((0, 0, 0, 2), (1, 0, 0, 2))
    differences.add(text, tokens, BLOCK, Visits(np.array([0, 1, 1]), np.array([0])))
    assert differences.alone("text") == {1: [{"spelled": "a b a B", "exposure_count": 1}]}
    assert differences.alone("tokens") == {}


def test_of_several_that_begin_in_one_token_ids_found_the_first():
    differences = UnitDifferences(VOCABULARY)
    text, tokens = matches((0, 0, 0, 1), (0, 0, 0, 2), (0, 0, 1, 1)), matches((0, 0, 0, 1), (0, 0, 1, 1))
    differences.add(text, tokens, BLOCK, Visits(np.array([0, 1, 1]), np.array([0])))
    assert differences.alone("text") == {0: [{"spelled": "a b", "exposure_count": 1}]}
    assert differences.alone("tokens") == {}


def test_a_sequence_that_was_never_consumed_does_not_count():
    differences = UnitDifferences(VOCABULARY)
    differences.add(matches(), matches((1, 1, 0, 1)), BLOCK, Visits(np.array([0, 1, 1]), np.array([0])))
    assert differences.alone("tokens") == {}


def test_spellings_are_bounded(monkeypatch):
    monkeypatch.setattr(unit_differences, "MAX_SPELLINGS", 1)
    differences = UnitDifferences(VOCABULARY)
    found = matches((0, 0, 0, 2), (0, 0, 2, 2), (0, 0, 3, 1))
    differences.add(found, matches(), BLOCK, Visits(np.array([0, 1, 1]), np.array([0])))
    assert differences.alone("text") == {
        0: [{"spelled": OTHER, "exposure_count": 2}, {"spelled": "a b", "exposure_count": 1}]
    }
