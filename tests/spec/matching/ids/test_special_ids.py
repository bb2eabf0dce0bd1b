"""Special ids are separators and word borders: no occurrence contains one, no text runs across one."""

import numpy as np
import pytest

from indexer.errors import InputError
from indexer.matching.ids.matcher import TokenMatcher
from tests.naive import naive_id_matches
from tests.support.drawing import block_of, patterns_of, rows_of, vocabulary_of
from tests.support.id_cases import found

END = None


def test_no_occurrence_contains_one():
    assert found([(0, ["a", "b"])], ["a", END, "b", END, "a", "b"]) == [(0, 4, 0, 2)]


def test_they_are_word_borders():
    assert found([(0, ["a"])], ["x", END, "a", END, "x"]) == [(0, 2, 0, 1)]


def test_a_character_does_not_run_across_one():
    first, second = "é".encode()[:1], "é".encode()[1:]
    assert found([(0, ["a"])], ["a", first, END, second]) == [(0, 0, 0, 1)]
    assert found([(0, ["a"])], ["a", first, second]) == []


def test_an_id_beyond_the_vocabulary_is_one():
    spelled = [b"a", b"x"]
    matcher = TokenMatcher(
        patterns_of([(0, [0])]), vocabulary_of(spelled, frozenset()), boundary="word", possessive="include"
    )
    rows = [[1, 0], [7, 0], [0, 7], [1, 7, 0, 7, 1]]
    expected = [(1, 1, 0, 1), (2, 0, 0, 1), (3, 2, 0, 1)]
    assert rows_of(matcher.find(*block_of(rows, np.uint16))) == expected
    assert naive_id_matches([(0, [0])], rows, spelled=spelled, boundary="word") == expected


@pytest.mark.parametrize(
    ("token", "reason"), [(1, "stands for no text"), (2, "beyond the vocabulary of 2 ids")]
)
def test_a_pattern_with_one_is_refused(token, reason):
    vocabulary = vocabulary_of([b"a", b""], frozenset([1]))
    with pytest.raises(InputError, match=f"phrase 7: token id {token} .*{reason}"):
        TokenMatcher(
            patterns_of([(5, [0]), (7, [0, token])]), vocabulary, boundary="none", possessive="include"
        )
