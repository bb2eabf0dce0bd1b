"""Where a packed file can be unpacked from: the seek table of seekable zstd, the blocks of bgzip.

The table is the last frame of a zstd file (its layout: `zstd_hints`). It is taken only where it is of all of
the file: the packed sizes it lists end where it begins, and none is 0. Any other one is left alone, and the
file read as one stream. Blocks of bgzip (BGZF) are gzip members whose extra field BC holds their packed size;
the last four bytes of each hold the unpacked one. They are walked from the first to the last, which of a
local file reads a page of each; files of a store are left alone, since that would fetch them whole. An index
beside the file (``.gzi``) is not read: the blocks tell as much, and are of this file. Sources: facebook/zstd
contrib/seekable_format, samtools/hts-specs SAMv1 section 4.1.

Neither is believed: `FrameBorders` compares what is unpacked with it, frame by frame. Libraries that read
such files (pyzstd, indexed_zstd, rapidgzip) bound neither window nor output, and do not tell a frame that is
not as the table says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import xxhash

from indexer.errors import InputError
from indexer.storage.file_bytes import map_bytes, read_range
from indexer.storage.files import CorpusFile
from indexer.storage.zstd_hints import FOOTER_BYTES, entries_of, table_bytes
from indexer.units import Int64Array, Uint32Array

TAIL_BYTES = 1 << 16
"""Read at once from the end: the tables of most files are shorter, and one request of a store brings them."""
GROUP_BYTES = 1 << 20
"""Blocks of bgzip are of 64 KiB: so many bytes of them are one frame here."""
_MOST_BLOCK_BYTES = 1 << 16
_HEAD_BYTES = 18
"""Those of a block of bgzip; other packings tell themselves by fewer."""
_BLOCK_HEAD: Final = b"\x1f\x8b\x08\x04"
_BLOCK_SIZE: Final = b"BC\x02\x00"
END_OF_BGZF: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every file of bgzip."""
_BGZF_SUFFIXES = (".gz", ".bgz", ".bgzf", ".gzip")


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Where frames begin that can be unpacked alone; groups of blocks are called frames here too.

    Attributes
    ----------
    packed, unpacked : array of int64, shape (n_frames + 1,)
        First byte of each frame in the file, and in what it unpacks to; last the end of both.
    checksums : array of uint32, shape (n_frames,), or None
        Lower half of the XXH64 of what each frame unpacks to.
    source : str
        What told it, for messages.
    """

    packed: Int64Array
    unpacked: Int64Array
    checksums: Uint32Array | None
    source: str

    @property
    def n_frames(self) -> int:
        """Frames of the file."""
        return len(self.packed) - 1

    @property
    def n_bytes(self) -> int:
        """Bytes the file unpacks to."""
        return int(self.unpacked[-1])

    @property
    def largest(self) -> int:
        """Bytes that the largest frame unpacks to."""
        return int(np.diff(self.unpacked).max(initial=0))

    def frame_of(self, byte: int) -> int:
        """Return the frame that holds an unpacked byte; `n_frames` behind the end."""
        return int(np.searchsorted(self.unpacked[1:], byte, side="right"))


def frame_index(file: CorpusFile, compression: str | None) -> FrameIndex | None:
    """Return where frames of a packed file begin, None where nothing tells, or not of all of the file."""
    if compression == "zstd":
        return _seek_table(file)
    if compression == "gzip" and file.local:
        return _blocks(file)
    return None


@lru_cache(maxsize=64)
def _seek_table(file: CorpusFile) -> FrameIndex | None:
    tail_start = max(0, file.n_bytes - TAIL_BYTES)
    tail = read_range(file, tail_start, file.n_bytes)
    n_bytes = table_bytes(tail[-FOOTER_BYTES:])
    if n_bytes is None or n_bytes > file.n_bytes:
        return None
    start = file.n_bytes - n_bytes
    if start < tail_start:
        tail, tail_start = read_range(file, start, file.n_bytes), start
    entries = entries_of(tail[start - tail_start :])
    if entries is None or not len(entries) or not entries[:, 0].all():  # no frame is of no bytes
        return None
    packed, unpacked = (np.append(0, np.cumsum(entries[:, column], dtype=np.int64)) for column in (0, 1))
    if packed[-1] != start:
        return None
    checksums = np.ascontiguousarray(entries[:, 2]) if entries.shape[1] == 3 else None
    return FrameIndex(packed, unpacked, checksums, "its seek table")


@lru_cache(maxsize=64)
def _blocks(file: CorpusFile) -> FrameIndex | None:
    packed, unpacked = [0], [0]
    at = n_unpacked = 0
    for at, n_unpacked in _ends_of_blocks(file):
        if n_unpacked - unpacked[-1] >= GROUP_BYTES:
            packed.append(at)
            unpacked.append(n_unpacked)
    if at != file.n_bytes or not at:
        return None
    if packed[-1] != at:
        packed.append(at)
        unpacked.append(n_unpacked)
    return FrameIndex(
        np.array(packed, np.int64), np.array(unpacked, np.int64), None, "the heads of its blocks"
    )


def _ends_of_blocks(file: CorpusFile) -> Iterator[tuple[int, int]]:
    """Yield where blocks of bgzip end, packed and unpacked, up to the first thing that is none."""
    data = map_bytes(file).data
    at = n_unpacked = 0
    while (head := bytes(data[at : at + 18]))[:4] == _BLOCK_HEAD and head[12:16] == _BLOCK_SIZE:
        at += int.from_bytes(head[16:18], "little") + 1
        size = int.from_bytes(data[at - 4 : at], "little") if at <= len(data) else _MOST_BLOCK_BYTES + 1
        if size > _MOST_BLOCK_BYTES:
            return
        n_unpacked += size
        yield at, n_unpacked


def head_of(file: CorpusFile) -> bytes:
    """Return the first bytes of a file, which tell how it is packed.

    A plan and a scan ask several times of each file: of one version of an object they are read once.
    """
    return _head(file) if file.local or file.version is None else _head_of_version(file)


def _head(file: CorpusFile) -> bytes:
    return read_range(file, 0, min(_HEAD_BYTES, file.n_bytes))


_head_of_version = lru_cache(maxsize=4096)(_head)


def lacks_end(file: CorpusFile) -> bool:
    """Tell whether a file of bgzip ends without the empty block that ends every such file.

    A file whose name says nothing of gzip is not opened for it. An object of a store costs a request more
    than its head, which is read anyway, if it is of bgzip, and none if not.
    """
    if not file.name.endswith(_BGZF_SUFFIXES) or file.n_bytes < len(END_OF_BGZF):
        return False
    head = head_of(file)
    in_blocks = head[:4] == _BLOCK_HEAD and head[12:16] == _BLOCK_SIZE
    return in_blocks and read_range(file, file.n_bytes - len(END_OF_BGZF), file.n_bytes) != END_OF_BGZF


class FrameBorders:
    """Holds frames that are unpacked against an index, from one of them on.

    Parameters
    ----------
    index : FrameIndex
        What is to be expected.
    first : int
        The frame that is unpacked first.
    name : str
        What messages call the file.
    """

    def __init__(self, index: FrameIndex, first: int, name: str) -> None:
        self._index = index
        self._name = name
        self._frame = first
        self._digest = xxhash.xxh64()
        self.packed = int(index.packed[first])
        self.unpacked = int(index.unpacked[first])
        self.first = first

    def produced(self, data: memoryview) -> None:
        """Hear of bytes that were unpacked.

        Raises
        ------
        InputError
            A frame unpacks to more bytes than the index says. Whoever reads as far as it should reach would
            else never see it end, and whoever reads on begins with the next one.
        """
        self.unpacked += len(data)
        begin, end = (int(one) for one in self._index.unpacked[self._frame : self._frame + 2])
        if self.unpacked > end:
            raise self._refusal(f"unpacks to more than {end - begin:,} bytes", f"{end - begin:,}")
        if self._index.checksums is not None:
            self._digest.update(data)

    def passed(self, position: int) -> None:
        """Hear that one thing ended and the next begins, at a byte of the file.

        Raises
        ------
        InputError
            A frame ends elsewhere than the index says, or unpacks to other bytes.
        """
        index = self._index
        while self._frame < index.n_frames and index.packed[self._frame + 1] <= position:
            begin, end = int(index.unpacked[self._frame]), int(index.unpacked[self._frame + 1])
            if position != index.packed[self._frame + 1]:
                raise self._refusal("ends elsewhere")
            if self.unpacked != end:
                raise self._refusal(f"unpacks to {self.unpacked - begin:,} bytes", f"{end - begin:,}")
            if index.checksums is not None:
                digest = self._digest.intdigest() & 0xFFFFFFFF
                if digest != index.checksums[self._frame]:
                    raise self._refusal("unpacks to other bytes")
                self._digest.reset()
            self._frame += 1

    def _refusal(self, what: str, expected: str | None = None) -> InputError:
        said = f", as {self._index.source} says" if expected else f" than {self._index.source} says"
        return InputError(
            what if expected else what + said,
            path=self._name,
            offset=f"frame {self._frame:,}, byte {int(self._index.packed[self._frame]):,}",
            expected=None if expected is None else expected + said,
            fix="fetch the file again; if it is whole, pack it anew",
        )
