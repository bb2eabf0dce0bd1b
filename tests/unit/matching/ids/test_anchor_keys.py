"""The key of an anchor is either of its ids: wherever blocks of positions end, no anchor is missed."""

from __future__ import annotations

import os

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.matching.ids.kernels.prefilter import SCAN_POSITIONS, new_prefilter_scratch, pass_positions
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.prefilter import _anchors, build_prefilter
from tests.reference import ReferenceMatcher
from tests.support.drawing import patterns_of, rows_of
from tests.support.examples import examples

SCRATCH = new_prefilter_scratch()


@numba.njit
def positions_that_pass(anchors, ids, begin, end, scratch):
    return pass_positions(anchors, ids, begin, end, scratch)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
@settings(max_examples=examples(250))
@given(
    stream=st.lists(st.integers(0, 6), min_size=2, max_size=40),
    cuts=st.sets(st.tuples(st.integers(0, 38), st.integers(1, 4)), min_size=1, max_size=5),
    bounds=st.tuples(st.integers(0, 39), st.integers(1, 39)),
    sample=st.lists(st.integers(0, 6), max_size=20),
)
def test_every_anchor_is_among_the_positions_once(dtype, stream, cuts, bounds, sample):
    patterns = sorted({tuple(stream[first : first + n]) for first, n in cuts if first < len(stream)})
    wanted = patterns_of(list(enumerate(patterns)) or [(0, [1])])
    ids, known = np.array(stream, dtype), np.array(sample, dtype)
    begin = min(bounds[0], len(stream) - 2)
    end = min(begin + bounds[1], len(stream) - 1)
    with np.errstate(over="ignore"):
        anchor, key = _anchors(wanted.ids, wanted.offsets, known)
        anchors = build_prefilter(wanted, known)
        n = positions_that_pass(anchors, ids, begin, end, SCRATCH)
    found = SCRATCH.windows.position[:n].tolist()
    pairs_of = {tuple(wanted.ids[at : at + 2].tolist()) for at in anchor if at >= 0}
    alone = {ids for ids in patterns if len(ids) == 1}
    standing = [p for p in range(begin, end) if tuple(stream[p : p + 2]) in pairs_of or (stream[p],) in alone]
    assert found == sorted(set(found) & set(range(begin, end)))
    assert set(standing) <= set(found)
    assert all(k in (at, at + 1) for at, k in zip(anchor, key, strict=True) if at >= 0)


def test_patterns_share_the_anchor_that_costs_all_of_them_least():
    """Seven times "the", once the others: two share "x y" and a key, one has its key in its second id."""
    the, x, y, z = 1, 2, 3, 4
    wanted = patterns_of([(0, [the, x, y]), (1, [x, y]), (2, [the, z])])
    sample = np.array([the] * 7 + [x, the, z, y], np.uint16)
    with np.errstate(over="ignore"):
        anchor, key = _anchors(wanted.ids, wanted.offsets, sample)
    assert [wanted.ids[at : at + 2].tolist() for at in anchor] == [[x, y], [x, y], [the, z]]
    assert wanted.ids[key[2]] == z
    assert wanted.ids[key[0]] == wanted.ids[key[1]]


@pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="too many tokens for the interpreter")
@pytest.mark.usefixtures("way")
def test_the_ends_of_blocks_do_not_show():
    """Frequent ids begin the patterns, and rare ones, their keys, stand on the border and beside it."""
    rng = np.random.default_rng(5)
    stream = rng.integers(0, 3, 6 * SCAN_POSITIONS).astype(np.uint16)
    shifts = np.array([0, 0, 1, 0, -1])
    places = np.arange(SCAN_POSITIONS, len(stream), SCAN_POSITIONS) + shifts
    rare = 100 + np.arange(len(places))
    stream[places] = rare
    pairs = [(int(token), [first, int(token)]) for token in rare for first in (0, 1, 2)]
    rows = [0, places[0] - 500], [len(stream), places[0] + 500]
    found, expected = (
        rows_of(
            kind(patterns_of(pairs), None, boundary="none", possessive="include").find(
                stream, *(np.array(ends, np.int64) for ends in rows)
            )
        )
        for kind in (TokenMatcher, ReferenceMatcher)
    )
    assert found == expected
    assert len(found) == len(places) + 1
