"""Sequences of ids, read plainly.

Flat files (headerless arrays, npy, Megatron) that lie unpacked on a disk are read here, with NumPy and a
parser of their headers written anew. Every other format, and objects of a store, are read by the layout
code of `indexer.corpus`: shared with the scan is then where a sequence begins and ends, and how a file is
unpacked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from indexer.corpus import open_corpus
from indexer.corpus.sequences import Reader, Shard
from indexer.errors import InputError
from indexer.plan.plan import Plan
from indexer.storage.inventory import Inventory, UsedFile
from indexer.storage.roots import refuse_outside
from indexer.storage.urls import is_url
from indexer.tokenizers.tokenizer import Tokenizer

_MEGATRON_DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}
_IDS_AT_ONCE = 1 << 22
_NPY_MAGIC = b"\x93NUMPY"


class RawSequence(NamedTuple):
    """One sequence: its ids, and which of them count (None: all)."""

    number: int
    ids: NDArray[Any]
    counted: NDArray[np.bool_] | None


class _FlatIds(NamedTuple):
    """Where the ids of a file lie: read piece by piece, since a file that shrinks kills who has it mapped."""

    path: Path
    dtype: np.dtype[Any]
    offset: int
    n_ids: int

    def read(self, begin: int, end: int, name: str) -> NDArray[Any]:
        """Return the ids [begin, end)."""
        if not 0 <= begin <= end:
            raise InputError("has an index that points nowhere", path=name, offset=f"token {begin:,}")
        at = self.offset + begin * self.dtype.itemsize
        try:
            ids = np.fromfile(self.path, self.dtype, end - begin, offset=at)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", path=name) from None
        if len(ids) < end - begin:
            raise InputError("ends before the plan says", path=name, offset=f"token {begin + len(ids):,}")
        return ids


class _FlatShard(NamedTuple):
    """The ids of a file, and where each of its sequences begins and ends in them."""

    ids: _FlatIds
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]


@contextmanager
def told_as_input(name: str) -> Iterator[None]:
    """Have what plain code meets in a damaged file told as a refusal of that file."""
    try:
        yield
    except (OSError, ValueError, LookupError, struct.error) as error:
        first_line = str(error).partition("\n")[0]
        raise InputError(f"cannot be read ({type(error).__name__}: {first_line})", path=name) from None


class AsPlanned:
    """Answers questions about names as the plan does, and looks at no time or size: content is compared."""

    def __init__(self, inventory: Inventory) -> None:
        self._answers = inventory.answers

    def answer(self, key: str, ask: Callable[[], Any]) -> Any:
        """Return the noted answer; what was never asked is asked now."""
        return self._answers[key] if key in self._answers else ask()

    def is_answered(self, key: str) -> bool:
        """Tell whether a question was asked while the plan was made."""
        return key in self._answers

    def planned(self, name: str) -> UsedFile | None:
        """Return nothing."""

    def found(self, file: object) -> None:
        """Do nothing."""

    def reading(self, file: object) -> None:
        """Do nothing."""

    def read_whole(self, file: object) -> None:
        """Do nothing."""


class RawSequences:
    """The sequences of a plan's corpus, to be read while `AsPlanned` observes.

    Parameters
    ----------
    plan : Plan
        The plan.
    tokenizer : Tokenizer or None
        What raw text is turned into ids with; no other format needs one.
    """

    def __init__(self, plan: Plan, tokenizer: Tokenizer | None) -> None:
        self._plan = plan
        self._tokenizer = tokenizer
        self._reader: Reader | None = None
        self._flat: tuple[int, _FlatShard] | None = None
        wide = np.dtype(plan.corpus.dtype).itemsize > 2
        self.dtype = np.dtype(np.uint32 if wide else np.uint16)

    def reads_itself(self, shard: Shard) -> bool:
        """Return whether a shard is read here, and not by the layout code of the corpus."""
        if is_url(shard.url) or not Path(shard.url).is_file():
            return False
        refuse_outside(Path(shard.url), shard.name)
        if self._plan.corpus.format == "megatron" and self._plan.config.corpus.windows is None:
            return shard.url.endswith(".bin") and Path(shard.url).with_suffix(".idx").is_file()
        if self._plan.corpus.format not in ("headerless", "npy"):
            return False
        return _is_plain_array(Path(shard.url))

    def of_range(self, shard: Shard, start: int, stop: int) -> Iterator[RawSequence]:
        """Yield the sequences [start, stop) of a shard, corpus-wide numbers.

        Raises
        ------
        ExposureError
            The files are gone, or are not what the plan says.
        """
        with told_as_input(shard.name):
            if self.reads_itself(shard):
                flat, first = self._flat_shard(shard), shard.first_sequence
                for number in range(start, stop):
                    begin, end = int(flat.starts[number - first]), int(flat.stops[number - first])
                    yield RawSequence(number, self._as_ids(flat.ids.read(begin, end, shard.name)), None)
                return
            for block in self._corpus().blocks(shard, start, stop):
                for row in range(len(block.starts)):
                    begin, end = int(block.starts[row]), int(block.stops[row])
                    counted = None if block.counted is None else block.counted[begin:end]
                    yield RawSequence(block.first_sequence + row, block.ids[begin:end], counted)

    def ids_of_range(self, shard: Shard, start: int, stop: int) -> Iterator[NDArray[Any]]:
        """Yield the ids of the sequences [start, stop), one after another, in pieces."""
        with told_as_input(shard.name):
            if self.reads_itself(shard):
                flat, first = self._flat_shard(shard), shard.first_sequence
                starts = flat.starts[start - first : stop - first]
                stops = flat.stops[start - first : stop - first]
                if len(starts) and np.array_equal(starts[1:], stops[:-1]):
                    for begin in range(int(starts[0]), int(stops[-1]), _IDS_AT_ONCE):
                        end = min(begin + _IDS_AT_ONCE, int(stops[-1]))
                        yield self._as_ids(flat.ids.read(begin, end, shard.name))
                    return
        for sequence in self.of_range(shard, start, stop):
            yield np.ascontiguousarray(sequence.ids)

    def _as_ids(self, stored: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(stored.astype(self.dtype))

    def _corpus(self) -> Reader:
        if self._reader is None:
            config = self._plan.config
            self._reader = open_corpus(
                config.corpus, base=config.base, tokenizer=self._tokenizer, shards=self._plan.shards
            )
        return self._reader

    def reader(self) -> Reader:
        """Return the reader of the corpus, which training orders are opened with."""
        return self._corpus()

    def _flat_shard(self, shard: Shard) -> _FlatShard:
        if self._flat is None or self._flat[0] != shard.number:
            read = _read_megatron if self._plan.corpus.format == "megatron" else _read_array
            flat = read(shard, self._plan)
            if len(flat.starts) != shard.n_sequences:
                raise InputError(
                    f"holds {len(flat.starts):,} sequences",
                    path=shard.name,
                    expected=f"{shard.n_sequences:,}",
                )
            self._flat = shard.number, flat
        return self._flat[1]


def _read_array(shard: Shard, plan: Plan) -> _FlatShard:
    path, width = Path(shard.url), plan.config.corpus.sequence_length
    with open(path, "rb") as file:
        if file.read(6) == _NPY_MAGIC:
            shape, dtype = _npy_header(file)
            width = shape[1] if len(shape) == 2 else width
            ids = _FlatIds(path, dtype, file.tell(), int(np.prod(shape)))
        else:
            dtype = np.dtype(plan.config.corpus.dtype or plan.corpus.dtype)
            ids = _FlatIds(path, dtype, 0, path.stat().st_size // dtype.itemsize)
    return _rows(ids, ids.n_ids, width or ids.n_ids)


def _npy_header(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype, and leave the file where its data begin."""
    file.seek(0)
    read_header = {1: npy_format.read_array_header_1_0, 2: npy_format.read_array_header_2_0}
    shape, _, dtype = read_header[npy_format.read_magic(file)[0]](file)
    return tuple(shape), dtype


def _read_megatron(shard: Shard, plan: Plan) -> _FlatShard:
    path = Path(shard.url)
    index = path.with_suffix(".idx").read_bytes()
    magic, _, code, n, _ = struct.unpack_from("<9sQBQQ", index)
    if magic != b"MMIDIDX\0\0" or code not in _MEGATRON_DTYPES:
        raise InputError("is no Megatron index", path=shard.name.removesuffix(".bin") + ".idx")
    dtype = np.dtype(_MEGATRON_DTYPES[code])
    ids = _FlatIds(path, dtype, 0, path.stat().st_size // dtype.itemsize)
    lengths = np.frombuffer(index, "<i4", n, 34).astype(np.int64)
    starts = np.frombuffer(index, "<i8", n, 34 + 4 * n) // dtype.itemsize
    if plan.config.corpus.sequence_length is not None:
        return _rows(ids, int(lengths.sum()), plan.config.corpus.sequence_length)
    return _FlatShard(ids, starts, starts + lengths)


def _rows(ids: _FlatIds, n_ids: int, width: int) -> _FlatShard:
    starts = np.arange(n_ids // width if width else 0, dtype=np.int64) * width
    return _FlatShard(ids, starts, starts + width)


def _is_plain_array(path: Path) -> bool:
    """Return whether a file is an array that lies row after row: not packed, nor in Fortran order."""
    with open(path, "rb") as file:
        head = file.read(128)
    if head.startswith(_NPY_MAGIC):
        return head[6] in (1, 2) and b"'fortran_order': False" in head
    packed = head.startswith((b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"BZh")) or head[1:4] == b"\x2a\x4d\x18"
    return not packed
