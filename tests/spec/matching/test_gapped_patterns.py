"""A gapped pattern occurs once for every pair of its first and its last part that allowed gaps can join."""

import numpy as np
import pytest

from indexer.errors import InputError
from indexer.matching.gapped_matcher import Gap, GappedMatcher, GappedPattern
from indexer.matching.token_matcher import TokenMatcher
from tests.naive import naive_gapped_matches, naive_id_matches
from tests.spec.matching.every_matcher import patterns_of, rows_of, vocabulary_of

WORDS = [" a", " no", " ever", " x", " y", " b", " c"]
END = len(WORDS)
NO, EVER, B, A = 1, 2, 5, 0


def gapped(drawing: str, *parts: str, gaps: list[tuple[int, int]], boundary: str = "word"):
    """Return (first word, last word) of every occurrence in a drawn sequence; | is an end of document."""
    words = {w.strip(): i for i, w in enumerate(WORDS)} | {"|": END}
    row = [words[w] for w in drawing.split()]
    spelled = [w.encode() for w in WORDS] + [b""]
    pairs = [(1 + k, [words[w] for w in part.split()]) for k, part in enumerate(parts)]
    options = {"boundary": boundary, "possessive": "include"}
    vocabulary = vocabulary_of(spelled, frozenset([END]))
    numbers = tuple(1 + k for k in range(len(parts)))
    matcher = GappedMatcher(
        TokenMatcher(patterns_of(pairs), vocabulary, **options),
        1,
        [GappedPattern(0, numbers, tuple(Gap(*gap) for gap in gaps))],
        longest_part=max(len(ids) for _, ids in pairs),
        vocabulary=vocabulary,
    )
    rows = rows_of(matcher.find(np.array(row, np.uint16), np.array([0]), np.array([len(row)])))
    found = naive_id_matches(pairs, [row], spelled=spelled, special=frozenset([END]), **options)
    assert rows == naive_gapped_matches(found, [(0, numbers, gaps)], [row], walls=frozenset([END]))
    return [(offset, offset + n_tokens - 1) for _, offset, _, n_tokens in rows]


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("no x ever", [(0, 2)], id="one of each"),
        pytest.param("no ever", [(0, 1)], id="nothing between"),
        pytest.param("no x x x ever", [(0, 4)], id="the widest gap"),
        pytest.param("no x x x x ever", [], id="too wide"),
        pytest.param("ever x no", [], id="the wrong order"),
        pytest.param("no no ever", [(0, 2), (1, 2)], id="two first parts, one last"),
        pytest.param("no ever ever", [(0, 1), (0, 2)], id="one first part, two last"),
        pytest.param("no no ever ever", [(0, 2), (0, 3), (1, 2), (1, 3)], id="two of each: every pair"),
        pytest.param("no x ever no x ever", [(0, 2), (3, 5)], id="each pair for itself"),
        pytest.param("no | ever", [], id="an end of document lies between"),
        pytest.param("| no x ever |", [(1, 3)], id="and around it does not matter"),
    ],
)
def test_two_parts(drawing, expected):
    assert gapped(drawing, "no", "ever", gaps=[(0, 3)]) == expected


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("no ever", [], id="the gap is too narrow"),
        pytest.param("no x ever", [(0, 2)], id="just wide enough"),
        pytest.param("no no ever", [(0, 2)], id="a first part in the gap of another"),
    ],
)
def test_a_least_gap(drawing, expected):
    assert gapped(drawing, "no", "ever", gaps=[(1, 2)]) == expected


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("a b c", [(0, 2)], id="in a row"),
        pytest.param("a b b c", [(0, 3)], id="two ways through the middle are one occurrence"),
        pytest.param("a a b c c", [(0, 3), (0, 4), (1, 3), (1, 4)], id="every first and last part"),
        pytest.param("a b x x c", [], id="the second gap is too wide"),
        pytest.param("a b x b x c", [], id="one middle is too far from the first, the other too"),
        pytest.param("a x b x c", [(0, 4)], id="both gaps at their widest"),
        pytest.param("a c b", [], id="the middle behind the last"),
        pytest.param("a b b x c", [(0, 4)], id="only one of two middles fits both"),
    ],
)
def test_three_parts(drawing, expected):
    assert gapped(drawing, "a", "b", "c", gaps=[(0, 1), (0, 1)]) == expected


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        pytest.param("a a", [(0, 1)], id="two of them"),
        pytest.param("a a a", [(0, 1), (0, 2), (1, 2)], id="three make three pairs"),
        pytest.param("a", [], id="it does not follow itself"),
    ],
)
def test_the_same_part_twice(drawing, expected):
    assert gapped(drawing, "a", "a", gaps=[(0, 5)]) == expected


def test_parts_of_several_words_do_not_overlap():
    assert gapped("a b a b c", "a b", "b c", gaps=[(0, 2)]) == [(0, 4)]
    assert gapped("a b c", "a b", "b c", gaps=[(0, 2)]) == []


@pytest.mark.parametrize(
    ("parts", "gaps"), [((1,), ()), ((1, 2), (Gap(3, 2),)), ((1, 2), (Gap(-1, 2),)), ((0, 1), (Gap(0, 1),))]
)
def test_what_makes_no_sense_is_refused(parts, gaps):
    inner = TokenMatcher(patterns_of([(1, [0]), (2, [1])]), None, boundary="none", possessive="include")
    with pytest.raises(InputError, match="phrase 7: a gapped pattern with"):
        GappedMatcher(inner, 1, [GappedPattern(7, parts, gaps)], longest_part=1, vocabulary=None)
