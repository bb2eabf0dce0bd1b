"""Counts documents by the ids that end them, where the format of a corpus does not know its documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from indexer.corpus.sequences import SequenceBlock
from indexer.matching.blocks import read_only
from indexer.matching.matcher import Matches, new_matches
from indexer.scanning.kernels.document_ends import count_ends_before, find_ends
from indexer.units import Int64Array, TokenIds


class DocumentEnds:
    """End-of-document ids of a slice so far.

    Parameters
    ----------
    end_of_document : int
        The id.
    n_shared : int
        Ids at the end of each sequence that belong to another one, and count there.
    """

    def __init__(self, end_of_document: int, n_shared: int) -> None:
        self._end = end_of_document
        self._n_shared = n_shared
        self._found: list[tuple[Int64Array, Int64Array]] = []
        self._n_rows = 0
        self._rows = self._offsets = np.empty(0, np.int64)
        self.n_ends = 0

    def count(self, part: SequenceBlock) -> None:
        """Count those of the next sequences of a batch."""
        most = int((part.stops - part.starts).sum())
        if most > len(self._rows):
            self._rows, self._offsets = np.empty(most, np.int64), np.empty(most, np.int64)
        n = _find(part, self._end, self._n_shared, self._rows, self._offsets)
        self._found.append((self._rows[:n] + self._n_rows, self._offsets[:n].copy()))
        self._n_rows += len(part.starts)

    def before(self, matches: Matches) -> Int64Array:
        """Return how many documents end before each occurrence of a batch, all of which was counted."""
        rows, offsets = (np.concatenate(columns) for columns in zip(*self._found, strict=True))
        numbers = np.empty(len(matches.row), np.int64)
        count_ends_before(rows, offsets, self.n_ends, matches.row, matches.token_offset, numbers)
        self._found, self._n_rows = [], 0
        self.n_ends += len(rows)
        return numbers


def ends_of(block: SequenceBlock, end_of_document: int, n_shared: int) -> tuple[Int64Array, Int64Array]:
    """Return the row of each end of a document, and its offset in it."""
    most = int((block.stops - block.starts).sum())
    rows, offsets = np.empty(most, np.int64), np.empty(most, np.int64)
    n = _find(block, end_of_document, n_shared, rows, offsets)
    return rows[:n], offsets[:n]


def _find(block: SequenceBlock, end: int, n_shared: int, rows: Int64Array, offsets: Int64Array) -> int:
    ids, starts, stops = _as_counted(block)
    if end > np.iinfo(ids.dtype).max:
        return 0
    return find_ends(ids, starts, stops, end, n_shared, rows, offsets)


def prepare_document_ends(dtype: DTypeLike) -> None:
    """Have the kernels compiled for ids of a type."""
    ends, nowhere = DocumentEnds(0, 0), np.zeros(1, np.int64)
    block = SequenceBlock(np.zeros(0, dtype), nowhere, nowhere, 0)
    ends.count(block)
    ends.before(new_matches(0))


def _as_counted(block: SequenceBlock) -> tuple[TokenIds, Int64Array, Int64Array]:
    """Return the arrays of one kind, so that one compiled kernel serves every reader."""
    starts, stops = (np.ascontiguousarray(column, np.int64) for column in (block.starts, block.stops))
    return read_only(np.ascontiguousarray(block.ids)), read_only(starts), read_only(stops)
