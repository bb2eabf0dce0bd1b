"""The filter in registers lets through what was entered, and does at 32 ids at a time what it does at one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.jit.compile import kernel
from indexer.jit.simd import AT_ONCE
from indexer.matching.ids.bloom import build_bloom
from indexer.matching.ids.kernels.bloom import LANES, flag_ids


@kernel
def flag(table, multipliers, ids, begin, end, flagged):
    return flag_ids(table, multipliers, ids, begin, end, flagged)


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
@given(
    entered=st.sets(st.integers(0, 70_000), max_size=300),
    stream=st.lists(st.integers(0, 70_000), max_size=3 * LANES),
    begin=st.integers(0, 2 * LANES),
    seed=st.integers(0, 9),
)
def test_thirty_two_at_a_time_and_one_by_one_are_the_same(dtype, entered, stream, begin, seed):
    random = np.random.default_rng(seed).integers(0, 65_536, 2 * LANES)
    ids = np.array([*stream, *list(entered)[:50], *random.tolist()]).astype(dtype)
    begin = min(begin, len(ids))
    bloom, _ = build_bloom(np.array(sorted(entered), np.uint32), np.bincount(ids & 0xFFFF, minlength=65_536))
    flagged = np.empty(len(ids) + AT_ONCE, np.uint16)
    n = flag(bloom.table, bloom.multipliers, ids, begin, len(ids), flagged)
    many = flagged[:n].tolist()
    one_by_one = [
        k - begin
        for k in range(begin, len(ids))
        if flag(bloom.table, bloom.multipliers, ids, k, k + 1, np.empty(1 + AT_ONCE, np.uint16))
    ]
    assert many == one_by_one
    held = {token % 65_536 for token in entered}
    assert {k for k, token in enumerate(ids[begin:].tolist()) if token % 65_536 in held} <= set(many)


def test_nothing_entered_is_held_back_and_the_share_is_counted():
    entered = np.arange(0, 131_072, 997, dtype=np.uint32)
    counts = np.arange(65_536, dtype=np.int64)
    bloom, share = build_bloom(entered, counts)
    every_id = np.arange(65_536, dtype=np.uint16)
    flagged = np.empty(65_536 + AT_ONCE, np.uint16)
    n = flag(bloom.table, bloom.multipliers, every_id, 0, 65_536, flagged)
    assert set((entered % 65_536).tolist()) <= set(flagged[:n].tolist())
    assert share == pytest.approx(counts[flagged[:n]].sum() / counts.sum())
    assert share < 0.05
