"""A range is scanned a batch at a time: every sequence once, as many as their occurrences have room for."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.build import plan_index
from indexer.config import load_config
from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import InputError
from indexer.index_dir import IndexDir
from indexer.plan.facts import ShardSlice
from indexer.scanning import scan as scan_module
from indexer.scanning.batches import BatchSize, batch_from, blocks_of_slice
from indexer.scanning.task import ScanTask

SHARD = Shard(0, "a.bin", "/x/a.bin", 20, None, 0, 2, 10)


@dataclass
class Blocks:
    """Gives some blocks, whatever is asked for."""

    several: list[SequenceBlock]

    def blocks(self, shard, start, stop):
        return iter(self.several)


class Counted(BatchSize):
    """Counts the batches."""

    n_learnt = 0

    def learn(self, n_ids, n_found):
        self.n_learnt += 1
        super().learn(n_ids, n_found)


def block(lengths, first=0, overlap=0, *, masked=False):
    stops = np.cumsum(lengths)
    starts = np.maximum(0, stops - lengths - overlap)
    ids = np.arange(stops[-1], dtype=np.uint16)
    counted = ids % 3 > 0 if masked else None
    return SequenceBlock(ids, starts.astype(np.int64), stops.astype(np.int64), first, counted)


def batches_of(size, *blocks, density=0.0):
    n = sum(len(one.starts) for one in blocks)
    for one in blocks_of_slice(Blocks(list(blocks)), SHARD, ShardSlice(0, 0, n)):
        row = 0
        while row < len(one.starts):
            batch = batch_from(one, row, size.n_ids)
            yield batch
            row += len(batch.starts)
            size.learn(len(batch.ids), int(density * len(batch.ids)))


def contents(one):
    counted = one.counted if one.counted is not None else np.ones(len(one.ids), bool)
    return [
        (one.first_sequence + row, one.ids[a:b].tolist(), counted[a:b].tolist())
        for row, (a, b) in enumerate(zip(one.starts, one.stops, strict=True))
    ]


@given(
    several=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=12), min_size=1, max_size=4),
    overlap=st.integers(0, 3),
    masked=st.booleans(),
    most_ids=st.integers(1, 30),
    most_found=st.integers(1, 30),
    density=st.floats(0, 3),
)
def test_the_batches_hold_every_sequence_once(several, overlap, masked, most_ids, most_found, density):
    blocks, first = [], 0
    for lengths in several:
        blocks.append(block(np.array(lengths), first, overlap, masked=masked))
        first += len(lengths)
    found = list(batches_of(BatchSize(most_ids, most_found), *blocks, density=density))
    assert all(len(one.starts) for one in found)
    assert [row for one in found for row in contents(one)] == [row for one in blocks for row in contents(one)]


@pytest.mark.parametrize(
    ("density", "expected"),
    [
        (0.0, [2, 8, 20, 20]),  # they grow, never beyond the most ids
        (0.2, [2, 8, 10, 10]),  # room for 50 ids
        (1.0, [2, 2]),
        (2.0, [2, 1]),
        (20.0, [2, 1, 1]),  # a sequence is never cut
    ],
)
def test_a_batch_is_as_long_as_what_was_found_before_leaves_room_for(density, expected):
    found = list(batches_of(BatchSize(100, 10), block([5] * 80), density=density))
    assert [len(one.starts) for one in found[: len(expected)]] == expected


def test_batches_follow_what_was_found_last_where_that_is_more():
    size = BatchSize(1000, 10)
    for n_found, expected in ((0, 40), (0, 160), (1600, 1), (0, 1)):
        size.learn(size.n_ids, n_found)
        assert size.n_ids == expected


def test_a_block_that_has_room_is_not_cut():
    whole = block([5] * 4)
    assert next(batches_of(BatchSize(20), whole)) is whole


def test_sequences_left_out_and_missing_are_refused():
    with pytest.raises(InputError, match=r"a\.bin: sequence 2 is followed by 3"):
        list(batches_of(BatchSize(), block([5] * 2), block([5], first=3)))
    with pytest.raises(InputError, match=r"a\.bin: ends after sequence 2; expected 3 sequences, as planned"):
        list(blocks_of_slice(Blocks([block([5] * 2)]), SHARD, ShardSlice(0, 0, 3)))


@pytest.mark.skipif("NUMBA_DISABLE_JIT" in os.environ, reason="too many tokens for the interpreter")
def test_the_partial_is_the_same_however_small_the_batches_are(sample, tmp_path, monkeypatch):
    config = load_config(sample / "exposure.toml", ["match.unit=both"])
    task = ScanTask(IndexDir(tmp_path / "index"), plan_index(config, tmp_path / "index"))
    whole = task.prepare().scan(task.plan.ranges[0])
    made = []
    monkeypatch.setattr(scan_module, "BatchSize", lambda: made.append(Counted(1, 20)) or made[0])
    assert task.prepare().scan(task.plan.ranges[0]) == whole
    assert made[0].n_learnt > 10
