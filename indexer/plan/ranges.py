"""Cuts a corpus into ranges: what one task scans, and one partial holds.

The result of an index does not depend on how it is cut; how long it takes does. A corpus may be one file of
terabytes or a hundred thousand of kilobytes: a range is about as large in both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from indexer.corpus.sequences import Shard
from indexer.plan.facts import ScanRange, ShardSlice

RANGE_TOKENS = 1 << 28
"""Tokens of one task, at most: some seconds of work, so that a kill costs little."""

N_RANGES = 256
"""Ranges that a corpus of many shards is cut or joined into, if they get no larger than that."""

LEAST_RANGE_TOKENS = 1 << 26
"""A shard is not cut into smaller pieces than this: each costs a task and a partial."""


def cut_into_ranges(shards: Sequence[Shard], known: Collection[str]) -> tuple[ScanRange, ...]:
    """Return the ranges of a corpus, in the order of its sequences; each sequence is in one of them.

    A large shard is cut, and small ones that follow each other are joined. A packed shard stays whole, and so
    does one of a `known` hash: its hash is that of the whole file, and is compared before anything of it is
    committed.

    Parameters
    ----------
    shards : sequence of Shard
        The corpus.
    known : collection of str
        Names of shards whose hash is known from elsewhere.
    """
    fair = min(sum(shard.n_tokens for shard in shards) // N_RANGES, RANGE_TOKENS)
    ranges: list[list[ShardSlice]] = []
    n_joined = 0
    for shard in shards:
        whole = not shard.seekable or shard.name in known
        n_parts = 1 if whole else -(-shard.n_tokens // max(fair, LEAST_RANGE_TOKENS))
        n_parts = min(max(n_parts, 1), shard.n_sequences)
        for part in range(n_parts):
            start = shard.first_sequence + shard.n_sequences * part // n_parts
            stop = shard.first_sequence + shard.n_sequences * (part + 1) // n_parts
            n_tokens = shard.n_tokens // n_parts
            if ranges and not part and n_joined + n_tokens <= fair:
                ranges[-1].append(ShardSlice(shard.number, start, stop))
                n_joined += n_tokens
            else:
                ranges.append([ShardSlice(shard.number, start, stop)])
                n_joined = n_tokens
    return tuple(ScanRange(number, tuple(slices)) for number, slices in enumerate(ranges))
