"""The sequences of a range, a batch at a time: as many as their occurrences have room for."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.corpus.sequences import Reader, SequenceBlock, Shard
from indexer.errors import InputError
from indexer.plan.facts import ShardSlice

MOST_IDS = 1 << 23
"""Ids searched together, at most. What is done once a batch is then done seldom, and ids of 16 bits that the
audit has read still lie in the last cache of most processors when they are searched."""

_PART_IDS = 1 << 19
"""Ids that are looked at together more than once, at most: they stay in the nearest cache but one."""

MOST_FOUND = 1 << 18
"""Occurrences a batch aims at: of 20 bytes each, they stay in a cache until they are counted."""


_GROWTH = 4


class BatchSize:
    """How many ids to search together, learnt from how many occurrences were found so far.

    Phrases that occur everywhere would take memory in proportion to the batch. So batches begin small, grow
    step by step, and follow the denser of what was found in all and what was found last.

    Parameters
    ----------
    most_ids : int
        Ids of a batch, at most.
    most_found : int
        Occurrences a batch aims at; also the ids of the first one.
    """

    def __init__(self, most_ids: int = MOST_IDS, most_found: int = MOST_FOUND) -> None:
        self._most_ids = most_ids
        self._most_found = most_found
        self._n_ids = self._n_found = 0
        self._next = min(most_ids, most_found)

    def learn(self, n_ids: int, n_found: int) -> None:
        """Take in how many occurrences the ids of a batch had."""
        self._n_ids += n_ids
        self._n_found += n_found
        density = max(n_found / max(n_ids, 1), self._n_found / max(self._n_ids, 1))
        room = self._most_found / density if density else self._most_ids
        self._next = max(1, int(min(self._most_ids, _GROWTH * max(n_ids, self._next), room)))

    @property
    def n_ids(self) -> int:
        """Ids of the next batch."""
        return self._next


def blocks_of_slice(reader: Reader, shard: Shard, planned: ShardSlice) -> Iterator[SequenceBlock]:
    """Yield all sequences of a slice, in order.

    Raises
    ------
    InputError
        The shard does not hold the sequences that were planned.
    """
    next_sequence = planned.start
    for block in reader.blocks(shard, planned.start, planned.stop):
        if block.first_sequence != next_sequence:
            raise InputError(
                f"sequence {next_sequence:,} is followed by {block.first_sequence:,}", path=shard.name
            )
        next_sequence += len(block.starts)
        yield block
    if next_sequence != planned.stop:
        raise InputError(
            f"ends after sequence {next_sequence:,}",
            path=shard.name,
            expected=f"{planned.stop:,} sequences, as planned",
            fix="the shard is truncated or was changed after planning",
        )


def batch_from(block: SequenceBlock, row: int, n_ids: int) -> SequenceBlock:
    """Return the sequences of a block, at least one, from `row` on that begin within `n_ids`."""
    if not row and n_ids >= len(block.ids):
        return block
    low = int(block.starts[row])
    last = max(row + 1, int(block.starts.searchsorted(low + n_ids)))
    starts, stops = block.starts[row:last], block.stops[row:last]
    high = int(stops.max())
    counted = None if block.counted is None else block.counted[low:high]
    return SequenceBlock(block.ids[low:high], starts - low, stops - low, block.first_sequence + row, counted)


def parts_of(batch: SequenceBlock) -> Iterator[SequenceBlock]:
    """Yield a batch a part at a time, for whoever looks at each part several times."""
    row = 0
    while row < len(batch.starts):
        part = batch_from(batch, row, _PART_IDS)
        yield part
        row += len(part.starts)
