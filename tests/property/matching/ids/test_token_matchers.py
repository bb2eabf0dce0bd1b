"""The compiled matcher, the reference and the slow truth agree on anything Hypothesis can think of."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.ids import search
from indexer.matching.ids.kernels import unfiltered as automaton_search
from indexer.matching.ids.kernels import windows as window_search
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.scratch import ScratchPool
from tests.naive import naive_id_matches
from tests.reference import ReferenceMatcher
from tests.support.drawing import patterns_of, rows_of, vocabulary_of
from tests.support.drawn_streams import streams
from tests.support.examples import examples
from tests.support.id_cases import UnfilteredMatcher


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
@settings(max_examples=examples(250))
@given(
    case=streams(),
    boundary=st.sampled_from(["word", "none"]),
    possessive=st.sampled_from(["include", "exclude"]),
)
def test_all_three_matchers_agree(dtype, case, boundary, possessive):
    spelled, special, stream, pairs = (case[k] for k in ("spelled", "special", "stream", "pairs"))
    vocabulary = vocabulary_of(spelled, special)
    ids = np.array(stream, dtype)
    starts = np.array([a for a, _ in case["ranges"]], np.int64)
    stops = np.array([b for _, b in case["ranges"]], np.int64)
    expected = naive_id_matches(
        pairs,
        [stream[a:b] for a, b in case["ranges"]],
        spelled=spelled,
        special=special,
        boundary=boundary,
        possessive=possessive,
    )
    for kind in (TokenMatcher, ReferenceMatcher):
        matcher = kind(patterns_of(pairs), vocabulary, boundary=boundary, possessive=possessive)
        assert rows_of(matcher.find(ids, starts, stops)) == expected, kind


@settings(max_examples=examples(150))
@given(
    stream=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    pairs=st.sets(
        st.tuples(st.integers(0, 4), st.lists(st.integers(0, 3), min_size=1, max_size=8).map(tuple)),
        max_size=12,
    ).map(sorted),
    length=st.integers(1, 20),
    cuts=st.sets(st.integers(1, 59)),
)
def test_every_cut_into_blocks_gives_what_one_block_gives(stream, pairs, length, cuts):
    matcher = TokenMatcher(patterns_of(pairs), None, boundary="none", possessive="include")
    ids = np.array(stream, np.uint16)
    starts = np.arange(0, len(stream), length, dtype=np.int64)
    stops = np.minimum(starts + length, len(stream))
    whole = rows_of(matcher.find(ids, starts, stops))
    assert whole == naive_id_matches(pairs, [stream[a:b] for a, b in zip(starts, stops, strict=True)])
    borders = sorted({0, len(starts)} | {c for c in cuts if c < len(starts)})
    in_blocks = []
    for first, last in pairwise(borders):
        base = starts[first]
        block = matcher.find(ids[base : stops[last - 1]], starts[first:last] - base, stops[first:last] - base)
        in_blocks += [(row + first, *rest) for row, *rest in rows_of(block)]
    assert in_blocks == whole


@pytest.mark.skipif(
    "NUMBA_DISABLE_JIT" not in os.environ, reason="compiled kernels have their batch size in them"
)
@settings(max_examples=examples(250))
@given(case=streams(), batch_ids=st.integers(1, 5), block_tokens=st.integers(1, 7))
def test_where_a_batch_a_block_or_the_room_ends_does_not_show(case, batch_ids, block_tokens):
    starts = np.array([a for a, _ in case["ranges"]], np.int64)
    stops = np.array([b for _, b in case["ranges"]], np.int64)
    expected = naive_id_matches(case["pairs"], [case["stream"][a:b] for a, b in case["ranges"]])
    with pytest.MonkeyPatch.context() as patch:
        for module in (window_search, automaton_search):
            patch.setattr(module, "BATCH_IDS", batch_ids)
        patch.setattr(window_search, "BLOCK_TOKENS", block_tokens)
        patch.setattr(search, "_FIRST_HITS", 1)
        patch.setattr(search, "_scratch", ScratchPool(search._Scratch))
        for matcher_type in (TokenMatcher, UnfilteredMatcher):
            matcher = matcher_type(patterns_of(case["pairs"]), None, boundary="none", possessive="include")
            found = matcher.find(np.array(case["stream"], np.uint16), starts, stops)
            assert rows_of(found) == expected


@settings(max_examples=examples(150))
@given(case=streams(), first_hits=st.integers(1, 3), kept_hits=st.integers(1, 9))
def test_how_many_hits_there_is_a_buffer_for_changes_nothing(case, first_hits, kept_hits):
    starts = np.array([a for a, _ in case["ranges"]], np.int64)
    stops = np.array([b for _, b in case["ranges"]], np.int64)
    expected = naive_id_matches(case["pairs"], [case["stream"][a:b] for a, b in case["ranges"]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_FIRST_HITS", first_hits)
        patch.setattr(search, "_KEPT_HITS", kept_hits)
        patch.setattr(search, "_scratch", ScratchPool(search._Scratch))
        for matcher_type in (TokenMatcher, UnfilteredMatcher):
            matcher = matcher_type(patterns_of(case["pairs"]), None, boundary="none", possessive="include")
            found = matcher.find(np.array(case["stream"], np.uint16), starts, stops)
            assert rows_of(found) == expected
