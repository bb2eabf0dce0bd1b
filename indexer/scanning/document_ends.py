"""Counts documents by the ids that end them, where the format of a corpus does not know its documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from indexer.corpus.sequences import SequenceBlock
from indexer.matching.blocks import read_only
from indexer.matching.matcher import Matches, new_matches
from indexer.scanning.kernels.document_ends import count_ends, count_ends_before
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
        self._of_rows: list[Int64Array] = []
        self.n_ends = 0

    def count(self, part: SequenceBlock) -> None:
        """Count those of the next sequences of a batch."""
        of_rows = np.empty(len(part.starts), np.int64)
        ids, starts, stops = _as_counted(part)
        count_ends(ids, starts, stops, self._end, self._n_shared, of_rows)
        self._of_rows.append(of_rows)

    def before(self, batch: SequenceBlock, matches: Matches) -> Int64Array:
        """Return how many documents end before each occurrence of a batch, all of which was counted."""
        of_rows = np.concatenate(self._of_rows)
        before_rows = np.cumsum(of_rows) - of_rows + self.n_ends
        self._of_rows = []
        self.n_ends += int(of_rows.sum())
        numbers = np.empty(len(matches.row), np.int64)
        ids, starts, _ = _as_counted(batch)
        count_ends_before(ids, starts, self._end, matches.row, matches.token_offset, before_rows, numbers)
        return numbers


def prepare_document_ends(dtype: DTypeLike) -> None:
    """Have the kernels compiled for ids of a type."""
    ends, nowhere = DocumentEnds(0, 0), np.zeros(1, np.int64)
    block = SequenceBlock(np.zeros(0, dtype), nowhere, nowhere, 0)
    ends.count(block)
    ends.before(block, new_matches(0))


def _as_counted(block: SequenceBlock) -> tuple[TokenIds, Int64Array, Int64Array]:
    """Return the arrays of one kind, so that one compiled kernel serves every reader."""
    starts, stops = (np.ascontiguousarray(column, np.int64) for column in (block.starts, block.stops))
    return read_only(np.ascontiguousarray(block.ids)), read_only(starts), read_only(stops)
