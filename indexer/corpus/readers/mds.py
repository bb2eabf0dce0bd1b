"""MosaicML Streaming shards (MDS), as LLM Foundry writes them.

``index.json``: ``{"version": 2, "shards": [...]}``, each with ``column_names``, ``column_encodings``,
``column_sizes`` (null = variable), ``compression``, ``samples``, ``raw_data`` and ``zip_data``. An unpacked
shard is

========= ============= ==============================================================================
part      size          content
========= ============= ==============================================================================
head      4             uint32 n samples
offsets   4 (n + 1)     uint32, absolute from the start of the shard
config    up to offset 0  JSON
samples                 uint32 size of every variable column, in column order, then the values
========= ============= ==============================================================================

A value of ``ndarray:<dtype>:<shape>`` is the items alone; of ``ndarray:<dtype>`` one byte (dimensions * 4 +
log2 of the size of a dimension's number), the dimensions, the items; of ``ndarray`` one more byte before that
for the dtype; ``bytes`` is items without any dtype, which only the configuration can tell (LLM Foundry before
June 2024 wrote int64). ``hashes`` of ``raw_data`` or ``zip_data``, by name, are those of that file as it lies
there. Source: mosaicml/streaming streaming/base/format/mds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader
from indexer.corpus.blocks.from_samples import gather
from indexer.corpus.blocks.ids import as_token_ids, id_dtype
from indexer.corpus.documents import DocumentNumbers, RowDocuments
from indexer.corpus.formats.mds_index import array_column, find_shards
from indexer.corpus.formats.splits import folder_of_split
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard, with_cut_off
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes
from indexer.storage.compressed import PIECE_BYTES, ByteSource, Limits, PieceSource, unpacked
from indexer.storage.files import CorpusFile
from indexer.storage.recorded_hashes import is_known_hash, verify_hashes
from indexer.storage.unpack_ahead import AHEAD_BYTES, UnpackedAhead
from indexer.units import Uint8Array

ALGORITHMS = {"zstd": "zstd", "gz": "gzip", "bz2": "bz2", "br": "brotli", "snappy": "snappy"}
DTYPE_CODES = {8: "u1", 9: "i1", 16: "<u2", 17: "<i2", 32: "<u4", 33: "<i4", 64: "<u8", 65: "<i8"}


class _Layout(NamedTuple):
    """Where the token column stands in a sample."""

    n_samples: int
    raw_bytes: int
    compression: str | None
    sizes: tuple[int | None, ...]
    column: int
    encoding: str
    hashes: dict[str, str]


class _Value(NamedTuple):
    dtype: np.dtype[Any]
    offset: int


class MdsReader(FileReader):
    """Samples as they were written; cut to ``sequence_length`` where that is given, as the trainer does."""

    keys = OF_ANY_FORMAT | {"sequence_length", "dtype", "column", "mask_column", "split", "max_window_bytes"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        shards = []
        for path in config.paths:
            shards += find_shards(folder_of_split(path, "index.json", config.split, base=base), base=base)
        if not shards:
            raise InputError("lists no shards", path=", ".join(config.paths))
        super().__init__([file for file, _ in shards], block_ids=block_ids)
        self._max_window_bytes = config.max_window_bytes
        self._cut = config.sequence_length
        self._given = None if config.dtype is None else id_dtype(config.dtype)
        self._layouts = [self._layout(file, entry, config) for file, entry in shards]
        first = self._layouts[0]
        dtype = self._fixed_dtype(first.encoding)
        if dtype is None and first.encoding == "bytes":
            raise ConfigError(
                "stores ids as bytes without a dtype",
                path=self.files[0].name,
                fix="set [corpus] dtype; LLM Foundry before June 2024 wrote int64",
            )
        if dtype is None:
            sample = next(self._samples(0, 0, min(1, first.n_samples)), b"")
            dtype = self._value(sample, first, self.files[0].name).dtype if sample else np.dtype("<i4")
        self.dtype_is_given = first.encoding == "bytes"
        names = sorted({name for layout in self._layouts for name in layout.hashes})
        self._verified: set[int] = set()
        self.facts = CorpusFacts(
            format="mds",
            dtype=dtype.str,
            sequence_length=self._uniform_length(0),
            label_overlap=bool(config.label_overlap),
            seen=f"index.json lists {len(shards)} MDS shards, token column of encoding {first.encoding}",
            details={
                "compression": first.compression,
                "hashes": [name for name in names if is_known_hash(name)],
                "unknown_hashes": [name for name in names if not is_known_hash(name)],
            },
        )

    def _layout(self, file: CorpusFile, entry: dict[str, Any], config: CorpusConfig) -> _Layout:
        column = array_column(entry, config.column, config.mask_column, path=file.name)
        algorithm = (entry["compression"] or "").split(":")[0]
        if algorithm and algorithm not in ALGORITHMS:
            raise InputError(f"is packed with {algorithm}", path=file.name, expected=", ".join(ALGORITHMS))
        return _Layout(
            int(entry["samples"]),
            int(entry["raw_data"]["bytes"]),
            ALGORITHMS.get(algorithm),
            tuple(entry["column_sizes"]),
            column,
            entry["column_encodings"][column],
            entry["hashes"],
        )

    def _fixed_dtype(self, encoding: str) -> np.dtype[Any] | None:
        parts = encoding.split(":")
        if parts[0] == "ndarray" and len(parts) > 1:
            return self._as_given(id_dtype(parts[1], where="index.json").newbyteorder("<"))
        return self._given

    def _as_given(self, stored: np.dtype[Any]) -> np.dtype[Any]:
        """Refuse a dtype that the configuration gives and the samples contradict."""
        if self._given not in (None, stored):
            raise ConfigError(
                f'[corpus] dtype = "{self._given}"',
                path=self.files[0].name,
                expected=f"{stored.name}, as its samples say",
                fix="leave [corpus] dtype out: the samples know",
            )
        return stored

    def _head(self, number: int) -> tuple[NDArray[np.uint32], UnpackedAhead | None]:
        """Return the offsets of one shard, and the unpacked bytes behind them where it is packed."""
        file, layout = self.files[number], self._layouts[number]
        n_head = 4 + 4 * (layout.n_samples + 1)
        rest: UnpackedAhead | None = None
        if layout.compression is None:
            head = file_bytes.read_range(file, 0, min(n_head, file.n_bytes))
        else:
            limits = Limits(layout.raw_bytes, self._max_window_bytes, bytes_key="")
            rest = unpacked(file, layout.compression, limits)
            head = _taken(rest, n_head).tobytes()
        if len(head) < n_head or int.from_bytes(head[:4], "little") != layout.n_samples:
            raise InputError(
                "does not begin with its number of samples",
                path=file.name,
                offset="byte 0",
                expected=f"{layout.n_samples:,}, as index.json says",
            )
        offsets = np.frombuffer(head, "<u4", layout.n_samples + 1, 4)
        if bool((np.diff(offsets.astype(np.int64)) < 0).any()) or int(offsets[-1]) != layout.raw_bytes:
            raise InputError(
                f"has offsets that end at byte {int(offsets[-1]):,}",
                path=file.name,
                expected=f"ascending, to {layout.raw_bytes:,}",
            )
        return offsets, rest

    def _payloads(
        self,
        number: int,
        start: int,
        stop: int,
        n_at_once: int,
        offsets: NDArray[np.uint32],
        rest: UnpackedAhead | None,
    ) -> Iterator[Uint8Array]:
        """Yield the bytes of the samples [start, stop) of one shard, some samples at a time."""
        file, layout = self.files[number], self._layouts[number]
        places = [*range(start, stop, n_at_once), stop]
        bounds = offsets[places].astype(np.int64).tolist()
        if rest is None and file.local:
            data = file_bytes.map_bytes(file)
            for low, high in pairwise(bounds):
                yield data[low:high]
            return
        position = bounds[0] if rest is None else 4 + 4 * (layout.n_samples + 1)
        source = UnpackedAhead(PieceSource(file_bytes.stream(file, position))) if rest is None else rest
        source.expect(bounds[-1] - position)
        left = bounds[0] - position
        while left:
            left -= len(_taken(source, min(left, PIECE_BYTES))) or left
        for sample, (low, high) in zip(places, pairwise(bounds), strict=False):
            payload = _taken(source, high - low)
            if len(payload) < high - low:
                raise InputError("ends inside a sample", path=file.name, offset=f"sample {sample:,}")
            yield payload
        if rest is not None and stop == layout.n_samples and len(_taken(rest, 1)):
            raise InputError(f"unpacks to more than {layout.raw_bytes:,} bytes", path=file.name)

    def _samples(self, number: int, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes of the samples [start, stop) of one shard, one by one."""
        return (payload.tobytes() for payload in self._payloads(number, start, stop, 1, *self._head(number)))

    def _value(self, sample: bytes, layout: _Layout, path: str) -> _Value:
        """Find dtype and start of the ids in the token column of a sample; see the module's table."""
        begin, stop = self._column(sample, layout)
        if not begin <= stop <= len(sample):
            raise InputError("has a sample whose columns do not fit it", path=path)
        parts = layout.encoding.split(":")
        dtype = self._fixed_dtype(layout.encoding)
        if parts[0] == "ndarray" and len(parts) < 3:
            if dtype is None or len(parts) == 1:
                code = sample[begin]
                if code not in DTYPE_CODES:
                    raise InputError(f"dtype code {code} holds no ids", path=path)
                dtype = self._as_given(np.dtype(DTYPE_CODES[code]))
                begin += 1
            shape = sample[begin]
            begin += 1 + (shape >> 2) * (1 << (shape & 3))
        if dtype is None:
            raise ConfigError("stores ids as bytes without a dtype", path=path, fix="set [corpus] dtype")
        if (stop - begin) % dtype.itemsize or begin > stop:
            raise InputError(
                f"has a sample of {stop - begin:,} bytes",
                path=path,
                expected=f"a multiple of {dtype.itemsize} ({dtype})",
            )
        return _Value(dtype, begin)

    @staticmethod
    def _column(sample: bytes, layout: _Layout) -> tuple[int, int]:
        variable = [i for i, size in enumerate(layout.sizes) if size is None]
        stored = np.frombuffer(sample, "<u4", len(variable)).tolist()
        sizes = list(layout.sizes)
        for column, size in zip(variable, stored, strict=True):
            sizes[column] = size
        begin = 4 * len(variable) + sum(size or 0 for size in sizes[: layout.column])
        return begin, begin + (sizes[layout.column] or 0)

    def _ids(self, sample: bytes, layout: _Layout, path: str) -> NDArray[Any]:
        ids = self._stored_ids(sample, layout, path)
        return ids if self._cut is None else ids[: self._cut]

    def _stored_ids(self, sample: bytes, layout: _Layout, path: str) -> NDArray[Any]:
        value = self._value(sample, layout, path)
        stop = self._column(sample, layout)[1]
        return np.frombuffer(sample, value.dtype, (stop - value.offset) // value.dtype.itemsize, value.offset)

    def stored_length(self) -> int | None:
        """Return the ids of each sample of the first shard, where all are equally long."""
        layout = self._layouts[0]
        if self._uniform_length(0) is None:
            return None
        return len(self._stored_ids(next(self._samples(0, 0, 1)), layout, self.files[0].name))

    def _uniform_length(self, number: int) -> int | None:
        """Return the ids of every sample where the offsets prove that all are equally long."""
        layout = self._layouts[number]
        offsets = self._head(number)[0]
        others_vary = sum(size is None for i, size in enumerate(layout.sizes) if i != layout.column)
        if not layout.n_samples or others_vary or len(set(np.diff(offsets).tolist())) > 1:
            return None
        return len(self._ids(next(self._samples(number, 0, 1)), layout, self.files[number].name))

    def extent(self, number: int) -> Extent:
        """Count samples from the index, ids from the offsets, or by reading where those are not enough."""
        layout, file = self._layouts[number], self.files[number]
        n_ids = n_stored = 0
        if self._uniform_length(number) is not None:
            samples, n_alike = self._samples(number, 0, 1), layout.n_samples
        else:
            samples, n_alike = self._samples(number, 0, layout.n_samples), 1
        for sample in samples:
            n_ids += len(self._ids(sample, layout, file.name)) * n_alike
            n_stored += len(self._stored_ids(sample, layout, file.name)) * n_alike
        self.facts = with_cut_off(self.facts, n_stored - n_ids, self._cut or 0)
        return Extent(
            layout.n_samples,
            n_ids,
            seekable=layout.compression is None,
            is_hashed_by_reader=any(map(is_known_hash, layout.hashes)),
        )

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the samples, each of which is a document."""
        del shard
        return RowDocuments()

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the samples [start, stop) of one shard; its hashes are checked with the last of them."""
        file, layout = self.files[number], self._layouts[number]
        if stop == layout.n_samples and number not in self._verified:
            verify_hashes(file, layout.hashes, where="index.json")
            self._verified.add(number)
        offsets, rest = self._head(number)
        sizes = np.diff(offsets.astype(np.int64))
        if sizes.size and bool((sizes == sizes[0]).all()):
            n_bytes = self.block_ids * 4 if rest is None else min(self.block_ids * 4, AHEAD_BYTES)
            n_at_once = max(1, n_bytes // max(1, int(sizes[0])))
            payloads = self._payloads(number, start, stop, n_at_once, offsets, rest)
            yield from self._alike(payloads, layout, file.name, int(sizes[0]), first_sequence)
            return
        payloads = self._payloads(number, start, stop, 1, offsets, rest)
        samples = (self._ids(sample.tobytes(), layout, file.name) for sample in payloads)
        yield from gather(samples, first_sequence=first_sequence, block_ids=self.block_ids, path=file.name)

    def _alike(
        self, payloads: Iterator[Uint8Array], layout: _Layout, path: str, size: int, first_sequence: int
    ) -> Iterator[SequenceBlock]:
        """Yield samples of equal size, some at a time, cut out all at once where their heads agree too."""
        at = first_sequence
        for data in payloads:
            samples = data.reshape(-1, size)
            head = samples[0].tobytes()
            value = self._value(head, layout, path)
            begin, end = value.offset, self._column(head, layout)[1]
            if bool((samples[:, :begin] == samples[0, :begin]).all()):
                stored = np.ascontiguousarray(samples[:, begin:end]).reshape(-1).view(value.dtype)
                width = (end - begin) // value.dtype.itemsize
                starts = np.arange(len(samples), dtype=np.int64) * width
                stops = starts + (width if self._cut is None else min(width, self._cut))
                yield SequenceBlock(as_token_ids(stored, path=path), starts, stops, at)
            else:
                rows = [self._ids(sample.tobytes(), layout, path) for sample in samples]
                yield from gather(rows, first_sequence=at, block_ids=self.block_ids, path=path)
            at += len(samples)


def _taken(source: ByteSource, n_bytes: int) -> Uint8Array:
    """Return the next bytes of a source; fewer where it ends."""
    data = np.empty(n_bytes, np.uint8)
    return data[: source.readinto(data.data)]
