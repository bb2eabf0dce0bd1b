"""Counts documents by the ids that end them, where the format of a corpus does not know its documents."""

from __future__ import annotations

import numpy as np

from indexer.corpus.sequences import SequenceBlock
from indexer.matching.blocks import read_only
from indexer.matching.matcher import Matches
from indexer.scanning.kernels.document_ends import count_ends
from indexer.units import Int64Array


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
        self.n_ends = 0

    def of_batch(self, batch: SequenceBlock, matches: Matches) -> Int64Array:
        """Return how many documents end before each occurrence, and count those of the whole batch."""
        numbers = np.empty(len(matches.row), np.int64)
        self.n_ends = int(
            count_ends(
                read_only(np.ascontiguousarray(batch.ids)),
                read_only(np.ascontiguousarray(batch.starts, np.int64)),
                read_only(np.ascontiguousarray(batch.stops, np.int64)),
                self._end,
                self._n_shared,
                matches.row,
                matches.token_offset,
                self.n_ends,
                numbers,
            )
        )
        return numbers
