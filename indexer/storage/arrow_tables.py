"""List columns of Arrow and Parquet files as NumPy arrays: lengths from metadata, rows in batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from indexer.errors import InputError
from indexer.storage.compressed import Limits, compression_of, read_unpacked
from indexer.storage.file_bytes import open_binary, read_range
from indexer.storage.files import CorpusFile
from indexer.storage.mapped_files import mapped
from indexer.storage.observer import reading
from indexer.units import Int64Array

ROWS_AT_ONCE = 1024
"""Rows of Parquet decoded at once. Arrow's own decoder of lists is the limit, for any number from here to a
row group: 124 million ids a second with nothing done to them, 124 as blocks, 125 with one batch decoded ahead
on a thread, 137 with two row groups on two threads (rows of 2,049, snappy)."""
END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"

Lists = tuple[NDArray[Any], Int64Array, Int64Array]


class ArrowBatches(NamedTuple):
    """Some rows: for each column its values, and where each row's begin and end in them."""

    n_rows: int
    lists: dict[str, Lists]


def open_arrow(file: CorpusFile, limits: Limits | None = None) -> ArrowFile:
    """Open a Parquet file or an Arrow file of either format, as its first bytes tell.

    Parameters
    ----------
    file : CorpusFile
        The file.
    limits : Limits, optional
        What unpacking may cost, where the whole file may be packed; it is then unpacked into memory, since
        both formats are read from their end.

    Raises
    ------
    InputError
        It is neither, or truncated.
    """
    content = None
    if limits is not None and compression_of(file) is not None:
        content = read_unpacked(file, limits)
    head = read_range(file, 0, min(8, file.n_bytes)) if content is None else content[:8]
    try:
        if head.startswith(b"PAR1"):
            return _Parquet(file, content)
        if head.startswith(b"ARROW1"):
            return _IpcFile(file, content)
        if head.startswith(b"\xff\xff\xff\xff"):
            return _IpcStream(file, content)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"is truncated or corrupt ({error})", path=file.name) from None
    raise InputError("is neither Arrow nor Parquet", path=file.name, offset="byte 0")


class ArrowFile(ABC):
    """What the three kinds share; they differ in how record batches are come by."""

    kind = ""

    def __init__(self, file: CorpusFile, content: bytes | None = None) -> None:
        self.file = file
        self._content = content

    def _handle(self) -> Any:
        reading(self.file)
        if self._content is not None:
            return pa.BufferReader(self._content)
        if self.file.local:
            mapped(self.file.url, self.file.name, self.file.n_bytes)
            return pa.memory_map(self.file.url)
        return pa.PythonFile(open_binary(self.file), mode="r")

    @abstractmethod
    def schema(self) -> pa.Schema:
        """Return the Arrow schema."""

    @abstractmethod
    def n_rows(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def record_batches(self, columns: list[str], start: int, stop: int) -> Iterator[pa.RecordBatch]:
        """Yield record batches that hold exactly the rows [start, stop)."""

    def rows(self, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield each row as Python values, of all columns or of some.

        Raises
        ------
        InputError
            The file is corrupt.
        """
        row = 0
        try:
            for batch in self.record_batches(columns or self.names(), 0, self.n_rows()):
                batch.validate()
                for start in range(0, batch.num_rows, ROWS_AT_ONCE):
                    yield from _as_python(batch.slice(start, ROWS_AT_ONCE), self.file.name, row + start)
                row += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise InputError(
                f"is truncated or corrupt ({error})", path=self.file.name, offset=f"row {row:,}"
            ) from None
        self._require_rows(row, self.n_rows())

    def _require_rows(self, row: int, stop: int) -> None:
        """Refuse a file that gave fewer rows, or more, than it says it has."""
        if row != stop:
            raise InputError(f"gives {row:,} rows", path=self.file.name, expected=f"{stop:,}, as it says")

    def names(self) -> list[str]:
        """Return the column names."""
        return list(self.schema().names)

    def id_columns(self) -> list[str]:
        """Return the columns that hold lists of integers."""
        return [field.name for field in self.schema() if _is_of_integers(field.type)]

    def _list_type(self, column: str) -> pa.DataType:
        n_columns = len(self.schema().get_all_field_indices(column))
        if n_columns != 1:
            raise InputError(f"has {n_columns} columns {column!r}", path=self.file.name, expected="one")
        kind = self.schema().field(column).type
        if not _is_of_integers(kind):
            raise InputError(
                f"has column {column!r} of type {kind}", path=self.file.name, expected="lists of integers"
            )
        return kind

    def dtype(self, column: str) -> np.dtype[Any]:
        """Return the dtype of the ids in a column."""
        dtype: np.dtype[Any] = np.dtype(self._list_type(column).value_type.to_pandas_dtype())
        return dtype

    def fixed_length(self, column: str) -> int | None:
        """Return the length of every list where the type fixes it."""
        kind = self._list_type(column)
        return int(kind.list_size) if pa.types.is_fixed_size_list(kind) else None

    def lengths(self, column: str) -> Iterator[Int64Array]:
        """Yield the list lengths, some rows at a time."""
        fixed = self.fixed_length(column)
        if fixed is not None:
            yield np.full(self.n_rows(), fixed, np.int64)
            return
        for batch in self.batches([column], 0, self.n_rows()):
            _, starts, stops = batch.lists[column]
            yield stops - starts

    def batches(self, columns: list[str], start: int, stop: int) -> Iterator[ArrowBatches]:
        """Yield the rows [start, stop), some at a time.

        Raises
        ------
        InputError
            A list or an id in one is NULL, or the file is corrupt.
        """
        row = start
        try:
            for batch in self.record_batches(columns, start, stop):
                batch.validate()
                lists = {name: self._lists(batch.column(name), name, row) for name in columns}
                yield ArrowBatches(batch.num_rows, lists)
                row += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise InputError(
                f"is truncated or corrupt ({error})", path=self.file.name, offset=f"row {row:,}"
            ) from None
        self._require_rows(row, max(start, stop))

    def _lists(self, column: Any, name: str, row: int) -> Lists:
        kind = self._list_type(name)
        if column.null_count:
            at = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
            raise InputError(f"has NULL in {name!r}", path=self.file.name, offset=f"row {row + at:,}")
        values = column.values
        if pa.types.is_fixed_size_list(kind):
            firsts = (np.arange(len(column), dtype=np.int64) + column.offset) * kind.list_size
            lasts = firsts + kind.list_size
        else:
            offsets = column.offsets.to_numpy().astype(np.int64)
            firsts, lasts = offsets[:-1], offsets[1:]
            if bool((firsts > lasts).any()) or (len(offsets) and (firsts[0] < 0 or lasts[-1] > len(values))):
                at = int(np.argmax(firsts > lasts))
                raise InputError(
                    f"is corrupt: a list in {name!r} ends before it begins, or outside the column",
                    path=self.file.name,
                    offset=f"row {row + at:,}",
                )
        low, high = (int(firsts[0]), int(lasts[-1])) if len(column) else (0, 0)
        used = values.slice(low, high - low)
        if used.null_count:
            raise InputError(
                f"has NULL among the ids of {name!r}", path=self.file.name, offset=f"rows from {row:,} on"
            )
        return used.to_numpy(zero_copy_only=False), firsts - low, lasts - low


def _is_of_integers(kind: pa.DataType) -> bool:
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(test(kind) for test in lists) and pa.types.is_integer(kind.value_type)


def _as_python(batch: pa.RecordBatch, path: str, first_row: int) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
        return rows
    except (OverflowError, KeyError, ValueError) as error:
        # dates after the year 9999, intervals: Python has no type that holds them
        raise InputError(
            f"holds a value that cannot be read ({type(error).__name__}: {error})",
            path=path,
            offset=f"rows from {first_row:,} on",
        ) from None


class _IpcStream(ArrowFile):
    kind = "an Arrow stream"

    def __init__(self, file: CorpusFile, content: bytes | None = None) -> None:
        super().__init__(file, content)
        # a stream cut between two batches reads as a shorter one; only its end marker tells
        n_bytes = file.n_bytes if content is None else len(content)
        last = read_range(file, max(0, n_bytes - 8), n_bytes) if content is None else content[-8:]
        if last != END_OF_STREAM:
            raise InputError(
                "is truncated: the Arrow stream has no end marker",
                path=file.name,
                offset=f"byte {n_bytes:,}",
            )
        self._schema = pa.ipc.open_stream(self._handle()).schema
        self._n_rows: int | None = None

    def schema(self) -> pa.Schema:
        return self._schema

    def n_rows(self) -> int:
        if self._n_rows is None:
            self._n_rows = sum(batch.num_rows for batch in pa.ipc.open_stream(self._handle()))
        return self._n_rows

    def record_batches(self, columns: list[str], start: int, stop: int) -> Iterator[pa.RecordBatch]:
        row = 0
        for batch in pa.ipc.open_stream(self._handle()):
            if row >= stop:
                return
            low, high = max(start - row, 0), min(stop - row, batch.num_rows)
            row += batch.num_rows
            if low < high:
                yield batch.slice(low, high - low)


class _IpcFile(ArrowFile):
    kind = "an Arrow file"

    def __init__(self, file: CorpusFile, content: bytes | None = None) -> None:
        super().__init__(file, content)
        self._reader = pa.ipc.open_file(self._handle())
        self._n_rows: int | None = None

    def schema(self) -> pa.Schema:
        return self._reader.schema

    def n_rows(self) -> int:
        if self._n_rows is None:
            reader = self._reader
            self._n_rows = sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))
        return self._n_rows

    def record_batches(self, columns: list[str], start: int, stop: int) -> Iterator[pa.RecordBatch]:
        row = 0
        for number in range(self._reader.num_record_batches):
            if row >= stop:
                return
            batch = self._reader.get_batch(number)
            low, high = max(start - row, 0), min(stop - row, batch.num_rows)
            row += batch.num_rows
            if low < high:
                yield batch.slice(low, high - low)


class _Parquet(ArrowFile):
    kind = "parquet"

    def __init__(self, file: CorpusFile, content: bytes | None = None) -> None:
        super().__init__(file, content)
        self._parquet = pq.ParquetFile(self._handle())
        metadata = self._parquet.metadata
        in_groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
        if min(in_groups, default=0) < 0 or sum(in_groups) != metadata.num_rows:
            # whoever trusts one of the numbers reads fewer rows than there are
            raise InputError(
                f"is corrupt: its row groups hold {sum(in_groups):,} rows",
                path=file.name,
                expected=f"{metadata.num_rows:,}, as its footer says",
            )

    def schema(self) -> pa.Schema:
        return self._parquet.schema_arrow

    def n_rows(self) -> int:
        return int(self._parquet.metadata.num_rows)

    def record_batches(self, columns: list[str], start: int, stop: int) -> Iterator[pa.RecordBatch]:
        metadata = self._parquet.metadata
        groups: list[int] = []
        row = first = 0
        for number in range(metadata.num_row_groups):
            n = metadata.row_group(number).num_rows
            if row < stop and row + n > start:
                if not groups:
                    first = row
                groups.append(number)
            row += n
        at = first
        for batch in self._parquet.iter_batches(batch_size=ROWS_AT_ONCE, row_groups=groups, columns=columns):
            low, high = max(start - at, 0), min(stop - at, batch.num_rows)
            at += batch.num_rows
            if low < high:
                yield batch.slice(low, high - low)
