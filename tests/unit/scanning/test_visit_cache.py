"""Visits asked ahead are those of the order, and their tokens are counted at the right checkpoint."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.orders.order import Visits, visits_of
from indexer.scanning import visit_cache as module
from indexer.scanning.kernels.visited import add_visited_tokens
from indexer.scanning.visit_cache import VisitCache, as_counted
from indexer.units import UNKNOWN_STEP


class Listed:
    """An order by a list: the steps of each sequence. It remembers what it was asked."""

    def __init__(self, steps):
        self.steps = steps
        self.asked = []

    def visits(self, start, stop):
        assert 0 <= start <= stop <= len(self.steps)
        self.asked.append((start, stop))
        some = self.steps[start:stop]
        return Visits(
            np.cumsum([0, *map(len, some)]).astype(np.int64),
            np.array([step for steps in some for step in steps], np.int64),
        )


def steps_of(visits):
    return [visits.steps[a:b].tolist() for a, b in pairwise(visits.offsets)]


some_steps = st.lists(st.lists(st.integers(0, 30), max_size=3), min_size=1, max_size=40)


@given(steps=some_steps, cuts=st.sets(st.integers(0, 40)), at_once=st.integers(1, 50))
def test_every_block_gets_its_own_steps(steps, cuts, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SEQUENCES_AT_ONCE", at_once)
        ahead = VisitCache(Listed(steps), len(steps))
        for start, stop in pairwise(sorted({0, len(steps)} | {cut for cut in cuts if cut < len(steps)})):
            assert steps_of(ahead.of(start, stop)) == steps[start:stop]


def test_nothing_is_asked_twice_or_beyond_the_range():
    order = Listed([[step] for step in range(10)])
    ahead = VisitCache(order, 8)
    for start in (2, 4, 6):
        ahead.of(start, start + 2)
    assert order.asked == [(2, 8)]


@given(steps=some_steps, checkpoints=st.sets(st.integers(0, 30)), data=st.data())
def test_tokens_are_counted_at_the_first_checkpoint_that_has_seen_them(steps, checkpoints, data):
    grid = np.array(sorted(checkpoints | {31}), np.int64)
    lengths = data.draw(st.lists(st.integers(0, 9), min_size=len(steps), max_size=len(steps)))
    expected = [0] * len(grid)
    for length, visits in zip(lengths, steps, strict=True):
        for step in visits:
            expected[min(b for b in range(len(grid)) if step < grid[b])] += length
    total = np.zeros(len(grid), np.int64)
    visits = as_counted(Listed(steps).visits(0, len(steps)))
    add_visited_tokens(total, grid, np.array(lengths, np.int64), visits)
    assert total.tolist() == expected


def test_visits_of_unknown_step_are_at_no_checkpoint():
    visits = as_counted(Visits(np.array([0, 1, 2]), np.array([UNKNOWN_STEP, UNKNOWN_STEP])))
    total = np.zeros(0, np.int64)
    add_visited_tokens(total, np.zeros(0, np.int64), np.array([3, 4]), visits)
    assert total.tolist() == []


@pytest.mark.parametrize("shape", [(0, 1), (4, 1), (5, 3), (0, 2)])
def test_a_table_of_visits_is_read_row_by_row(shape):
    rng = np.random.default_rng(0)
    steps, taken = rng.integers(0, 9, shape), rng.random(shape) < 0.5
    expected = [row[kept].tolist() for row, kept in zip(steps, taken, strict=True)]
    assert steps_of(visits_of(steps, taken)) == expected
