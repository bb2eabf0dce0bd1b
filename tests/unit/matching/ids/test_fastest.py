"""The way that took least time is taken, unless that may be noise; few ids are not measured."""

from __future__ import annotations

import time

import numpy as np
import pytest

from indexer.matching.ids import fastest as module
from indexer.matching.ids.fastest import fastest
from indexer.matching.ids.kernels.keys import PAIRS, REGISTERS, TABLE
from indexer.matching.ids.prefilter import build_prefilter
from tests.support.drawing import patterns_of

MANY = 1 << 16


@pytest.fixture
def measured(monkeypatch):
    """Return a function that says which way is taken if ways take these seconds, the usual one first."""

    def measure(seconds: dict[int, float], n_ids: int = MANY, usual: int | None = None) -> int:
        clock = [0.0]
        monkeypatch.setattr(module, "ways_here", lambda: tuple(seconds))
        monkeypatch.setattr(time, "thread_time", lambda: clock[0])
        with np.errstate(over="ignore"):
            prefilter = build_prefilter(patterns_of([(0, [1, 2])]), np.arange(9, dtype=np.uint16))
        way = next(iter(seconds)) if usual is None else usual
        prefilter = prefilter._replace(keys=prefilter.keys._replace(way=way))

        def search(candidate):
            clock[0] += seconds[candidate.keys.way]

        return fastest(prefilter, n_ids, search).keys.way

    return measure


def test_the_fastest_is_taken(measured):
    assert measured({REGISTERS: 2e-3, TABLE: 1e-3, PAIRS: 3e-3}) == TABLE
    assert measured({TABLE: 2e-3, PAIRS: 1e-3}) == PAIRS


def test_a_gain_that_may_be_noise_is_none(measured):
    assert measured({REGISTERS: 1e-3, TABLE: 0.99e-3}) == REGISTERS


def test_few_ids_are_not_measured(measured):
    assert measured({REGISTERS: 2e-3, TABLE: 1e-3}, n_ids=100) == REGISTERS


def test_pairs_stay_first_where_keys_are_most_of_the_text(measured):
    assert measured({REGISTERS: 2e-3, PAIRS: 3e-3}, usual=PAIRS) == PAIRS
