"""Runs of one id, as in padding: every length of pattern at every place, in order or as runs."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.ids import single_ids
from indexer.matching.ids.kernels import traversal
from indexer.matching.ids.kernels.windows import BLOCK_TOKENS
from indexer.matching.ids.matcher import TokenMatcher
from tests.naive import naive_id_matches
from tests.support.drawing import block_of, patterns_of, rows_of, rows_of_runs, vocabulary_of
from tests.support.examples import examples
from tests.support.id_cases import search_every_id

runs = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 1, 2, 3, 40, 90])), min_size=1, max_size=8)
patterns = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=3).map(
    lambda parts: tuple(token for token, n in parts for _ in range(n))
)


@settings(max_examples=examples(150))
@given(
    stream=runs,
    several=st.sets(st.tuples(st.integers(0, 4), patterns), min_size=1, max_size=8).map(sorted),
    length=st.integers(1, 200),
    table=st.booleans(),
    alone=st.booleans(),
)
def test_runs_equal_plain_loops(stream, several, length, table, alone):
    ids = [token for token, n in stream for _ in range(n)]
    starts = np.arange(0, len(ids), length, dtype=np.int64)
    stops = np.minimum(starts + length, len(ids))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single_ids, "_MANY", -1 if table else 2)
        if alone:
            search_every_id(patch)
        matcher = TokenMatcher(patterns_of(several), None, boundary="none", possessive="include")
        found = matcher.find(np.array(ids, np.uint16), starts, stops)
        runs = rows_of_runs(matcher.find_runs(np.array(ids, np.uint16), starts, stops))
    expected = naive_id_matches(several, [ids[a:b] for a, b in zip(starts, stops, strict=True)])
    assert rows_of(found) == runs == expected


SPELLED = [b" a", b" ", b"-", b"b", b"e\xcc\x81", b"\xcc\x81", b"\xc3", b"'s", b"\xa9"]


@pytest.mark.parametrize(
    ("boundary", "possessive"), [("word", "include"), ("word", "exclude"), ("none", "exclude")]
)
@pytest.mark.parametrize("table", [False, True])
def test_borders_of_runs_whatever_stands_beside_them(monkeypatch, boundary, possessive, table):
    monkeypatch.setattr(single_ids, "_MANY", -1 if table else 2)
    tokens = range(len(SPELLED))
    pairs = [(len(SPELLED) * n + token, (token,) * n) for n in (1, 2) for token in tokens]
    rows = [
        [*before, *[token] * n, *after]
        for before in ([], [0], [3], [5])
        for token in tokens
        for n in (2, 6)
        for after in ([], *([other] for other in tokens))
    ]
    matcher = TokenMatcher(
        patterns_of(pairs), vocabulary_of(SPELLED), boundary=boundary, possessive=possessive
    )
    runs = rows_of_runs(matcher.find_runs(*block_of(rows, np.uint16)))
    assert runs == naive_id_matches(
        pairs, rows, spelled=SPELLED, special=frozenset(), boundary=boundary, possessive=possessive
    )


def test_a_run_is_told_as_a_few_entries():
    matcher = TokenMatcher(
        patterns_of([(0, (1, 1)), (1, (1, 1, 1)), (2, (1, 2))]), None, boundary="none", possessive="include"
    )
    ids = np.repeat(np.array([1, 2], np.uint16), [1000, 1])
    pieces = matcher.find_runs(ids, np.zeros(1, np.int64), np.full(1, len(ids), np.int64))
    assert sum(len(runs.row) for runs in pieces) < 10


@pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="too many tokens for the interpreter")
def test_a_run_longer_than_a_batch_of_traversals():
    n = 3 * traversal.BATCH_IDS + 5
    several = [(0, (1, 1)), (1, (1,) * 7), (2, (1, 2))]
    matcher = TokenMatcher(patterns_of(several), None, boundary="none", possessive="include")
    found = matcher.find(
        np.append(np.ones(n, np.uint16), np.uint16(2)), np.zeros(1, np.int64), np.array([n + 1])
    )
    assert np.bincount(found.phrase).tolist() == [n - 1, n - 6, 1]
    assert found.token_offset[found.phrase == 1].tolist() == list(range(n - 6))


@pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="too many tokens for the interpreter")
def test_a_run_over_many_sequences_that_share_an_id():
    n_rows = BLOCK_TOKENS // 2048 + 3
    ids = np.ones(n_rows * 2048 + 1, np.uint16)
    ids[:10] = 2
    starts = np.arange(n_rows) * 2048
    several = [(0, (1, 1)), (1, (1,) * 7), (2, (2, 1))]
    matcher = TokenMatcher(patterns_of(several), None, boundary="none", possessive="include")
    found = matcher.find(ids, starts, starts + 2049)
    for phrase, (in_first, in_others) in enumerate([(2038, 2048), (2033, 2043), (1, 0)]):
        each = np.bincount(found.row[found.phrase == phrase], minlength=n_rows)
        assert each.tolist() == [in_first] + [in_others] * (n_rows - 1)


def test_of_two_forms_that_come_in_order_the_shorter_counts():
    matcher = TokenMatcher(
        patterns_of([(0, (1, 1)), (0, (1, 1, 1))]), None, boundary="none", possessive="include"
    )
    found = matcher.find(np.array([1, 1, 1], np.uint16), np.zeros(1, np.int64), np.array([3]))
    assert rows_of(found) == [(0, 0, 0, 2), (0, 1, 0, 2)]
