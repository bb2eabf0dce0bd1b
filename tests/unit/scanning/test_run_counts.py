"""Counted in runs, the occurrences of a batch are those that are told one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import SequenceBlock
from indexer.matching.ids import single_ids
from indexer.matching.ids.matcher import TokenMatcher
from indexer.scanning.run_counts import count_runs, finder_of_runs
from indexer.scanning.tally import Tally
from indexer.scanning.uncounted import drop_uncounted
from tests.support.drawing import patterns_of
from tests.support.examples import examples

PATTERNS = [(0, (1,)), (1, (1, 1)), (2, (1, 1, 1)), (3, (2, 1)), (3, (2,)), (4, (1, 2)), (4, (1, 2, 1))]


@settings(max_examples=examples(60))
@given(
    stream=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([1, 1, 2, 40])), min_size=1, max_size=8),
    length=st.integers(2, 60),
    label_overlap=st.booleans(),
    table=st.booleans(),
)
def test_runs_count_what_occurrences_count(stream, length, label_overlap, table):
    ids = np.array([token for token, n in stream for _ in range(n)], np.uint16)
    starts = np.arange(0, len(ids), length, dtype=np.int64)
    batch = SequenceBlock(ids, starts, np.minimum(starts + length + label_overlap, len(ids)), 7)
    visits = Visits(np.arange(len(starts) + 1), np.arange(len(starts)) // 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single_ids, "_MANY", -1 if table else 2)
        matcher = TokenMatcher(patterns_of(PATTERNS), None, boundary="none", possessive="include")
        told, counted = (Tally(5, np.array([3, 100]), 3) for _ in range(2))
        found = matcher.find(batch.ids, batch.starts, batch.stops)
        told.add(drop_uncounted(found, batch, label_overlap=label_overlap), 7, visits)
        finder = finder_of_runs(matcher, batch)
        assert finder is not None
        n_runs = count_runs(finder, batch, counted, visits, label_overlap=label_overlap)
    assert n_runs <= len(found.phrase) + 5 * len(starts)
    assert counted.rows("tokens").equals(told.rows("tokens"))


def test_where_positions_are_masked_occurrences_are_told_one_by_one():
    matcher = TokenMatcher(patterns_of(PATTERNS), None, boundary="none", possessive="include")
    nowhere = np.zeros(0, np.int64)
    masked = SequenceBlock(np.zeros(4, np.uint16), nowhere, nowhere, 0, np.ones(4, np.bool_))
    assert finder_of_runs(matcher, masked) is None
