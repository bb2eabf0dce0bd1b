"""Rows to write in any format, and what a reader gives of them: in blocks of any size, whole and in part."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus

ROWS = np.random.default_rng(11).integers(0, 60_000, (30, 17)).astype("<i4")


def rows_of(reader, counted=False):
    rows = []
    for shard in reader.shards():
        for b in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            assert b.first_sequence == len(rows)
            for low, high in zip(b.starts, b.stops, strict=True):
                ids = b.ids[low:high]
                rows.append(ids[b.counted[low:high]].tolist() if counted else ids.tolist())
    assert sum(s.n_sequences for s in reader.shards()) == len(rows)
    return rows


def middle_of(reader, start, stop):
    """Sequences of a range that begins and ends inside shards."""
    rows = []
    for s in reader.shards():
        low, high = max(start, s.first_sequence), min(stop, s.first_sequence + s.n_sequences)
        if low < high:
            for b in reader.blocks(s, low, high):
                rows += [b.ids[x:y].tolist() for x, y in zip(b.starts, b.stops, strict=True)]
    return rows


def check(tmp_path: Path, rows, **config):
    for block_ids in (1, 50, 1 << 20):
        reader = open_corpus(CorpusConfig(**config), base=tmp_path, block_ids=block_ids)
        assert rows_of(reader) == [list(map(int, row)) for row in rows]
        assert middle_of(reader, 7, 23) == [list(map(int, row)) for row in rows[7:23]]
    return reader
