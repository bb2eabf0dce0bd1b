r"""Legacy "lazy" or "cached" ``.bin`` + ``.idx`` of fairseq and old Megatron (magic ``TNTIDX``).

============ ========= =======================================================================
offset       size      field of the ``.idx``, little-endian
============ ========= =======================================================================
0            8         magic ``TNTIDX\0\0``
8            48        uint64 version 1, dtype code, item size, N sequences, S sizes, D entries
56           8 (N+1)   int64 dim offsets
56 + 8(N+1)  8 (N+1)   int64 data offsets, in ids
then         8 S       int64 sizes
then         8 D       int64 document index
============ ========= =======================================================================

Source: EleutherAI/gpt-neox megatron/data/indexed_dataset.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader, rows_extent
from indexer.corpus.blocks.from_sources import blocks_of_ranges, blocks_of_rows
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.blocks.ids import id_dtype
from indexer.corpus.documents import (
    DocumentNumbers,
    FlatDocuments,
    StoredDocuments,
    first_sequences_of,
)
from indexer.corpus.formats.megatron_index import refuse_other, shard_prefixes
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits
from indexer.storage.files import CorpusFile
from indexer.units import Int64Array

MAGIC = b"TNTIDX\x00\x00"
DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}


class LegacyIndex(NamedTuple):
    """What a legacy index says: the dtype, where each sequence begins in ids, and the document index."""

    dtype: np.dtype[Any]
    offsets: Int64Array
    documents: Int64Array


def read_index(file: CorpusFile) -> LegacyIndex:
    """Read a legacy index file.

    Raises
    ------
    InputError
        The magic, version, dtype code or length is not what the format says.
    """
    data = file_bytes.read_all(file, at_most=1 << 36)
    if not data.startswith(MAGIC) or len(data) < 56:
        raise InputError("is no TNTIDX index", path=file.name, offset="byte 0")
    version, code, item_size, n, n_sizes, n_documents = np.frombuffer(data, "<u8", 6, 8).tolist()
    if version != 1:
        raise InputError(f"is an index of version {version}", path=file.name, offset="byte 8", expected="1")
    if code not in DTYPES:
        raise InputError(f"dtype code {code} holds no ids", path=file.name, offset="byte 16")
    dtype = id_dtype(DTYPES[code])
    if item_size != dtype.itemsize:
        raise InputError(
            f"says {item_size} bytes an id",
            path=file.name,
            offset="byte 24",
            expected=f"{dtype.itemsize} ({dtype})",
        )
    needed = 56 + 16 * (n + 1) + 8 * (n_sizes + n_documents)
    if len(data) != needed:
        raise InputError(f"holds {len(data):,} bytes", path=file.name, expected=f"{needed:,}")
    offsets = np.frombuffer(data, "<i8", n + 1, 56 + 8 * (n + 1))
    if int(offsets[0]) < 0 or bool((np.diff(offsets) < 0).any()):
        raise InputError("has data offsets that do not ascend", path=file.name)
    documents = np.frombuffer(data, "<i8", n_documents, 56 + 16 * (n + 1) + 8 * n_sizes)
    return LegacyIndex(dtype, offsets, documents)


def _prefix_of(name: str) -> str:
    return name[:-4] if name.endswith((".bin", ".idx")) else name


class LegacyMegatronReader(FileReader):
    """Stored sequences as they are, or the flat ids cut into rows of ``sequence_length``."""

    keys = OF_ANY_FORMAT | {"sequence_length"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        names = [name for path in config.paths for name in files.expand(path, base=base)]
        prefixes = shard_prefixes(names, _prefix_of)
        for prefix in prefixes:
            if not files.exists(f"{prefix}.idx", base=base) and files.exists(prefix, base=base):
                refuse_other(prefix, base=base)
        self._index_files = [files.file_at(f"{prefix}.idx", base=base) for prefix in prefixes]
        super().__init__(
            [files.file_at(f"{prefix}.bin", base=base) for prefix in prefixes], block_ids=block_ids
        )
        self._width = config.sequence_length
        self._indexes: dict[int, LegacyIndex] = {}
        self.facts = CorpusFacts(
            format="megatron-legacy",
            dtype=self._index(0).dtype.str,
            sequence_length=self._width,
            label_overlap=bool(config.label_overlap),
            seen=f"{self._index_files[0].name} begins with TNTIDX, version 1",
        )

    def _index(self, number: int) -> LegacyIndex:
        if number not in self._indexes:
            self._indexes[number] = read_index(self._index_files[number])
        return self._indexes[number]

    def stored_length(self) -> int | None:
        """Return the ids of each stored sequence of the first shard, where all are equally long."""
        lengths = np.diff(self._index(0).offsets)
        return int(lengths[0]) if len(lengths) and bool((lengths == lengths[0]).all()) else None

    def extent(self, number: int) -> Extent:
        """Measure one shard, and check that its data is as long as the index says."""
        index, file = self._index(number), self.files[number]
        end = int(index.offsets[-1])
        if end * index.dtype.itemsize != file.n_bytes:
            raise InputError(
                f"holds {file.n_bytes:,} bytes",
                path=file.name,
                expected=f"{end * index.dtype.itemsize:,}, as {self._index_files[number].name} says",
            )
        n_ids = end - int(index.offsets[0])
        if self._width is None:
            return Extent(len(index.offsets) - 1, n_ids)
        return rows_extent(n_ids, width=self._width, stride=self._width)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the documents of the document index."""
        index = self._index(shard.number)
        name = self._index_files[shard.number].name
        firsts = first_sequences_of(index.documents, len(index.offsets) - 1, name)
        if firsts is None or self._width is None:
            return None if firsts is None else StoredDocuments(firsts)
        return FlatDocuments(index.offsets[firsts], self._width)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the stored sequences, or rows, [start, stop) of one shard."""
        index, file = self._index(number), self.files[number]
        source = IdRun(file, 0, int(index.offsets[-1]), index.dtype).open(Limits())
        if self._width is not None:
            yield from blocks_of_rows(
                source,
                width=self._width,
                stride=self._width,
                start=start,
                stop=stop,
                first_sequence=first_sequence,
                block_ids=self.block_ids,
            )
            return
        yield from blocks_of_ranges(
            source,
            lambda low, high: (index.offsets[low:high], index.offsets[low + 1 : high + 1]),
            start=start,
            stop=stop,
            first_sequence=first_sequence,
            block_ids=self.block_ids,
        )
