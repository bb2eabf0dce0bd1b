"""The tally equals plain loops over occurrences and visits, however the blocks are cut."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.corpus.orders.order import Visits
from indexer.matching.kernels.matches import MatchRuns
from indexer.matching.matcher import Matches
from indexer.scanning import bin_table, places
from indexer.scanning.tally import Tally
from indexer.units import UNKNOWN_STEP
from tests.support.examples import examples

N_PHRASES = 5

occurrence = st.tuples(st.integers(0, N_PHRASES - 1), st.integers(0, 9), st.integers(1, 3))
times = st.lists(st.sampled_from([0, 1, 1, 2, 30]), min_size=8, max_size=8)
sequence = st.tuples(
    st.lists(occurrence, max_size=8, unique=True),
    st.lists(st.integers(0, 19), max_size=5),
)


def naive_rows(sequences, checkpoints, n_places):
    """Plain loops: every occurrence at every visit of its sequence."""
    exposures = defaultdict(list)
    for number, (occurrences, steps) in enumerate(sequences):
        for phrase, offset, n_tokens in occurrences:
            for step in steps:
                exposures[phrase].append((step, number, offset, n_tokens))
    rows = []
    for phrase, unordered in sorted(exposures.items()):
        kept = sorted(unordered)
        bins = defaultdict(int)
        for step, *_ in kept:
            if step != UNKNOWN_STEP:
                bins[min(c for c in checkpoints if c > step)] += 1
        known = kept[0][0] != UNKNOWN_STEP
        rows.append(
            {
                "unit": "tokens",
                "phrase_id": phrase,
                "exposure_count": len(kept),
                "sequence_count": len({number for _, number, *_ in kept}),
                "first_step": kept[0][0] if known else None,
                "first_sequence": kept[0][1],
                "first_offset": kept[0][2],
                "last_step": max(p[0] for p in kept) if known else None,
                "bins": [{"checkpoint": c, "exposure_count": n} for c, n in sorted(bins.items())],
                "places": [
                    {"step": s if known else None, "sequence": q, "token_offset": o, "n_tokens": n}
                    for s, q, o, n in kept[:n_places]
                ],
                "alone": [],
            }
        )
    return rows


def tally_rows(sequences, checkpoints, n_places, cuts, times=None):
    tally = Tally(N_PHRASES, np.array(checkpoints), n_places)
    edges = sorted({0, len(sequences), *(cut for cut in cuts if cut < len(sequences))})
    for start, stop in pairwise(edges):
        block = sequences[start:stop]
        flat = sorted(
            (row, offset, phrase, n_tokens)
            for row, (occurrences, _) in enumerate(block)
            for phrase, offset, n_tokens in occurrences
        )
        matches = Matches(
            np.array([f[2] for f in flat], np.int32),
            np.array([f[0] for f in flat], np.int64),
            np.array([f[1] for f in flat], np.int32),
            np.array([f[3] for f in flat], np.int32),
        )
        steps = [sorted(visits) for _, visits in block]
        offsets = np.cumsum([0, *map(len, steps)])
        visits = Visits(offsets, np.array([*chain.from_iterable(steps)], np.int64))
        if times is None:
            tally.add(matches, start, visits)
        else:
            several = np.array([times[offset % 8] for _, offset, *_ in flat], np.int32)
            tally.add_runs(MatchRuns(*matches, several), start, visits)
    return tally.rows("tokens").to_pylist()


@settings(max_examples=examples(150))
@given(
    st.lists(sequence, max_size=12),
    st.lists(st.integers(0, 12), max_size=4),
    st.integers(1, 20),
    st.booleans(),
    st.sets(st.integers(1, 19)).map(lambda grid: sorted(grid | {20})),
)
def test_tally_equals_plain_loops(sequences, cuts, n_places, dense, checkpoints):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bin_table, "_FIRST_SLOTS", 2)
        patch.setattr(bin_table, "MAX_DENSE_CELLS", 1 << 20 if dense else 0)
        patch.setattr(places, "_FIRST_ROOM", 1)
        assert tally_rows(sequences, checkpoints, n_places, cuts) == naive_rows(
            sequences, checkpoints, n_places
        )


@settings(max_examples=examples(100))
@given(st.lists(sequence, max_size=12), st.lists(st.integers(0, 12), max_size=4), st.integers(1, 20), times)
def test_a_run_counts_as_often_as_it_holds_its_phrase(sequences, cuts, n_places, times):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "_FIRST_ROOM", 1)
        counted = tally_rows(sequences, [7, 20], n_places, cuts, times)
    each = [
        ([(p, o + k, n) for p, o, n in occurrences for k in range(times[o % 8])], steps)
        for occurrences, steps in sequences
    ]
    assert counted == naive_rows(each, [7, 20], n_places)


def test_without_an_order_there_are_counts_but_no_steps():
    sequences = [([(0, 3, 2), (1, 5, 1)], [UNKNOWN_STEP]), ([(0, 0, 2)], [UNKNOWN_STEP])]
    rows = tally_rows(sequences, [20], 2, [1])
    assert rows == naive_rows(sequences, [20], 2)
    assert rows[0]["exposure_count"] == 2
    assert rows[0]["first_step"] is None
    assert rows[0]["bins"] == []


@pytest.mark.parametrize("step", [UNKNOWN_STEP, 5])
def test_a_step_may_hold_more_than_fits_into_32_bits(step):
    tally, each = Tally(1, np.array([10]), 1), 1 << 30
    one, zero = np.ones(1, np.int32), np.zeros(1, np.int32)
    for sequence in range(5):
        runs = MatchRuns(zero, np.zeros(1, np.int64), zero, one, each * one)
        tally.add_runs(runs, sequence, Visits(np.array([0, 1]), np.array([step])))
    (row,) = tally.rows("tokens").to_pylist()
    assert (row["exposure_count"], row["sequence_count"]) == (5 * each, 5)
    assert row["bins"] == ([] if step < 0 else [{"checkpoint": 10, "exposure_count": 5 * each}])


def test_memory_is_bounded_by_phrases_and_bins():
    n = 1000
    tally = Tally(1 << 20, np.array([20, 40]), 2)  # more cells than have an array of their own
    one_phrase = Matches(np.zeros(n, np.int32), np.arange(n), np.zeros(n, np.int32), np.ones(n, np.int32))
    steps = np.arange(39, -1, -1)  # each exposure is among the first two at first
    for block in range(40):
        tally.add(one_phrase, block * n, Visits(np.arange(n + 1), np.repeat(steps[block], n)))
    assert tally._bins.n_used[0] == 1  # the other one is open
    assert len(tally._bins.keys) <= 1024
    assert tally._places.n_used[0] == 2
    assert tally.rows("tokens")["exposure_count"].to_pylist() == [40 * n]


def test_without_an_order_there_are_no_bins():
    tally = Tally(1 << 20, np.array([20, 40]), 1)
    one = Matches(np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int32), np.ones(1, np.int32))
    tally.add(one, 0, Visits(np.arange(2), np.full(1, UNKNOWN_STEP)))
    assert tally.rows("tokens")["bins"].to_pylist() == [[]]
    assert not tally._bins.n_used[0]
