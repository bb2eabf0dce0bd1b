"""A sample of the ids of a corpus as runs that training saw in one piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from indexer.corpus.sequences import Reader, SequenceBlock, Shard
from indexer.storage.urls import is_url

SHARDS = 8
IDS = 24_000
"""Ids of a sample that a tokenizer is tried on: half a second, and enough for a share of one in a hundred."""
PLACES = 32
"""Places of a sample that is read far and wide: a request or two each where the corpus lies on a store."""


def sampled_runs(reader: Reader, end_ids: frozenset[int]) -> list[list[int]]:
    """Return runs of ids from the beginning, and where that is cheap the middle, of some shards.

    Parameters
    ----------
    reader : Reader
        The corpus.
    end_ids : frozenset of int
        Ids between documents, padding: they end a run, as positions do that are not counted.
    """
    return _runs_of_places(reader, sampled_places(reader.shards(), SHARDS, 2), IDS, end_ids)


def runs_far_and_wide(reader: Reader, end_ids: frozenset[int], n_ids: int) -> list[list[int]]:
    """Return runs of so many ids in all, from as many places of a corpus as are cheap to read."""
    return _runs_of_places(reader, places_far_and_wide(reader.shards()), n_ids, end_ids)


def places_far_and_wide(shards: Sequence[Shard]) -> list[tuple[Shard, int]]:
    """Return the places of a sample of a whole corpus: those of `sampled_places`, some thirty."""
    n_shards = min(PLACES, sum(shard.n_sequences > 0 for shard in shards))
    return sampled_places(shards, n_shards, -(-PLACES // max(n_shards, 1)))


def sampled_places(shards: Sequence[Shard], n_shards: int, each: int) -> list[tuple[Shard, int]]:
    """Return places in some shards, from the first to the last, as (shard, sequence).

    Parameters
    ----------
    shards : sequence of Shard
        Of the corpus; those without a sequence are left out.
    n_shards : int
        How many are taken at most.
    each : int
        Places in a shard whose sequences can be read without those before them, two at most of one on a
        store, where each is a request; in any other it is the first.
    """
    some = [shard for shard in shards if shard.n_sequences]
    if not some:
        return []
    numbers = sorted({round(i) for i in np.linspace(0, len(some) - 1, n_shards)})
    return [(some[number], start) for number in numbers for start in _starts(some[number], each)]


def _starts(shard: Shard, each: int) -> list[int]:
    n_places = 1 if not shard.seekable else min(each, 2) if is_url(shard.url) else each
    return sorted({shard.first_sequence + shard.n_sequences * i // n_places for i in range(n_places)})


def _runs_of_places(
    reader: Reader, places: list[tuple[Shard, int]], n_ids: int, end_ids: frozenset[int]
) -> list[list[int]]:
    most = max(1, n_ids // max(1, len(places)))
    return [run for shard, start in places for run in _runs_at(reader, shard, start, most, end_ids)]


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
