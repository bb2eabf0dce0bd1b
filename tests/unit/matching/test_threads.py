"""How a block is dealt to threads."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import threads
from benchmarks.threads import deal, find_with_threads
from indexer.matching.ids.matcher import TokenMatcher
from tests.support.drawing import patterns_of, rows_of


@pytest.mark.parametrize("n_threads", [2, 3, 16])
@pytest.mark.parametrize("lengths", [[1], [3, 0, 0, 5], [0, 0], [100] * 50, [1, 1000, 1, 1]])
def test_every_sequence_is_dealt_once(monkeypatch, lengths, n_threads):
    monkeypatch.setattr(threads, "_SMALLEST_PIECE", 10)
    bounds = deal(np.array(lengths), n_threads)
    assert bounds[0] == 0
    assert bounds[-1] == len(lengths)
    assert (np.diff(bounds) > 0).all()


def test_runs_get_shorter_to_the_end(monkeypatch):
    monkeypatch.setattr(threads, "_SMALLEST_PIECE", 4)
    runs = np.diff(deal(np.ones(100, np.int64), 2))
    assert runs[0] == 25
    assert (np.diff(runs[:-1]) <= 0).all()
    assert runs[-2] == 4


def test_threads_find_what_one_finds(monkeypatch):
    monkeypatch.setattr(threads, "_SMALLEST_PIECE", 10)
    stream = np.random.default_rng(0).integers(0, 4, 3000).astype(np.uint16)
    starts = np.arange(0, 3000, 7)
    stops = np.minimum(starts + 7, 3000)
    matcher = TokenMatcher(
        patterns_of([(0, [1, 2]), (1, [3]), (2, [0, 0, 1])]), None, boundary="none", possessive="include"
    )
    expected = rows_of(matcher.find(stream, starts, stops))
    for n_threads in (1, 2, 5):
        assert rows_of(find_with_threads(matcher, stream, starts, stops, n_threads)) == expected


def test_what_goes_wrong_in_a_thread_is_raised():
    matcher = TokenMatcher(patterns_of([(0, [1])]), None, boundary="none", possessive="include")
    with pytest.raises(ValueError, match="beyond"):
        find_with_threads(matcher, np.ones(3, np.uint16), np.array([0, 1]), np.array([1, 9]), 2)
