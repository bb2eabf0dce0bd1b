"""An occurrence lies wholly inside one sequence; sequences may share tokens."""

import numpy as np

from indexer.matching.ids.matcher import TokenMatcher
from tests.naive import naive_id_matches
from tests.support.drawing import patterns_of, rows_of
from tests.support.id_cases import found


def test_it_never_crosses_a_sequence_end():
    assert found([(0, [" a", " b"])], [" c", " a"], [" b", " a", " b"]) == [(1, 1, 0, 2)]


def test_a_sequence_end_is_a_word_border():
    assert found([(0, ["the"])], ["o", "the"], ["the", "r"], ["the"]) == [(2, 0, 0, 1)]
    assert found([(0, ["the"])], ["o"], ["the"], ["r"]) == [(1, 0, 0, 1)]


def test_sequences_that_share_tokens_each_have_their_occurrences():
    stream = [1, 2, 3, 1, 2]
    starts, stops = [0, 2, 0, 4, 3], [3, 5, 5, 4, 5]
    pairs = [(0, [1, 2]), (1, [2, 3]), (2, [3])]
    matcher = TokenMatcher(patterns_of(pairs), None, boundary="none", possessive="include")
    matches = matcher.find(np.array(stream, np.uint16), np.array(starts), np.array(stops))
    expected = [(0, 0, 0, 2), (0, 1, 1, 2), (0, 2, 2, 1), (1, 0, 2, 1), (1, 1, 0, 2)]
    expected += [(2, 0, 0, 2), (2, 1, 1, 2), (2, 2, 2, 1), (2, 3, 0, 2), (4, 0, 0, 2)]
    assert rows_of(matches) == expected
    assert expected == naive_id_matches(pairs, [stream[a:b] for a, b in zip(starts, stops, strict=True)])


def test_no_sequence_and_no_pattern_give_no_occurrence():
    assert found([(0, [" a"])]) == []
    assert found([(0, [" a"])], []) == []
    assert found([], [" a"]) == []
