"""The way that took least time is taken, unless that may be noise; few ids are not measured."""

from __future__ import annotations

import time

import numpy as np
import pytest

from indexer.matching.ids import fastest as module
from indexer.matching.ids.fastest import fastest_search
from indexer.matching.ids.kernels.automaton import build_automaton
from indexer.matching.ids.kernels.keys import PAIRS, REGISTERS, TABLE, UNFILTERED
from indexer.matching.ids.kernels.windows import new_scratch
from indexer.matching.ids.prefilter import build_prefilter
from tests.support.drawing import patterns_of

MANY = 1 << 16


@pytest.fixture
def measured(monkeypatch):
    """Return a function that says which way is taken if ways take these seconds, the usual one first."""

    def measure(seconds: dict[int, float], n_ids: int = MANY, usual: int | None = None) -> int:
        clock = [0.0]

        def search(search, block, scratch):
            way = search.args[1].keys.way if len(search.args) == 2 else UNFILTERED
            clock[0] += seconds[way]

        monkeypatch.setattr(module, "ways_here", lambda: tuple(way for way in seconds if way != UNFILTERED))
        monkeypatch.setattr(module, "_search_all", search)
        monkeypatch.setattr(time, "thread_time", lambda: clock[0])
        patterns = patterns_of([(0, [1, 2])])
        with np.errstate(over="ignore"):
            prefilter = build_prefilter(patterns, np.arange(9, dtype=np.uint16))
        way = next(iter(seconds)) if usual is None else usual
        prefilter = prefilter._replace(keys=prefilter.keys._replace(way=way))
        automaton, _ = build_automaton(patterns.ids, patterns.offsets)
        taken = fastest_search(automaton, prefilter, np.zeros(n_ids, np.uint16), new_scratch())
        assert taken.way in (UNFILTERED, taken.prefilter.keys.way)
        return taken.way

    return measure


def test_the_fastest_is_taken(measured):
    assert measured({REGISTERS: 2e-4, TABLE: 1e-4, PAIRS: 3e-4}) == TABLE
    assert measured({TABLE: 2e-4, PAIRS: 1e-4}) == PAIRS


def test_a_gain_that_may_be_noise_is_none(measured):
    assert measured({REGISTERS: 1e-4, TABLE: 0.99e-4}) == REGISTERS


def test_few_ids_are_not_measured(measured):
    assert measured({REGISTERS: 2e-4, TABLE: 1e-4}, n_ids=100) == REGISTERS


def test_pairs_stay_first_where_keys_are_most_of_the_text(measured):
    assert measured({REGISTERS: 2e-4, PAIRS: 3e-4}, usual=PAIRS) == PAIRS


def test_where_windows_are_slow_the_automaton_may_read_every_id(measured):
    slow = {REGISTERS: 2e-3, TABLE: 1e-3}
    assert measured({**slow, UNFILTERED: 0.9e-3}) == UNFILTERED
    assert measured({**slow, UNFILTERED: 1.1e-3}) == TABLE
