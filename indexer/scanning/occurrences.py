"""Writes every exposure of a range as a row of a Parquet file, in memory that does not grow with them.

Rows stand in the order of the corpus: by sequence, then by place, then by step. A row group is written
whenever so many have come, however the range was cut into batches, so that the same range gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from indexer.corpus.document_names import Names
from indexer.corpus.documents import DocumentNumbers
from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.matching.matcher import Matches
from indexer.occurrence_files import NAMES_SCHEMA, SCHEMA, WRITING, file_facts
from indexer.partials import FileFacts
from indexer.scanning.document_ends import DocumentEnds
from indexer.scanning.occurrence_rows import (
    NO_DOCUMENT,
    EarlierOccurrences,
    OccurrenceRows,
    joined_rows,
)
from indexer.units import Int32Array, Int64Array

GROUP_ROWS = 1 << 20
"""Rows of a row group: with their columns, some 50 MB while they are written."""


class OccurrenceWriter:
    """The file of one range, written while it is scanned.

    Parameters
    ----------
    path : Path
        Where it is written.
    range_number : int
        The range.
    phrase_ids : array of int32
        The number in the plan of each phrase that is looked for; ascending.
    end_of_document : int or None
        By which documents are counted where the format does not know them.
    n_shared : int
        Ids at the end of each sequence that belong to another one.
    earlier : EarlierOccurrences, optional
        Rows of other phrases, which are put between those that are found; it is closed with the file.
    """

    def __init__(
        self,
        path: Path,
        range_number: int,
        phrase_ids: Int32Array,
        *,
        end_of_document: int | None,
        n_shared: int,
        earlier: EarlierOccurrences | None = None,
    ) -> None:
        self.path = path
        self._range = range_number
        self._phrase_ids = phrase_ids
        self.end_of_document = end_of_document
        self._n_shared = n_shared
        self._earlier = earlier
        self._writer = pq.ParquetWriter(path, SCHEMA, **WRITING)
        self._held: list[OccurrenceRows] = []
        self._n_held = self._n_rows = 0
        self._shard = Shard(0, "", "", 0, None, 0, 0, 0)
        self._documents: DocumentNumbers | None = None
        self._ends: DocumentEnds | None = None
        self._hit = np.empty(0, np.int64)
        self._names: list[tuple[int, int, str]] = []

    def __enter__(self) -> OccurrenceWriter:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is held, and the end of the file."""
        try:
            if error is None and self._n_held:
                self._write(self._n_held)
        finally:
            self._writer.close()
            if self._earlier is not None:
                self._earlier.close()

    def facts(self) -> FileFacts:
        """Return what tells the file from any other, once it is whole."""
        return file_facts(self.path, self._n_rows)

    def begin(self, shard: Shard, documents: DocumentNumbers | None) -> None:
        """Go on to the next slice.

        Parameters
        ----------
        shard : Shard
            Whose sequences come now.
        documents : DocumentNumbers or None
            How its documents are numbered; None: they are counted from the start of the slice.
        """
        self._shard, self._documents, self._hit = shard, documents, np.empty(0, np.int64)
        self._ends = None
        if documents is None and self.end_of_document is not None:
            self._ends = DocumentEnds(self.end_of_document, self._n_shared)

    def name_documents(self, names_of: Callable[[Shard, Int64Array], Names]) -> None:
        """Ask what the documents of the slice are called that have an occurrence."""
        if self._documents is not None and len(self._hit):
            names = names_of(self._shard, self._hit)
            self._names += [(self._shard.number, number, names[number]) for number in sorted(names)]

    def names(self) -> pa.Table:
        """Return what documents are called, by shard and number."""
        columns = zip(*self._names, strict=True) if self._names else ((), (), ())
        return pa.table([list(column) for column in columns], schema=NAMES_SCHEMA)

    @property
    def counts_documents(self) -> bool:
        """Whether the ids of every batch are to be looked at with `count_documents` before it is added."""
        return self._ends is not None

    def count_documents(self, part: SequenceBlock) -> None:
        """Look at the next sequences of a batch."""
        if self._ends is not None:
            self._ends.count(part)

    @property
    def n_document_ends(self) -> int | None:
        """Documents that ended in the slice so far, where they are counted."""
        return None if self._ends is None else self._ends.n_ends

    def add(self, matches: Matches, batch: SequenceBlock, visits: Visits) -> None:
        """Write the occurrences of a batch, each once for every visit of its sequence."""
        rows = self._rows(matches, batch, visits)
        if self._earlier is not None:
            other = self._earlier.before(batch.first_sequence + len(batch.starts))
            rows = iter([joined_rows([other, *rows]).ordered()])
        for some in rows:
            if self._documents is not None:
                self._hit = np.union1d(self._hit, some.document)
            self._held.append(some)
            self._n_held += len(some.step)
            while self._n_held >= GROUP_ROWS:
                self._write(GROUP_ROWS)

    def _rows(self, matches: Matches, batch: SequenceBlock, visits: Visits) -> Iterator[OccurrenceRows]:
        phrase_id = self._phrase_ids[matches.phrase]
        sequence = batch.first_sequence + matches.row
        if self._documents is not None:
            offsets = matches.token_offset.astype(np.int64)
            document = self._documents.of(sequence - self._shard.first_sequence, offsets)
        elif self._ends is not None:
            document = self._ends.before(matches)
        else:
            document = np.full(len(matches.row), NO_DOCUMENT, np.int64)
        for which, step in _at_visits(matches.row, visits):
            yield OccurrenceRows(
                phrase_id[which],
                step,
                sequence[which],
                matches.token_offset[which],
                matches.n_tokens[which],
                np.full(len(step), self._shard.number, np.int32),
                document[which],
            )

    def _write(self, n: int) -> None:
        """Write the first `n` of the rows that are held as one row group."""
        held = joined_rows(self._held)
        self._writer.write_table(held.cut(slice(n)).as_table(self._range), row_group_size=n)
        self._held = [held.cut(slice(n, None))]
        self._n_held -= n
        self._n_rows += n


def _at_visits(rows: Int64Array, visits: Visits) -> Iterator[tuple[Int64Array | slice, Int64Array]]:
    """Yield occurrences, and the step of each, some at a time: as often as their sequence was visited.

    Parameters
    ----------
    rows : array of int64
        The sequence of each occurrence.
    visits : Visits
        Of these sequences; offsets count from anywhere.
    """
    first, steps = visits.offsets[rows], visits.steps
    n_visits = visits.offsets[rows + 1] - first
    if len(rows) <= GROUP_ROWS and bool((n_visits == 1).all()):
        yield slice(None), steps[first]
        return
    ends = np.cumsum(n_visits)
    starts = ends - n_visits
    total, done = int(n_visits.sum()), 0
    while done < total:
        stop = min(done + GROUP_ROWS, total)
        numbers = np.arange(done, stop)
        which = np.searchsorted(ends, numbers, "right")
        yield which, steps[first[which] + numbers - starts[which]]
        done = stop
