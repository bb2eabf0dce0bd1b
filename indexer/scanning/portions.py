"""The sequences of a range, a portion at a time: as many as their occurrences have room for."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.corpus.sequences import Reader, SequenceBlock, Shard
from indexer.errors import InputError
from indexer.plan import ScanRange

FIRST_IDS = 1 << 22
"""Ids searched before anything is known of how often the phrases occur."""

FOUND_AT_ONCE = 1 << 21
"""Occurrences a portion aims at. Counting them takes about 100 bytes each."""


class Portions:
    """Cuts what is read of a range by how many occurrences were found so far.

    Blocks are long where ids are only looked at in a map of the file: what is done once a block is then done
    seldom. Phrases that occur everywhere would take memory in proportion.

    Parameters
    ----------
    first_ids : int
        Ids of the first portion.
    found_at_once : int
        Occurrences a portion aims at.
    """

    def __init__(self, first_ids: int = FIRST_IDS, found_at_once: int = FOUND_AT_ONCE) -> None:
        self._first_ids = first_ids
        self._found_at_once = found_at_once
        self._n_ids = self._n_found = 0

    def found(self, n_ids: int, n_found: int) -> None:
        """Learn how many occurrences some ids had."""
        self._n_ids += n_ids
        self._n_found += n_found

    def of_range(self, reader: Reader, shard: Shard, scan_range: ScanRange) -> Iterator[SequenceBlock]:
        """Yield all sequences of a range, in order.

        Raises
        ------
        InputError
            The shard does not hold the sequences that were planned.
        """
        next_sequence = scan_range.start
        for block in reader.blocks(shard, scan_range.start, scan_range.stop):
            if block.first_sequence != next_sequence:
                raise InputError(
                    f"sequence {next_sequence:,} is followed by {block.first_sequence:,}", path=shard.name
                )
            next_sequence += len(block.starts)
            yield from self._of_block(block)
        if next_sequence != scan_range.stop:
            raise InputError(
                f"ends after sequence {next_sequence:,}",
                path=shard.name,
                expected=f"{scan_range.stop:,} sequences, as planned",
                fix="the shard is truncated or was changed after planning",
            )

    def _of_block(self, block: SequenceBlock) -> Iterator[SequenceBlock]:
        row = 0
        while row < len(block.starts):
            n_ids = self._first_ids
            if self._n_ids:
                n_ids = max(1, self._n_ids * self._found_at_once // max(1, self._n_found))
            portion = block if not row and n_ids >= len(block.ids) else _rows_from(block, row, n_ids)
            yield portion
            row += len(portion.starts)


def _rows_from(block: SequenceBlock, row: int, n_ids: int) -> SequenceBlock:
    """Return the sequences, at least one, from `row` on that begin within `n_ids`."""
    low = int(block.starts[row])
    last = max(row + 1, int(block.starts.searchsorted(low + n_ids)))
    starts, stops = block.starts[row:last], block.stops[row:last]
    high = int(stops.max())
    counted = None if block.counted is None else block.counted[low:high]
    return SequenceBlock(block.ids[low:high], starts - low, stops - low, block.first_sequence + row, counted)
