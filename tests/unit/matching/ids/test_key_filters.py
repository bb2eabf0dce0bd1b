"""Every way to ask which ids are keys lets the keys through, and the registers do what plain NumPy does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.jit.compile import kernel
from indexer.jit.simd import AT_ONCE
from indexer.matching.ids.bloom import _filled, build_bloom, passes
from indexer.matching.ids.kernels.bloom import LANES
from indexer.matching.ids.kernels.keys import REGISTER_PAIRS, REGISTERS, TABLE, Keys, flag_keys
from tests.support.examples import examples


@kernel
def flag(keys, ids, begin, end, flagged):
    return flag_keys(keys, ids, begin, end, flagged)


def keys_of(entered, ids, way) -> Keys:
    table = np.zeros(65_536, np.uint8)
    table[np.array(sorted(entered), np.int64) % 65_536] = 1
    bloom = build_bloom(table != 0, np.bincount(ids & 0xFFFF, minlength=65_536))
    return Keys(way, table, bloom)


def flagged_of(keys, ids, begin) -> list[int]:
    flagged = np.full(len(ids) + AT_ONCE + 1, 60_007, np.uint16)
    n = flag(keys, ids, begin, len(ids), flagged)
    assert flagged[-1] == 60_007
    return flagged[:n].tolist()


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
@settings(max_examples=examples(60))
@given(
    entered=st.sets(st.integers(0, 70_000), max_size=300),
    stream=st.lists(st.integers(0, 70_000), max_size=3 * LANES),
    begin=st.integers(0, 2 * LANES),
    seed=st.integers(0, 9),
)
def test_every_way_lets_the_keys_through_and_the_table_nothing_else(dtype, entered, stream, begin, seed):
    random = np.random.default_rng(seed).integers(0, 65_536, 2 * LANES)
    ids = np.array([*stream, *list(entered)[:50], *random.tolist()]).astype(dtype)
    begin = min(begin, len(ids))
    held = {token % 65_536 for token in entered}
    standing = [k for k, token in enumerate(ids[begin:].tolist()) if token % 65_536 in held]
    assert flagged_of(keys_of(entered, ids, TABLE), ids, begin) == standing
    for way in (REGISTERS, REGISTER_PAIRS):
        keys = keys_of(entered, ids, way)
        passing = passes(keys.bloom, (ids[begin:] & 0xFFFF).astype(np.int64))
        whole = len(passing) // LANES * LANES
        found = flagged_of(keys, ids, begin)
        assert set(standing) <= set(found)
        assert [k for k in found if k < whole] == np.flatnonzero(passing[:whole]).tolist()
        assert [k for k in found if k >= whole] == [k for k in standing if k >= whole]


def test_displacements_keep_frequent_ids_from_the_bits_of_keys():
    shuffled = np.random.default_rng(3).permutation(65_536)
    keys = np.zeros(65_536, np.bool_)
    keys[shuffled[:1_500]] = True
    counts = np.zeros(65_536, np.int64)
    counts[shuffled[1_500:2_500]] = 1_000
    bloom = build_bloom(keys, counts)
    undisplaced = _filled(np.flatnonzero(keys), np.zeros_like(bloom.displacements), bloom.multiplier)
    every_id = np.arange(65_536)
    assert passes(bloom, every_id)[keys].all()
    assert 2 * counts[passes(bloom, every_id)].sum() < counts[passes(undisplaced, every_id)].sum()


def test_an_empty_set_lets_nothing_through():
    ids = np.arange(65_536, dtype=np.uint16)
    for way in (TABLE, REGISTERS, REGISTER_PAIRS):
        assert flagged_of(keys_of((), ids, way), ids, 0) == []
