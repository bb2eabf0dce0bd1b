"""JSON lines with a list of ids under a key: LLM360 Amber, and any other.

Amber: ``{"token_ids": [2049 ids], "source": "..."}``, windows that share no id. The key may stand first or
last and the text beside it may look like the key, so lines are parsed, not searched. Source:
LLM360/amber-data-prep.

How many lines a file holds is only known from reading it, so its shard is measured by one pass over it.
With ``sequence_length`` given, that pass counts lines; every line must then have so many ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader
from indexer.corpus.blocks.from_samples import gather
from indexer.corpus.document_names import Names, names_in_lines
from indexer.corpus.documents import DocumentNumbers, RowDocuments
from indexer.corpus.formats.columns import COLUMNS, column_of_ids, refuse_mask
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import InputError
from indexer.plurals import counted
from indexer.storage.compressed import Limits
from indexer.storage.files import CorpusFile, find_files
from indexer.storage.json_lines import lines_of, parse_object
from indexer.units import Int64Array

BATCH_BYTES = 4 * 1024 * 1024
SMALL_BYTES = 256 * 1024
"""Below it Python's own parser is done before the compiled one is compiled."""


class JsonIdsReader(FileReader):
    """One line, one sequence."""

    keys = OF_ANY_FORMAT | {
        "sequence_length",
        "column",
        "mask_column",
        "max_shard_bytes",
        "max_window_bytes",
        "max_line_bytes",
    }

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        super().__init__(find_files(config.paths, base=base), block_ids=block_ids)
        self._limits = Limits.of_lines(config)
        self._width = config.sequence_length
        self._wanted, self._wanted_mask = config.column, config.mask_column
        told = (key for file in self.files if (key := self._key_of(file)) is not None)
        self._key = next(told, self._wanted or COLUMNS[0])
        self.facts = CorpusFacts(
            format="jsonl",
            dtype="<i8",
            sequence_length=self._width,
            label_overlap=bool(config.label_overlap),
            seen=f"{self.files[0].name} holds JSON lines with ids under {self._key!r}",
        )

    def _key_of(self, file: CorpusFile) -> str | None:
        """Return the key of the ids, as the first line of a file tells; None where there is no line."""
        for number, line in islice(lines_of(file, self._limits), 1):
            value = parse_object(line, name=file.name, number=number)
            path = f"{file.name}, line {number:,}"
            refuse_mask(value, self._wanted_mask, path=path, form="JSON lines")
            key = self._wanted or column_of_ids(
                [key for key in value if _is_ids(value[key])], None, path=path
            )
            key = key or next((key for key in COLUMNS if key in value), None)
            if key is not None:
                return key
            raise InputError(
                f"has no key {', '.join(COLUMNS)}",
                path=file.name,
                offset=f"line {number}",
                fix="tokenize it with `exposure tokenize` first"
                if "text" in value
                else f"set [corpus] column; its keys are {', '.join(value)}",
            )
        return None

    @property
    def measured_by_headers(self) -> bool:
        """Whether measuring reads no ids; it reads every line."""
        return False

    def look(self) -> None:
        """Parse the first line of the first file."""
        file = self.files[0]
        for number, line in islice(lines_of(file, self._limits), 1):
            self._checked(self._one(line, file, number), file, number)

    def extent(self, number: int) -> Extent:
        """Count the lines of one file, and their ids where the width is not known."""
        file = self.files[number]
        key = self._key_of(file)
        if key not in (None, self._key):
            expected = f"{self._key!r}, as {self.files[0].name} has"
            raise InputError(f"has its ids under {key!r}", path=file.name, offset="line 1", expected=expected)
        if self._width is not None:
            n_lines = sum(1 for _ in lines_of(file, self._limits))
            return Extent(n_lines, n_lines * self._width, seekable=False)
        n_lines = n_ids = 0
        for row in self._rows(file, 0, None):
            n_lines += 1
            n_ids += len(row)
        return Extent(n_lines, n_ids, seekable=False)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the lines, each of which is a document."""
        del shard
        return RowDocuments()

    def document_names(self, shard: Shard, numbers: Int64Array) -> Names:
        """Return what stands under the key ``id``."""
        return names_in_lines(self.files[shard.number], self._limits, numbers)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the lines [start, stop) of one file; the file is read to its end with the last of them."""
        file = self.files[number]
        last = stop == self.shards()[number].n_sequences
        rows = self._rows(file, start, None if last else stop)
        n_rows = 0

        def counted() -> Iterator[NDArray[Any]]:
            nonlocal n_rows
            for row in rows:
                n_rows += 1
                yield row

        yield from gather(counted(), first_sequence=first_sequence, block_ids=self.block_ids, path=file.name)
        if n_rows != stop - start:
            raise InputError(
                f"holds {start + n_rows:,} lines",
                path=file.name,
                expected=f"{stop:,}",
                fix="plan the index anew",
            )

    def _rows(self, file: CorpusFile, start: int, stop: int | None) -> Iterator[NDArray[Any]]:
        batch: list[bytes] = []
        numbers: list[int] = []
        n_bytes = 0
        for position, (number, line) in enumerate(lines_of(file, self._limits)):
            if position < start:
                continue
            if stop is not None and position >= stop:
                break
            batch.append(line)
            numbers.append(number)
            n_bytes += len(line)
            if n_bytes >= BATCH_BYTES:
                yield from self._parse(batch, numbers, file)
                batch, numbers, n_bytes = [], [], 0
        yield from self._parse(batch, numbers, file)

    def _parse(self, lines: list[bytes], numbers: list[int], file: CorpusFile) -> Iterator[NDArray[Any]]:
        """Parse lines with the compiled parser; where it gives up, line by line to say which one is wrong."""
        parsed = None
        if sum(map(len, lines)) > SMALL_BYTES:
            from indexer.corpus.kernels.json_ids import parse_lines

            parsed = parse_lines(lines, self._key)
        if parsed is None:
            for number, line in zip(numbers, lines, strict=True):
                yield self._checked(self._one(line, file, number), file, number)
            return
        ids, ends = parsed
        first = 0
        for number, last in zip(numbers, ends.tolist(), strict=True):
            yield self._checked(ids[first:last], file, number)
            first = last

    def _one(self, line: bytes, file: CorpusFile, number: int) -> NDArray[Any]:
        ids = parse_object(line, name=file.name, number=number).get(self._key)
        if not _is_ids(ids):
            raise InputError(
                f"has no list of ids under {self._key!r}", path=file.name, offset=f"line {number:,}"
            )
        return np.array(ids, np.int64)

    def _checked(self, ids: NDArray[Any], file: CorpusFile, number: int) -> NDArray[Any]:
        if self._width is not None and len(ids) != self._width:
            raise InputError(
                f"holds {counted(len(ids), 'id')}",
                path=file.name,
                offset=f"line {number:,}",
                expected=f"{self._width:,}, as [corpus] sequence_length says",
            )
        return ids


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and all(type(i) is int and -(2**63) <= i < 2**63 for i in value)
