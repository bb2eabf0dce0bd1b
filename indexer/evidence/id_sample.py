"""A sample of the ids of a corpus as runs that training saw in one piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from indexer.corpus.sequences import Reader, SequenceBlock, Shard

SHARDS = 8
IDS = 24_000
"""Ids of the whole sample: half a second of the tokenizer, and enough for a share of one in a hundred."""


def sampled_runs(reader: Reader, end_ids: frozenset[int]) -> list[list[int]]:
    """Return runs of ids from the beginning, and where that is cheap the middle, of some shards.

    Parameters
    ----------
    reader : Reader
        The corpus.
    end_ids : frozenset of int
        Ids between documents, padding: they end a run, as positions do that are not counted.
    """
    shards = [shard for shard in reader.shards() if shard.n_sequences]
    if not shards:
        return []
    numbers = sorted({round(i) for i in np.linspace(0, len(shards) - 1, SHARDS)})
    places = [place for number in numbers for place in _places(shards[number])]
    most = max(1, IDS // len(places))
    return [run for shard, start in places for run in _runs_at(reader, shard, start, most, end_ids)]


def _places(shard: Shard) -> list[tuple[Shard, int]]:
    starts = {shard.first_sequence}
    if shard.seekable:
        starts.add(shard.first_sequence + shard.n_sequences // 2)
    return [(shard, start) for start in sorted(starts)]


def _runs_at(
    reader: Reader, shard: Shard, start: int, most: int, end_ids: frozenset[int]
) -> Iterator[list[int]]:
    per_sequence = max(1, shard.n_tokens // shard.n_sequences)
    stop = min(start + most // per_sequence + 1, shard.first_sequence + shard.n_sequences)
    n_left = most
    # no further than is needed, so that a packed shard is not unpacked whole
    for block in reader.blocks(shard, start, stop):
        for row in range(len(block.starts)):
            for run in _runs_of(block, row, n_left, end_ids):
                yield run
                n_left -= len(run)
            if n_left <= 0:
                return


def _runs_of(block: SequenceBlock, row: int, most: int, end_ids: frozenset[int]) -> Iterator[list[int]]:
    begin = int(block.starts[row])
    end = min(int(block.stops[row]), begin + most)
    ids = block.ids[begin:end]
    ends = np.isin(ids, list(end_ids)) if end_ids else np.zeros(len(ids), bool)
    if block.counted is not None:
        ends |= ~block.counted[begin:end]
    at = 0
    for stop in [*np.flatnonzero(ends).tolist(), len(ids)]:
        if stop > at:
            yield ids[at:stop].tolist()
        at = stop + 1
