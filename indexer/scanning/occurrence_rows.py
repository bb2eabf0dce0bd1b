"""Rows of occurrences as columns, and those that an earlier scan of the same range wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from indexer.occurrence_files import SCHEMA
from indexer.units import UNKNOWN_STEP, BoolArray, Int32Array, Int64Array

NO_DOCUMENT = -1


class OccurrenceRows(NamedTuple):
    """Rows of a file of occurrences, but for its range; see `indexer.occurrence_files`.

    `UNKNOWN_STEP` and `NO_DOCUMENT` stand for NULL.
    """

    phrase_id: Int32Array
    step: Int64Array
    sequence: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array
    shard: Int32Array
    document: Int64Array

    def cut(self, which: slice | Int64Array | BoolArray) -> OccurrenceRows:
        """Return some of the rows."""
        columns: list[NDArray[Any]] = [column[which] for column in self]
        return OccurrenceRows(*columns)

    def ordered(self) -> OccurrenceRows:
        """Return the rows in the order of the file."""
        keys = (self.step, self.n_tokens, self.phrase_id, self.token_offset, self.sequence)
        return self.cut(np.lexsort(keys))

    def as_table(self, range_number: int) -> pa.Table:
        """Return the rows as they are written."""
        columns = {
            **self._asdict(),
            "step": pa.array(self.step, mask=self.step == UNKNOWN_STEP),
            "document": pa.array(self.document, mask=self.document == NO_DOCUMENT),
            "range": np.full(len(self.step), range_number, np.int32),
        }
        return pa.table(columns, schema=SCHEMA)


def joined_rows(several: Sequence[OccurrenceRows]) -> OccurrenceRows:
    """Return the rows of several, at least one, one after another."""
    if len(several) == 1:
        return several[0]
    columns: list[NDArray[Any]] = [np.concatenate(columns) for columns in zip(*several, strict=True)]
    return OccurrenceRows(*columns)


class EarlierOccurrences:
    """What an earlier scan of a range found of phrases that are not looked for again, in order.

    Parameters
    ----------
    path : Path
        The file that it wrote.
    kept : array of bool, shape (n_phrases,)
        Which phrases.
    """

    def __init__(self, path: Path, kept: BoolArray) -> None:
        self._file = pq.ParquetFile(path)
        self._groups = iter(range(self._file.num_row_groups))
        self._kept = kept
        self._held = self._read(None)

    def before(self, sequence: int) -> OccurrenceRows:
        """Return the rows of all sequences before one that were not returned yet."""
        pieces = [self._held]
        while not len(pieces[-1].sequence) or pieces[-1].sequence[-1] < sequence:
            group = next(self._groups, None)
            if group is None:
                break
            pieces.append(self._read(group))
        rows = joined_rows(pieces)
        n = int(np.searchsorted(rows.sequence, sequence))
        self._held = rows.cut(slice(n, None))
        return rows.cut(slice(n))

    def _read(self, group: int | None) -> OccurrenceRows:
        table = SCHEMA.empty_table() if group is None else self._file.read_row_group(group)
        no_value = {"step": UNKNOWN_STEP, "document": NO_DOCUMENT}
        columns = (table[name].fill_null(no_value.get(name, 0)) for name in OccurrenceRows._fields)
        rows = OccurrenceRows(*(column.to_numpy() for column in columns))
        return rows.cut(self._kept[rows.phrase_id])

    def close(self) -> None:
        """Close the file."""
        self._file.close()
