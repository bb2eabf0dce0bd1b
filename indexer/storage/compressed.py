"""Compressed shards as streams of bytes: every frame and member, to the last byte, within a budget."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from indexer.errors import InputError, ResourceError
from indexer.storage.file_bytes import read_range, stream
from indexer.storage.files import CorpusFile
from indexer.storage.frame_index import FrameBorders, FrameIndex, frame_index, head_of
from indexer.storage.packed_members import bunzipped, gunzipped
from indexer.storage.packed_whole import unbrotli, unsnappy
from indexer.storage.unpack_ahead import UnpackedAhead
from indexer.storage.zstd_frames import ByteQueue, ZstdReader
from indexer.storage.zstd_sizes import stated_size

SUFFIXES = {".zst": "zstd", ".zstd": "zstd", ".gz": "gzip", ".bz2": "bz2"}
_NOT_READ = {
    "packed by xz": re.compile(rb"\xfd7zXZ\0"),
    "packed by lz4": re.compile(rb"\x04\x22\x4d\x18[\x40-\x7d][\x40\x50\x60\x70]"),
    "packed by lzip": re.compile(rb"LZIP\x01[\x0c-\x1d\x20-\xfd]"),
    "packed by snappy, in its frames": re.compile(rb"\xff\x06\0\0sNaPpY"),
    "a zip archive (.xlsx and .npz are such)": re.compile(
        rb"PK\x03\x04[\x0a-\x3f]\0.[\x00-\x0f][\0\x08\x0c\x0e\x5d\x5f]\0", re.DOTALL
    ),
    "a 7z archive": re.compile(rb"7z\xbc\xaf\x27\x1c\0"),
}
"""How files begin whose bytes would pass for ids; enough of each that a few ids do not look like it."""
OUTPUT_BYTES = 1024 * 1024
PIECE_BYTES = 1024 * 1024
WINDOW_BYTES = 128 * 1024 * 1024
LINE_BYTES = 64 * 1024 * 1024
UNLIMITED = 1 << 62


class CorpusKeys(Protocol):
    """The keys of ``[corpus]`` that bound what unpacking may cost."""

    @property
    def max_shard_bytes(self) -> int | None:
        """Most bytes a shard may unpack to."""

    @property
    def max_window_bytes(self) -> int:
        """Largest zstd window."""

    @property
    def max_line_bytes(self) -> int:
        """Longest line."""


@dataclass(frozen=True)
class Limits:
    """What unpacking may cost.

    Attributes
    ----------
    max_bytes : int or None
        Most bytes a file may unpack to; None: 1,000 times its size on disk, at least 64 MiB.
    max_window_bytes : int
        Largest zstd window.
    max_line_bytes : int
        Longest line of text or JSON, which is held as a whole.
    bytes_key, window_key, line_key : str
        What the user raises them with, for messages; no `bytes_key`: an index says how many bytes there are.
    """

    max_bytes: int | None = None
    max_window_bytes: int = WINDOW_BYTES
    max_line_bytes: int = LINE_BYTES
    bytes_key: str = "[corpus] max_shard_bytes"
    window_key: str = "[corpus] max_window_bytes"
    line_key: str = "[corpus] max_line_bytes"

    @classmethod
    def of(cls, keys: CorpusKeys) -> Limits:
        """Return the limits that ``[corpus]`` sets."""
        return cls(keys.max_shard_bytes, keys.max_window_bytes)

    @classmethod
    def of_lines(cls, keys: CorpusKeys) -> Limits:
        """Return the limits of lines: the file may be of any size unless ``[corpus]`` sets one."""
        return cls(keys.max_shard_bytes or UNLIMITED, keys.max_window_bytes, keys.max_line_bytes)

    @property
    def bytes_fix(self) -> str:
        """What to do with a file that unpacks to more."""
        if not self.bytes_key:
            return "fetch the file and its index again: one does not belong to the other"
        return f"raise {self.bytes_key} if the file is meant to be that large"

    def budget(self, file: CorpusFile) -> int:
        """Return the most bytes a file may unpack to."""
        if self.max_bytes is not None:
            return self.max_bytes
        return max(1000 * file.n_bytes, 64 * 1024 * 1024)


def without_suffix(name: str) -> str:
    """Return a file name without the suffix of its compression."""
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def compression_of(file: CorpusFile) -> str | None:
    """Return ``zstd``, ``gzip``, ``bz2`` or None, as the first bytes tell (the name may lie).

    An empty file is compressed with nothing. Skippable zstd frames may come first.
    """
    head = head_of(file)
    kind = compression_of_head(head)
    if kind is not None:
        return kind
    other = next((what for what, begins in _NOT_READ.items() if begins.match(head)), None)
    if other is not None:
        raise InputError(
            f"is {other}, which is not read",
            path=file.name,
            offset="byte 0",
            fix="unpack it, or pack it with zstd or gzip",
        )
    suffix = next((kind for ending, kind in SUFFIXES.items() if file.name.endswith(ending)), None)
    if suffix and head:
        raise InputError(f"does not begin like a {suffix} file", path=file.name, offset="byte 0")
    return None


def compression_of_head(head: bytes) -> str | None:
    """Return what the first ten bytes are packed with.

    More than the magic is looked at, since two ids of a plain array can look like the magic of gzip.
    """
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return "zstd"
    if head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50:
        return "zstd"
    if head.startswith(b"\x1f\x8b\x08") and len(head) > 3 and head[3] & 0xE0 == 0:
        return "gzip"
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bz2"
    return None


def decompressed(
    file: CorpusFile, kind: str, limits: Limits, *, on_read: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """Yield the unpacked bytes of a whole file in pieces of bounded size.

    Parameters
    ----------
    file : CorpusFile
        The packed file.
    kind : str
        As `compression_of` tells.
    limits : Limits
        What unpacking may cost.
    on_read : callable, optional
        Called with the number of packed bytes each time some are read.

    Raises
    ------
    InputError
        The file is truncated, corrupt, or goes on after its last frame or member.
    ResourceError
        It unpacks to more than its budget, or needs too large a window.
    """
    source = unpacked(file, kind, limits, on_read=on_read)
    scratch = np.empty(PIECE_BYTES, np.uint8)
    while n_bytes := source.readinto(scratch.data):
        yield scratch[:n_bytes].tobytes()
        source.expect(UNLIMITED)  # many take the first piece and leave; with the second one the others follow


class ByteSource(Protocol):
    """Unpacked bytes, read into buffers of the caller's."""

    def readinto(self, target: memoryview) -> int:
        """Fill `target` and return its length; less only where the bytes end."""
        ...


def unpacked(
    file: CorpusFile, kind: str, limits: Limits, *, on_read: Callable[[int], None] | None = None
) -> UnpackedAhead:
    """Open the unpacked bytes of a whole file; parameters and errors are those of `decompressed`.

    What is expected of them is unpacked ahead, in a second thread.
    """
    return _unpacked(file, kind, limits, stream(file, on_read=on_read), None)


def unpacked_frames(
    file: CorpusFile, kind: str, limits: Limits, index: FrameIndex, first: int, stop: int
) -> UnpackedAhead:
    """Open what the frames [first, stop) of an index unpack to; each is compared with it when it ends.

    Raises
    ------
    InputError, ResourceError
        As `decompressed`; or a frame is not as the index says.
    """
    borders = FrameBorders(index, first, file.name)
    packed = stream(file, borders.packed, int(index.packed[stop]))
    return _unpacked(file, kind, limits, packed, borders)


def _unpacked(
    file: CorpusFile, kind: str, limits: Limits, packed: Iterator[bytes], borders: FrameBorders | None
) -> UnpackedAhead:
    source = _decoder(file, kind, limits, packed, borders)
    return UnpackedAhead(_Budgeted(source, limits.budget(file), file.name, limits.bytes_fix))


def _decoder(
    file: CorpusFile, kind: str, limits: Limits, packed: Iterator[bytes], borders: FrameBorders | None
) -> ByteSource:
    if kind == "zstd":
        return ZstdReader(
            packed,
            name=file.name,
            max_window_bytes=limits.max_window_bytes,
            key=limits.window_key,
            borders=borders,
        )
    if kind == "gzip":
        pieces = gunzipped(packed, file.name, OUTPUT_BYTES, borders)
    elif kind == "bz2":
        pieces = bunzipped(packed, file.name, OUTPUT_BYTES)
    elif kind == "brotli":
        pieces = unbrotli(packed, file.name, OUTPUT_BYTES)
    elif kind == "snappy":
        pieces = unsnappy(packed, file.name, limits.budget(file), limits.bytes_fix)
    else:
        raise InputError(f"is packed with {kind}, which is not read", path=file.name)
    return PieceSource(pieces)


class PieceSource:
    """Bytes that come in pieces of their own sizes, as a source."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._queue = ByteQueue(pieces)

    def readinto(self, target: memoryview) -> int:
        """Fill `target` and return its length; less only where the pieces end."""
        n_done = 0
        while n_done < len(target) and (piece := self._queue.view(len(target) - n_done)):
            target[n_done : n_done + len(piece)] = piece
            n_done += len(piece)
        return n_done


class _Budgeted:
    """A source that may give so many bytes and no more."""

    def __init__(self, source: ByteSource, budget: int, name: str, fix: str) -> None:
        self._source = source
        self._n_left = self._budget = budget
        self._name = name
        self._fix = fix

    def readinto(self, target: memoryview) -> int:
        """Fill `target` and return its length; less only where the bytes end."""
        n_bytes = self._source.readinto(target)
        self._n_left -= n_bytes
        if self._n_left < 0:
            raise ResourceError(
                f"unpacks to more than {self._budget:,} bytes",
                path=self._name,
                fix=self._fix,
            )
        return n_bytes


def first_bytes(file: CorpusFile, n_bytes: int, compression: str | None, limits: Limits) -> bytes:
    """Return the first bytes of a file once unpacked."""
    if compression is None:
        return read_range(file, 0, min(n_bytes, file.n_bytes))
    head = b""
    for piece in decompressed(file, compression, limits):
        head += piece[: n_bytes - len(head)]
        if len(head) >= n_bytes:
            break
    return head


def read_unpacked(file: CorpusFile, limits: Limits) -> bytes:
    """Return a whole file, unpacked where it is packed, within its budget.

    Raises
    ------
    InputError
        The file is truncated or corrupt.
    ResourceError
        It holds or unpacks to more than its budget.
    """
    kind = compression_of(file)
    if kind is not None:
        return b"".join(decompressed(file, kind, limits))
    if file.n_bytes > limits.budget(file):
        raise ResourceError(
            f"holds {file.n_bytes:,} bytes",
            path=file.name,
            expected=f"at most {limits.budget(file):,}",
            fix=limits.bytes_fix,
        )
    return read_range(file, 0, file.n_bytes)


def decompressed_size(file: CorpusFile, kind: str, limits: Limits) -> int:
    """Return the unpacked size of a file: from its frames where they tell, else by unpacking it once."""
    index = frame_index(file, kind)
    if index is not None or kind == "zstd":
        size = stated_size(file) if index is None else index.n_bytes
        if size is not None:
            if size > limits.budget(file):
                raise ResourceError(
                    f"unpacks to {size:,} bytes",
                    path=file.name,
                    expected=f"at most {limits.budget(file):,}",
                    fix=limits.bytes_fix,
                )
            return size
    return sum(len(piece) for piece in decompressed(file, kind, limits))
