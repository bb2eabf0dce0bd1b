"""The tally equals plain loops over occurrences and visits, however the blocks are cut."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.corpus.orders.order import Visits
from indexer.matching.matcher import Matches
from indexer.scanning import tally as tally_module
from indexer.scanning.tally import Tally
from indexer.units import UNKNOWN_STEP
from tests.support.examples import examples

N_PHRASES = 5

occurrence = st.tuples(st.integers(0, N_PHRASES - 1), st.integers(0, 9), st.integers(1, 3))
sequence = st.tuples(
    st.lists(occurrence, max_size=8, unique_by=lambda o: o[:2]),
    st.lists(st.integers(0, 19), max_size=3, unique=True),
)


def naive_rows(sequences, checkpoints, n_places):
    """Plain loops: every occurrence at every visit of its sequence."""
    exposures = defaultdict(list)
    for number, (occurrences, steps) in enumerate(sequences):
        for phrase, offset, n_tokens in occurrences:
            for step in steps:
                exposures[phrase].append((step, number, offset, n_tokens))
    rows = []
    for phrase, places in sorted(exposures.items()):
        places.sort()
        bins = defaultdict(int)
        for step, *_ in places:
            if step != UNKNOWN_STEP:
                bins[min(c for c in checkpoints if c > step)] += 1
        known = places[0][0] != UNKNOWN_STEP
        rows.append(
            {
                "unit": "tokens",
                "phrase_id": phrase,
                "exposure_count": len(places),
                "first_step": places[0][0] if known else None,
                "first_sequence": places[0][1],
                "first_offset": places[0][2],
                "last_step": max(p[0] for p in places) if known else None,
                "bins": [{"checkpoint": c, "exposure_count": n} for c, n in sorted(bins.items())],
                "places": [
                    {"step": s if known else None, "sequence": q, "token_offset": o, "n_tokens": n}
                    for s, q, o, n in places[:n_places]
                ],
                "alone": [],
            }
        )
    return rows


def tally_rows(sequences, checkpoints, n_places, cuts):
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
        tally.add(matches, start, Visits(offsets, np.array([*chain.from_iterable(steps)], np.int64)))
    return tally.rows("tokens").to_pylist()


@settings(max_examples=examples(150))
@given(
    st.lists(sequence, max_size=12),
    st.lists(st.integers(0, 12), max_size=4),
    st.integers(1, 4),
    st.booleans(),
    st.sets(st.integers(1, 19)).map(lambda grid: sorted(grid | {20})),
)
def test_tally_equals_plain_loops(sequences, cuts, n_places, dense, checkpoints):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally_module, "_PENDING_PLACES", 3)
        patch.setattr(tally_module, "_PENDING_KEYS", 3)
        patch.setattr(tally_module, "_MAX_DENSE_CELLS", 1 << 20 if dense else 0)
        assert tally_rows(sequences, checkpoints, n_places, cuts) == naive_rows(
            sequences, checkpoints, n_places
        )


def test_without_an_order_there_are_counts_but_no_steps():
    sequences = [([(0, 3, 2), (1, 5, 1)], [UNKNOWN_STEP]), ([(0, 0, 2)], [UNKNOWN_STEP])]
    rows = tally_rows(sequences, [20], 2, [1])
    assert rows == naive_rows(sequences, [20], 2)
    assert rows[0]["exposure_count"] == 2
    assert rows[0]["first_step"] is None
    assert rows[0]["bins"] == []


def test_places_that_are_kept_do_not_keep_the_room_of_their_block():
    n = 1000
    tally = Tally(1, np.array([20]), 1)
    one_phrase = Matches(np.zeros(n, np.int32), np.arange(n), np.zeros(n, np.int32), np.ones(n, np.int32))
    tally.add(one_phrase, 0, Visits(np.arange(n + 1), np.full(n, 3)))
    tally._keep_first_places()
    later = Visits(np.arange(n + 1), np.array([3, *[4] * (n - 1)]))
    tally.add(one_phrase, n, later)
    kept = tally._places[-1]
    assert len(kept.step) == 1
    assert all(column.base is None for column in kept)


def test_without_an_order_no_bins_are_pending():
    tally = Tally(1 << 20, np.array([20, 40]), 1)  # more cells than are counted densely
    one = Matches(np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int32), np.ones(1, np.int32))
    tally.add(one, 0, Visits(np.arange(2), np.full(1, UNKNOWN_STEP)))
    assert not tally._bins._pending
