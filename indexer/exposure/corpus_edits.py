"""What to leave out of a corpus, to mask or to replace, so that phrases are not met: from the occurrences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.lib import format as npy

from indexer.errors import StateError
from indexer.exposure.database import open_read_only, sql
from indexer.exposure.statements import error_of_query
from indexer.index_dir import IndexDir

SKIP_DOCUMENTS = "edits_skip_documents.sql"
SKIP_SEQUENCES = "edits_skip_sequences.sql"
LOSS_RANGES = "edits_loss_ranges.sql"
PLACES = "edits_places.sql"

_ROWS_AT_ONCE = 1 << 16


def write_rows(index: IndexDir, query: str, phrase_ids: Sequence[int] | None, path: Path) -> int:
    """Write the rows of a query as a Parquet file, and return how many there are.

    Parameters
    ----------
    index : IndexDir
        An index that holds its occurrences.
    query : str
        `SKIP_DOCUMENTS`, `SKIP_SEQUENCES` or `PLACES`.
    phrase_ids : sequence of int or None
        Of which phrases; None: of all.
    path : Path
        The file.

    Raises
    ------
    StateError
        The index holds no occurrences, its files are gone, or it does not know the documents of its corpus.
    """
    batches = _batches(index, query, phrase_ids)
    n_rows, writer = 0, None
    try:
        for batch in batches:
            if query == SKIP_DOCUMENTS and batch["document"].null_count:
                raise StateError(
                    "does not know the documents of its corpus",
                    path=index.root,
                    expected="a format that lists them, or [corpus] end_of_document",
                    fix="leave sequences out: --by sequence",
                )
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
            writer.write_batch(batch)
            n_rows += batch.num_rows
    finally:
        if writer is not None:
            writer.close()
    return n_rows


def write_ranges(index: IndexDir, phrase_ids: Sequence[int] | None, path: Path) -> int:
    """Write `LOSS_RANGES` as an npy file, int64 of shape (n, 3), and return how many there are.

    Raises
    ------
    StateError
        The index holds no occurrences, or its files are gone.
    """
    n_ranges = 0
    with open(path, "wb") as file:
        for write_to in (None, file):  # the header holds how many there are
            if write_to is not None:
                header = {"descr": "<i8", "fortran_order": False, "shape": (n_ranges, 3)}
                npy.write_array_header_1_0(write_to, header)
            for batch in _batches(index, LOSS_RANGES, phrase_ids):
                if write_to is None:
                    n_ranges += batch.num_rows
                else:
                    columns = [column.to_numpy() for column in batch.columns]
                    write_to.write(np.stack(columns, axis=1).astype("<i8").tobytes())
    return n_ranges


def _batches(index: IndexDir, query: str, phrase_ids: Sequence[int] | None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a query as they come; one batch without rows first, which has their types."""
    parameters = {"phrase_ids": None if phrase_ids is None else list(phrase_ids)}
    with open_read_only(index.database_file) as connection:
        try:
            reader = connection.sql(sql(query), params=parameters).to_arrow_reader(_ROWS_AT_ONCE)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from reader
        except duckdb.Error as error:
            raise error_of_query(error, str(index.root)) or error from None
