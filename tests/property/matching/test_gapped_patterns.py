"""Gapped patterns equal the slow truth, mixed with phrases, in any block."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.gapped_matcher import Gap, GappedMatcher, GappedPattern
from indexer.matching.token_matcher import TokenMatcher
from tests.naive import naive_gapped_matches, naive_id_matches
from tests.spec.matching.every_matcher import patterns_of, rows_of, vocabulary_of

N_PHRASES, N_PARTS, END = 2, 3, 4
forms = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)
gap = st.tuples(st.integers(0, 3), st.integers(0, 6)).map(lambda g: (g[0], g[0] + g[1]))


@st.composite
def gapped_patterns(draw: st.DrawFn):
    numbers = draw(st.lists(st.integers(N_PHRASES, N_PHRASES + N_PARTS - 1), min_size=2, max_size=4))
    gaps = draw(st.lists(gap, min_size=len(numbers) - 1, max_size=len(numbers) - 1))
    return draw(st.integers(10, 12)), tuple(numbers), tuple(gaps)


@settings(max_examples=200)
@given(
    rows=st.lists(st.lists(st.integers(0, END), max_size=25), max_size=4),
    pairs=st.sets(st.tuples(st.integers(0, N_PHRASES + N_PARTS - 1), forms), max_size=8).map(sorted),
    patterns=st.lists(gapped_patterns(), min_size=1, max_size=4),
    known=st.booleans(),
)
def test_gapped_patterns_equal_the_slow_truth(rows, pairs, patterns, known):
    vocabulary = vocabulary_of([b"x"] * END + [b""], frozenset([END])) if known else None
    matcher = GappedMatcher(
        TokenMatcher(patterns_of(pairs), vocabulary, boundary="none", possessive="include"),
        N_PHRASES,
        [GappedPattern(phrase, parts, tuple(Gap(*g) for g in gaps)) for phrase, parts, gaps in patterns],
        longest_part=3,
        vocabulary=vocabulary,
    )
    found = naive_id_matches(pairs, rows)
    walls = frozenset([END]) if known else frozenset()
    expected = [place for place in found if place[2] < N_PHRASES]
    expected += naive_gapped_matches(found, patterns, rows, walls=walls)
    ids = np.array([i for row in rows for i in row], np.uint16)
    borders = np.cumsum([0, *map(len, rows)])
    assert rows_of(matcher.find(ids, borders[:-1], borders[1:])) == sorted(expected)
