"""Cuts a corpus into ranges: what one task scans, and one partial holds.

The result of an index does not depend on how it is cut; how long it takes does. A corpus may be one file of
terabytes or a hundred thousand of kilobytes: a range is about as large in both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

import numpy as np

from indexer.corpus.sequences import Shard
from indexer.plan.facts import ScanRange, ShardSlice
from indexer.units import Int64Array

RANGE_TOKENS = 1 << 28
"""Tokens of one task, at most: some seconds of work, so that a kill costs little."""

N_RANGES = 256
"""Ranges that a corpus of many shards is cut or joined into, if they get no larger than that."""

LEAST_RANGE_TOKENS = 1 << 26
"""A shard is not cut into smaller pieces than this: each costs a task and a partial."""


def cut_into_ranges(
    shards: Sequence[Shard],
    known: Collection[str],
    cuts: Callable[[Shard], Int64Array | None] = lambda _: None,
) -> tuple[ScanRange, ...]:
    """Return the ranges of a corpus, in the order of its sequences; each sequence is in one of them.

    A large shard is cut, and small ones that follow each other are joined. A packed shard is cut where its
    frames begin, if an index of them tells where, and else stays whole. So does one of a `known` hash:
    its hash is that of the whole file, and is compared before anything of it is committed.

    Parameters
    ----------
    shards : sequence of Shard
        The corpus.
    known : collection of str
        Names of shards whose hash is known from elsewhere.
    cuts : callable
        Returns the sequences of a shard that a range may begin with, as `Reader.cuts` does.
    """
    fair = min(sum(shard.n_tokens for shard in shards) // N_RANGES, RANGE_TOKENS)
    ranges: list[list[ShardSlice]] = []
    n_joined = 0
    for shard in shards:
        borders = [0, shard.n_sequences] if shard.n_sequences else []
        if shard.name not in known:
            borders = _borders(shard, -(-shard.n_tokens // max(fair, LEAST_RANGE_TOKENS)), cuts)
        for part, (begin, end) in enumerate(pairwise(borders)):
            start, stop = shard.first_sequence + begin, shard.first_sequence + end
            n_tokens = shard.n_tokens // (len(borders) - 1)
            if ranges and not part and n_joined + n_tokens <= fair:
                ranges[-1].append(ShardSlice(shard.number, start, stop))
                n_joined += n_tokens
            else:
                ranges.append([ShardSlice(shard.number, start, stop)])
                n_joined = n_tokens
    return tuple(ScanRange(number, tuple(slices)) for number, slices in enumerate(ranges))


def _borders(shard: Shard, n_parts: int, cuts: Callable[[Shard], Int64Array | None]) -> list[int]:
    """Return where about so many parts of a shard begin, and the last ends; of an empty shard nothing."""
    n_parts = min(max(n_parts, 1), shard.n_sequences)
    if not n_parts:
        return []
    allowed = cuts(shard) if n_parts > 1 else None
    if allowed is None and not shard.seekable:
        n_parts = 1
    borders = np.array([shard.n_sequences * part // n_parts for part in range(n_parts + 1)])
    if allowed is not None:
        ends = np.concatenate([allowed[(allowed > 0) & (allowed < shard.n_sequences)], borders[-1:]])
        borders = np.unique(np.append(ends[np.searchsorted(ends, borders[1:])], 0))
    return [int(border) for border in borders]
