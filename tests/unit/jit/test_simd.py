"""Places are pressed together in registers as a loop writes them; nothing beyond their room is touched."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.jit.compile import kernel
from indexer.jit.simd import AT_ONCE, LANES, places_of

CANARY = 60_007


@kernel
def write(tests, n_tests, places):
    return places_of(tests, n_tests, places)


@given(
    tests=st.one_of(
        st.lists(st.sampled_from([0, 0, 0, 1, 64, 128, 255]), max_size=3 * LANES + 5),
        st.integers(0, 3 * LANES).map(lambda n: [1] * n),
    ),
    n_behind=st.integers(0, LANES),
)
def test_places_are_those_of_a_loop(tests, n_behind):
    # What stands behind the last test passes, and must not be looked at.
    stored = np.array([*tests, *[1] * n_behind], np.uint8)
    places = np.full(len(tests) + AT_ONCE + 1, CANARY, np.uint16)
    n = write(stored, len(tests), places)
    assert places[:n].tolist() == [k for k, test in enumerate(tests) if test]
    assert places[-1] == CANARY
