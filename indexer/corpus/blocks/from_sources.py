"""Cuts a source of ids into blocks of whole sequences of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from indexer.corpus.blocks.id_sources import IdSource
from indexer.corpus.sequences import SequenceBlock
from indexer.units import Int64Array

BLOCK_IDS = 16 * 1024 * 1024
"""Ids a block aims at: small beside memory, large beside the cost of a call."""

_RANGES_AT_ONCE = 1 << 18


def blocks_of_rows(
    source: IdSource,
    *,
    width: int,
    stride: int,
    start: int,
    stop: int,
    first_sequence: int,
    block_ids: int,
) -> Iterator[SequenceBlock]:
    """Yield the rows [start, stop) of equal width that begin every `stride` ids.

    Parameters
    ----------
    source : IdSource
        The ids of the shard.
    width, stride : int
        Ids per row, and from one row's start to the next; a stride of ``width - 1`` shares one id.
    start, stop : int
        Rows, counted within the shard.
    first_sequence : int
        Corpus-wide number of row `start`.
    block_ids : int
        Ids a block aims at; the source knows how many are best read together. At least one row is given.
    """
    block_ids = source.ids_at_once(block_ids)
    n_rows = max(1, (block_ids - (width - stride)) // stride)
    if start < stop:
        source.expect(start * stride, (stop - 1) * stride + width)
    for row in range(start, stop, n_rows):
        n = min(n_rows, stop - row)
        ids = source.read(row * stride, (row + n - 1) * stride + width)
        starts = np.arange(n, dtype=np.int64) * stride
        yield SequenceBlock(ids, starts, starts + width, first_sequence + row - start)


def blocks_of_ranges(
    source: IdSource,
    ranges: Callable[[int, int], tuple[Int64Array, Int64Array]],
    *,
    start: int,
    stop: int,
    first_sequence: int,
    block_ids: int,
) -> Iterator[SequenceBlock]:
    """Yield the sequences [start, stop) that lie at given ranges of ids.

    Parameters
    ----------
    source : IdSource
        The ids of the shard. Ranges that go back need a source that can.
    ranges : callable
        ``ranges(a, b)`` returns the first id and the id after the last one of sequences a .. b-1.
    start, stop, first_sequence, block_ids
        As for `blocks_of_rows`.
    """
    block_ids = source.ids_at_once(block_ids)
    for page in range(start, stop, _RANGES_AT_ONCE):
        page_stop = min(page + _RANGES_AT_ONCE, stop)
        firsts, lasts = ranges(page, page_stop)
        if _all_read_in_order(firsts, lasts):
            source.expect(int(firsts[0]), int(lasts[-1]))
        at = 0
        while at < len(firsts):
            n = _n_fitting(firsts[at:], lasts[at:], block_ids)
            low = int(firsts[at : at + n].min())
            ids = source.read(low, int(lasts[at : at + n].max()))
            yield SequenceBlock(
                ids, firsts[at : at + n] - low, lasts[at : at + n] - low, first_sequence + page - start + at
            )
            at += n


def _all_read_in_order(firsts: Int64Array, lasts: Int64Array) -> bool:
    """Tell whether sequences follow each other, so that next to nothing between them is read in vain."""
    if not len(firsts) or (firsts[1:] < firsts[:-1]).any() or (lasts[1:] < lasts[:-1]).any():
        return False
    return bool((lasts - firsts).sum() * 2 > lasts[-1] - firsts[0])


def _n_fitting(firsts: Int64Array, lasts: Int64Array, block_ids: int) -> int:
    """Count the sequences, at least one, that ascend and whose ids all lie within `block_ids`."""
    look = 1024
    while True:
        ascending = np.flatnonzero(np.diff(firsts[:look]) < 0)
        n = int(ascending[0]) + 1 if ascending.size else min(look, len(firsts))
        reach = np.maximum.accumulate(lasts[:n]) - firsts[0]
        fitting = int(np.searchsorted(reach, block_ids, side="right"))
        if fitting < look or fitting >= len(firsts):
            return max(1, fitting)
        look *= 8
