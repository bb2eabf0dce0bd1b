"""Plain arrays of ids: ``.npy`` of version 1 to 3, and headerless arrays, whole or packed.

An npy file says its dtype, byte order and shape; a 2-D one its rows. A headerless array (``.bin``, or the
``.npy`` without a header that OLMo writes through a memory map) says nothing: its dtype and width come from
the configuration. Each file is cut alone; ids at its end that fill no row are dropped and counted. zstd,
gzip and bz2 are unpacked first and then looked at again, so a packed npy is found too; frames may end
in the middle of an id.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader, rows_extent
from indexer.corpus.blocks.from_sources import blocks_of_rows
from indexer.corpus.blocks.id_sources import IdRun, unpacked_size
from indexer.corpus.blocks.ids import as_token_ids, id_dtype
from indexer.corpus.formats.known_heads import refuse_known_head
from indexer.corpus.formats.npy_header import MAX_HEADER_BYTES, NpyHeader, parse_npy_header
from indexer.corpus.formats.plain_text import HEAD_BYTES, refuse_text
from indexer.corpus.preflight.plausible import likely_dtype
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import ConfigError, InputError, ResourceError
from indexer.storage.compressed import Limits, compression_of, first_bytes
from indexer.storage.file_bytes import map_bytes, read_range
from indexer.storage.files import find_files
from indexer.units import Int64Array


class _Layout(NamedTuple):
    compression: str | None
    header: NpyHeader | None


class ArrayReader(FileReader):
    """Rows of flat or two-dimensional arrays, one file a shard."""

    keys = OF_ANY_FORMAT | {"sequence_length", "dtype", "max_shard_bytes", "max_window_bytes"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        super().__init__(find_files(config.paths, base=base), block_ids=block_ids)
        self._limits = Limits.of(config)
        self._given_dtype = None if config.dtype is None else id_dtype(config.dtype)
        self._given_width = config.sequence_length
        self._expect_header = config.format == "npy"
        self._layouts: dict[int, _Layout] = {}
        header = self._layout(0).header
        dtype = header.dtype if header else self._dtype_of_headerless(0)
        self.dtype_is_given = header is None
        kind = "npy" if header else "headerless"
        self.facts = CorpusFacts(
            format=kind,
            dtype=dtype.str,
            sequence_length=self._width(0),
            label_overlap=bool(config.label_overlap),
            seen=f"{self.files[0].name} has "
            + (f"an npy header: {dtype}, shape {header.shape}" if header else "no npy header"),
            details={"compression": self._layout(0).compression},
        )

    def _layout(self, number: int) -> _Layout:
        if number not in self._layouts:
            file = self.files[number]
            compression = compression_of(file)
            head = first_bytes(file, MAX_HEADER_BYTES, compression, self._limits)
            header = parse_npy_header(head, name=file.name)
            if header is None:
                refuse_text(head[:HEAD_BYTES], file.name, self.names)
                refuse_known_head(head, file.name, compression=compression)
            if header is None and self._expect_header:
                raise InputError(
                    "has no npy header",
                    path=file.name,
                    offset="byte 0",
                    fix='set [corpus] format = "headerless", a dtype and a sequence_length',
                )
            if header and self._given_dtype is not None and header.dtype != self._given_dtype:
                raise InputError(
                    f"has an npy header that says {header.dtype.str}",
                    path=file.name,
                    expected=f"{self._given_dtype.str}, as [corpus] dtype says",
                    fix="leave dtype out: the header knows",
                )
            self._layouts[number] = _Layout(compression, header)
        return self._layouts[number]

    def _dtype_of_headerless(self, number: int) -> np.dtype[np.generic]:
        if self._given_dtype is None:
            file = self.files[number]
            head = first_bytes(file, HEAD_BYTES, self._layout(number).compression, self._limits)
            likely = likely_dtype(head, None)
            raise ConfigError(
                "is a headerless array: its dtype is known only to you"
                + (f"; it looks like {likely}" if likely else ""),
                path=file.name,
                fix=f'set [corpus] dtype = "{likely or "uint16"}", if that is what wrote it',
            )
        return self._given_dtype

    def _width(self, number: int) -> int:
        header = self._layout(number).header
        if header is not None and len(header.shape) == 2:
            width = header.shape[1]
            if self._given_width not in (None, width):
                raise InputError(
                    f"has rows of {width} ids",
                    path=self.files[number].name,
                    expected=f"{self._given_width}, as [corpus] sequence_length says",
                )
            return width
        if self._given_width is None:
            raise ConfigError(
                "does not say how long its sequences are",
                path=self.files[number].name,
                fix="set [corpus] sequence_length",
            )
        return self._given_width

    def _run(self, number: int, n_ids: int | None = None) -> IdRun:
        file, (compression, header) = self.files[number], self._layout(number)
        if header is not None:
            return IdRun(
                file,
                header.offset,
                int(np.prod(header.shape, dtype=np.int64)),
                header.dtype,
                compression,
                cut=True,
            )
        dtype = self._dtype_of_headerless(number)
        if n_ids is None:
            n_bytes = unpacked_size(file, compression, self._limits)
            if n_bytes % dtype.itemsize:
                raise InputError(
                    f"holds {n_bytes:,} bytes",
                    path=file.name,
                    expected=f"a multiple of {dtype.itemsize} ({dtype})",
                    fix="the dtype is wrong, the file is truncated, or it has a header",
                )
            n_ids = n_bytes // dtype.itemsize
        return IdRun(file, 0, n_ids, dtype, compression, cut=True)

    @property
    def measured_by_headers(self) -> bool:
        """Whether measuring reads no ids; a packed array may have to be unpacked."""
        return self._layout(0).compression is None

    def look(self) -> None:
        """Look at the first bytes of every file, unpacked."""
        for number in range(len(self.files)):
            self._width(number)

    def extent(self, number: int) -> Extent:
        """Measure one file from its header or size."""
        run = self._run(number)
        header = self._layout(number).header
        needed = run.offset + run.n_ids * run.dtype.itemsize
        if header is not None and run.compression is None and run.file.n_bytes != needed:
            raise InputError(
                f"holds {run.file.n_bytes:,} bytes",
                path=run.file.name,
                expected=f"{needed:,}, as its header says",
            )
        width = self._width(number)
        if width < 1:
            raise InputError("has rows of no ids", path=run.file.name)
        if run.compression is not None and header is not None and header.fortran_order:
            raise ResourceError(
                "is a packed array in Fortran order, whose rows lie all over the stream",
                path=run.file.name,
                fix="unpack it",
            )
        return rows_extent(run.n_ids, width=width, stride=width, seekable=run.seekable)

    def cuts(self, shard: Shard) -> Int64Array | None:
        """Return the rows that begin where frames of a packed array do; None: any row."""
        return self._run(shard.number).cuts(self._width(shard.number))

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the rows [start, stop) of one file."""
        header = self._layout(number).header
        if header is not None and header.fortran_order:
            yield from self._fortran_rows(number, header, start, stop, first_sequence)
            return
        width = self._width(number)
        shard = self.shards()[number]
        run = self._run(number, shard.n_sequences * width + shard.n_dropped_tokens)
        source = run.open(self._limits)
        yield from blocks_of_rows(
            source,
            width=width,
            stride=width,
            start=start,
            stop=stop,
            first_sequence=first_sequence,
            block_ids=self.block_ids,
        )
        if stop == shard.n_sequences:
            source.finish()

    def _fortran_rows(
        self, number: int, header: NpyHeader, start: int, stop: int, first_sequence: int
    ) -> Iterator[SequenceBlock]:
        """Gather rows whose ids lie one column apart; a block is copied, since no view is contiguous."""
        file = self.files[number]
        n_rows, width = header.shape
        n_at_once = max(1, self.block_ids // width)
        size = header.dtype.itemsize
        stored = None
        if file.local:
            stored = np.ndarray(
                header.shape, header.dtype, buffer=map_bytes(file), offset=header.offset, order="F"
            )
        for row in range(start, stop, n_at_once):
            last = min(row + n_at_once, stop)
            if stored is not None:
                rows = np.ascontiguousarray(stored[row:last])
            else:
                rows = np.empty((last - row, width), header.dtype)
                for column in range(width):
                    at = header.offset + column * n_rows * size
                    data = read_range(file, at + row * size, at + last * size)
                    rows[:, column] = np.frombuffer(data, header.dtype)
            ids = as_token_ids(rows.reshape(-1), path=file.name, first_id=row * width)
            starts = np.arange(last - row, dtype=np.int64) * width
            yield SequenceBlock(ids, starts, starts + width, first_sequence + row - start)
