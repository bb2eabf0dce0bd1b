"""Patterns of one id that a table answers, merged with longer ones: the same as the plain loops find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.ids import search, single_ids
from indexer.matching.ids.matcher import TokenMatcher
from tests.naive import naive_id_matches
from tests.support.drawing import patterns_of, rows_of, rows_of_runs, vocabulary_of
from tests.support.drawn_streams import streams
from tests.support.examples import examples
from tests.support.id_cases import search_every_id


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
@settings(max_examples=examples(250))
@given(
    case=streams(),
    boundary=st.sampled_from(["word", "none"]),
    possessive=st.sampled_from(["include", "exclude"]),
    every_id=st.booleans(),
    room=st.sampled_from([1, 8, 1 << 19]),
    alone=st.booleans(),
)
def test_the_table_finds_what_plain_loops_find(dtype, case, boundary, possessive, every_id, room, alone):
    spelled, special, stream, pairs = (case[k] for k in ("spelled", "special", "stream", "pairs"))
    if every_id:  # each id is a word of its own, several phrases share one
        plain = [i for i in range(len(spelled)) if i not in special]
        pairs = sorted({*pairs, *((i % 3, (i,)) for i in plain), *((5, (i,)) for i in plain[:2])})
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single_ids, "_MANY", -1)
        patch.setattr(search, "_SINGLES_AT_ONCE", room)
        patch.setattr(search, "_SINGLES_TO_COUNT", room)
        if alone:  # and the automaton reads every id for the longer ones
            search_every_id(patch)
        matcher = TokenMatcher(
            patterns_of(pairs), vocabulary_of(spelled, special), boundary=boundary, possessive=possessive
        )
        found = matcher.find(ids, starts, stops)
        runs = rows_of_runs(matcher.find_runs(ids, starts, stops))
    assert rows_of(found) == runs == expected
    assert [column.dtype for column in found] == [np.int32, np.int64, np.int32, np.int32]


def test_the_table_is_asked_where_single_ids_are_frequent():
    pairs = [(0, (5,)), (1, (6, 7))]
    ids = np.array([5, 6, 7, 8] * 100, np.uint16)
    for stream, is_asked in ((ids, True), (np.where(ids == 5, 9, ids), False)):
        matcher = TokenMatcher(patterns_of(pairs), None, boundary="none", possessive="include")
        matcher.find(stream, np.zeros(1, np.int64), np.full(1, len(stream), np.int64))
        assert (matcher.prepared_for(stream).singles is not None) == is_asked
