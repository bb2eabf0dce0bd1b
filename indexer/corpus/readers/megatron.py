r"""Megatron-LM and GPT-NeoX ``.bin`` + ``.idx`` (magic ``MMIDIDX``).

============ ======= =========================================================================
offset       size    field of the ``.idx``, little-endian
============ ======= =========================================================================
0            9       magic ``MMIDIDX\0\0``
9            8       uint64 version, always 1
17           1       uint8 dtype code
18           8       uint64 N, sequences
26           8       uint64 D, entries of the document index (documents + 1)
34           4 N     int32 sequence lengths in ids
34 + 4 N     8 N     int64 pointers in bytes from the start of the ``.bin``
34 + 12 N    8 D     int64 document index: sequence numbers, from 0 to N
34 + 12N + 8D N      int8 mode per sequence; there only when exactly N bytes are left over
============ ======= =========================================================================

The ``.bin`` is the bare ids. Source: NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py,
EleutherAI/gpt-neox megatron/data/indexed_dataset.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.config.corpus import CorpusConfig
from indexer.corpus import files
from indexer.corpus.blocks import blocks_of_ranges, blocks_of_rows
from indexer.corpus.compressed import SUFFIXES, Limits, compression_of, decompressed, without_suffix
from indexer.corpus.file_reader import Extent, FileReader, rows_extent
from indexer.corpus.files import CorpusFile
from indexer.corpus.id_sources import IdRun
from indexer.corpus.sequences import CorpusFacts, SequenceBlock
from indexer.errors import ConfigError, InputError
from indexer.units import Int64Array

MAGIC = b"MMIDIDX\x00\x00"
HEADER_BYTES = 34
_PAGE = 1 << 20
DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}


class MegatronIndex(NamedTuple):
    """The arrays of one ``.idx``; views of a memory map where the file is local and plain."""

    dtype: np.dtype[Any]
    lengths: NDArray[np.int32]
    pointers: Int64Array
    documents: Int64Array
    has_modes: bool


def read_index(file: CorpusFile, limits: Limits) -> MegatronIndex:
    """Read an index file.

    Raises
    ------
    InputError
        The magic, version, dtype code or length is not what the format says.
    """
    compression = compression_of(file)
    if compression is not None:
        data = np.frombuffer(b"".join(decompressed(file, compression, limits)), np.uint8)
    elif file.local:
        data = files.map_bytes(file)
    else:
        data = np.frombuffer(files.read_all(file, at_most=1 << 36), np.uint8)
    head = data[:HEADER_BYTES].tobytes()
    if not head.startswith(MAGIC):
        legacy = head.startswith(b"TNTIDX\x00\x00")
        raise InputError(
            "is a legacy TNTIDX index" if legacy else "is no Megatron index: the magic MMIDIDX is missing",
            path=file.name,
            offset="byte 0",
            fix='set [corpus] format = "megatron-legacy"' if legacy else None,
        )
    if len(head) < HEADER_BYTES:
        raise InputError("ends inside its header", path=file.name, offset=f"byte {len(head)}")
    version = int.from_bytes(head[9:17], "little")
    if version != 1:
        raise InputError(f"is an index of version {version}", path=file.name, offset="byte 9", expected="1")
    code = head[17]
    if code not in DTYPES:
        what = "a float dtype, which holds no ids" if code in (6, 7) else "unknown"
        raise InputError(
            f"dtype code {code} is {what}", path=file.name, offset="byte 17", expected="1, 2, 3, 4, 5 or 8"
        )
    n = int.from_bytes(head[18:26], "little")
    n_documents = int.from_bytes(head[26:34], "little")
    needed = HEADER_BYTES + 12 * n + 8 * n_documents
    if data.size not in (needed, needed + n):
        raise InputError(
            f"holds {data.size:,} bytes",
            path=file.name,
            expected=f"{needed:,} for {n:,} sequences and {n_documents:,} document entries"
            f" (or {needed + n:,} with modes)",
        )
    return MegatronIndex(
        np.dtype(DTYPES[code]),
        np.ndarray((n,), "<i4", buffer=data, offset=HEADER_BYTES),
        np.ndarray((n,), "<i8", buffer=data, offset=HEADER_BYTES + 4 * n),
        np.ndarray((n_documents,), "<i8", buffer=data, offset=HEADER_BYTES + 12 * n),
        data.size == needed + n and n > 0,
    )


def prefix_of(path: str) -> str:
    """Return the common path of an index and its data from either of them, or from itself."""
    bare = without_suffix(path)
    return bare[:-4] if bare.endswith((".bin", ".idx")) else bare


def find_pair(prefix: str, *, base: Path) -> tuple[CorpusFile, CorpusFile]:
    """Return the ``.idx`` and the ``.bin`` of a prefix, plain or packed.

    Raises
    ------
    InputError
        One of them is missing.
    """
    found = []
    for ending in (".idx", ".bin"):
        names = [prefix + ending + suffix for suffix in ("", *SUFFIXES)]
        name = next((name for name in names if files.exists(name, base=base)), names[0])
        found.append(files.file_at(name, base=base))
    return found[0], found[1]


class MegatronReader(FileReader):
    """Stored sequences as they are, or the flat ids cut into rows of ``sequence_length``."""

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        names = [name for path in config.paths for name in files.expand(path, base=base)]
        prefixes = list(dict.fromkeys(prefix_of(name) for name in names))
        pairs = [find_pair(prefix, base=base) for prefix in prefixes]
        if not pairs:
            raise InputError("no shards are named", path="[corpus] paths")
        super().__init__([data for _, data in pairs], block_ids=block_ids)
        self._index_files = [index for index, _ in pairs]
        self._limits = Limits.of(config)
        self._width = config.sequence_length
        self._indexes: dict[int, MegatronIndex] = {}
        self._ends: dict[int, int] = {}
        first = self._index(0)
        length = self._width
        if length is None and len(pairs) == 1 and len(first.lengths):
            shortest, longest = int(first.lengths.min()), int(first.lengths.max())
            length = longest if shortest == longest else None
        self.facts = CorpusFacts(
            format="megatron",
            dtype=first.dtype.str,
            sequence_length=length,
            label_overlap=bool(config.label_overlap),
            seen=f"{self._index_files[0].name} begins with MMIDIDX, version 1",
            details={
                "modes": first.has_modes,
                "cut": "stored sequences" if self._width is None else f"rows of {self._width} ids",
            },
        )

    def _index(self, number: int) -> MegatronIndex:
        if number not in self._indexes:
            self._indexes[number] = read_index(self._index_files[number], self._limits)
        return self._indexes[number]

    def extent(self, number: int) -> Extent:
        """Measure one shard from its index, and check that its data holds what the index promises."""
        index, file = self._index(number), self.files[number]
        compression = compression_of(file)
        size = index.dtype.itemsize
        if compression is None and file.n_bytes % size:
            raise InputError(
                f"holds {file.n_bytes:,} bytes",
                path=file.name,
                expected=f"a multiple of {size} ({index.dtype})",
            )
        n_ids, end, joined, ascending = self._walk(number)
        if compression is not None and not ascending:
            raise InputError(
                "has sequences out of order, which a packed file cannot give",
                path=self._index_files[number].name,
                fix=f"unpack {file.name}",
            )
        self._ends[number] = end
        if self._width is None:
            return Extent(len(index.lengths), n_ids, seekable=compression is None)
        if not joined:
            raise ConfigError(
                "has gaps between its stored sequences, so it cannot be cut as one flat array",
                path=self._index_files[number].name,
                fix="leave [corpus] sequence_length out",
            )
        return rows_extent(n_ids, width=self._width, stride=self._width, seekable=compression is None)

    def _walk(self, number: int) -> tuple[int, int, bool, bool]:
        """Check every pointer; return ids, the last byte, and whether all join and ascend."""
        index, file = self._index(number), self.files[number]
        size = index.dtype.itemsize
        limit = file.n_bytes if compression_of(file) is None else np.iinfo(np.int64).max
        n_ids, last_start, last_end, end, joined, ascending = 0, 0, 0, 0, True, True
        for page in range(0, len(index.lengths), _PAGE):
            starts = np.array(index.pointers[page : page + _PAGE])
            lengths = np.array(index.lengths[page : page + _PAGE], np.int64)
            ends = starts + lengths * size
            bad = (lengths < 0) | (starts < 0) | (starts % size != 0) | (ends > limit)
            if bad.any():
                at = int(np.argmax(bad))
                raise InputError(
                    f"lies at bytes {int(starts[at]):,} to {int(ends[at]):,} of {file.name},"
                    f" which holds {file.n_bytes:,} bytes of {size}-byte ids",
                    path=self._index_files[number].name,
                    offset=f"sequence {page + at:,}",
                    fix="the .bin is truncated, or belongs to another .idx",
                )
            joined &= int(starts[0]) == last_end and bool((starts[1:] == ends[:-1]).all())
            ascending &= int(starts[0]) >= last_start and bool((starts[1:] >= starts[:-1]).all())
            last_start, last_end = int(starts[-1]), int(ends[-1])
            n_ids += int(lengths.sum())
            end = max(end, int(ends.max()))
        return n_ids, end, joined, ascending

    def _run(self, number: int) -> IdRun:
        index, file = self._index(number), self.files[number]
        compression = compression_of(file)
        if compression is not None and number not in self._ends:
            self._ends[number] = self._walk(number)[1]
        end = file.n_bytes if compression is None else self._ends[number]
        return IdRun(file, 0, end // index.dtype.itemsize, index.dtype, compression)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the stored sequences, or rows, [start, stop) of one shard."""
        index = self._index(number)
        size = index.dtype.itemsize
        source = self._run(number).open(self._limits)
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
        else:

            def ranges(low: int, high: int) -> tuple[Int64Array, Int64Array]:
                firsts = index.pointers[low:high] // size
                return firsts, firsts + index.lengths[low:high]

            yield from blocks_of_ranges(
                source,
                ranges,
                start=start,
                stop=stop,
                first_sequence=first_sequence,
                block_ids=self.block_ids,
            )
        if stop == self.shards()[number].n_sequences:
            source.finish()
