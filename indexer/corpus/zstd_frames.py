"""The outer structure of a zstd file: frames, blocks, skippable frames (RFC 8878).

The decoder alone cannot be trusted with a corpus: a reader made for streams ends a truncated frame without
an error, and a call that decodes at once gives only the first of several frames. So the structure is walked
here, block by block, from the block headers; the decoder gets slices of a bounded number of blocks and
can neither run ahead of its output budget nor stop early unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from indexer.corpus.files import CorpusFile, read_range
from indexer.errors import InputError, ResourceError

MAGIC = 0xFD2FB528
SKIPPABLE = 0x184D2A50
BLOCK_BYTES = 128 * 1024
"""Most bytes one block can unpack to."""


@dataclass(frozen=True)
class FrameHeader:
    """What the head of a frame says.

    Attributes
    ----------
    n_header_bytes : int
        Length of the head, magic included.
    content_bytes : int or None
        Unpacked size, where the writer knew it.
    window_bytes : int
        Memory the decoder needs.
    checksum : bool
        Whether four bytes of checksum follow the last block.
    """

    n_header_bytes: int
    content_bytes: int | None
    window_bytes: int
    checksum: bool


def n_bytes_of_header(descriptor: int) -> int:
    """Return the length of a frame head from its fifth byte."""
    single = bool(descriptor & 0x20)
    flag = descriptor >> 6
    n_content = (1 if single else 0, 2, 4, 8)[flag]
    return 5 + (0 if single else 1) + (0, 1, 2, 4)[descriptor & 3] + n_content


def parse_header(head: bytes) -> FrameHeader:
    """Read the head of a frame; `head` holds at least `n_bytes_of_header` bytes."""
    descriptor = head[4]
    single = bool(descriptor & 0x20)
    flag = descriptor >> 6
    at = 5
    window = 0
    if not single:
        exponent, mantissa = head[at] >> 3, head[at] & 7
        window = (1 << (10 + exponent)) + ((1 << (10 + exponent)) >> 3) * mantissa
        at += 1
    at += (0, 1, 2, 4)[descriptor & 3]
    n_content = (1 if single else 0, 2, 4, 8)[flag]
    content = None
    if n_content:
        content = int.from_bytes(head[at : at + n_content], "little") + (256 if n_content == 2 else 0)
    if single:
        window = content or 0
    return FrameHeader(n_bytes_of_header(descriptor), content, window, bool(descriptor & 4))


class ByteQueue:
    """Bytes from an iterator, taken in any amount, with the position kept."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._data = b""
        self._at = 0
        self.position = 0

    def take(self, n_bytes: int) -> bytes:
        """Return the next `n_bytes`; fewer where the source ends."""
        while len(self._data) - self._at < n_bytes:
            more = next(self._chunks, None)
            if more is None:
                break
            self._data = self._data[self._at :] + more
            self._at = 0
        data = self._data[self._at : self._at + n_bytes]
        self._at += len(data)
        self.position += len(data)
        return data


def decompress_zstd(
    chunks: Iterator[bytes], *, name: str, max_window_bytes: int, blocks_at_once: int = 32
) -> Iterator[bytes]:
    """Yield the content of all frames of a zstd file, at most ``blocks_at_once * 128 KiB`` at a time.

    Raises
    ------
    InputError
        A frame is truncated or corrupt, or bytes that belong to no frame follow the last one.
    ResourceError
        A frame needs a larger window than `max_window_bytes`.
    """
    import zstandard

    source = ByteQueue(chunks)
    frame = 0
    while True:
        start = source.position
        where = f"frame {frame}, byte {start:,}"
        magic = source.take(4)
        if not magic:
            return
        number = int.from_bytes(magic, "little")
        if len(magic) == 4 and number & 0xFFFFFFF0 == SKIPPABLE:
            _skip(source, name, where)
            frame += 1
            continue
        if len(magic) < 4 or number != MAGIC:
            what = "bytes that belong to no zstd frame" if frame else "is not a zstd file"
            raise InputError(what, path=name, offset=where)
        head = magic + source.take(1)
        if len(head) == 5:
            head += source.take(n_bytes_of_header(head[4]) - 5)
        if len(head) < 5 or len(head) < n_bytes_of_header(head[4]):
            raise _truncated(name, where)
        header = parse_header(head)
        if header.window_bytes > max_window_bytes:
            raise ResourceError(
                f"needs a zstd window of {header.window_bytes:,} bytes",
                path=name,
                offset=where,
                expected=f"at most {max_window_bytes:,}",
                fix="raise [corpus] max_window_bytes",
            )
        window = max(header.window_bytes, 1024)
        decoder = zstandard.ZstdDecompressor(max_window_size=1 << (window - 1).bit_length()).decompressobj()
        produced = 0
        pending = [head]
        n_blocks = 0
        last = False
        while not last:
            block = source.take(3)
            if len(block) < 3:
                raise _truncated(name, where)
            word = int.from_bytes(block, "little")
            last, kind, size = bool(word & 1), (word >> 1) & 3, word >> 3
            if kind == 3:
                raise InputError("is corrupt: reserved zstd block type", path=name, offset=where)
            n_body = (1 if kind == 1 else size) + (4 if last and header.checksum else 0)
            body = source.take(n_body)
            if len(body) < n_body:
                raise _truncated(name, where)
            pending += (block, body)
            n_blocks += 1
            if n_blocks == blocks_at_once or last:
                try:
                    data = decoder.decompress(b"".join(pending))
                except zstandard.ZstdError as error:
                    raise InputError(f"is corrupt: {error}", path=name, offset=where) from None
                pending, n_blocks = [], 0
                produced += len(data)
                if data:
                    yield data
        if not decoder.eof or decoder.unused_data:
            raise InputError(
                "is corrupt: the zstd frame does not end where its blocks do", path=name, offset=where
            )
        if header.content_bytes is not None and produced != header.content_bytes:
            raise InputError(
                f"unpacks to {produced:,} bytes",
                path=name,
                offset=where,
                expected=f"{header.content_bytes:,}",
            )
        frame += 1


def _skip(source: ByteQueue, name: str, where: str) -> None:
    size = source.take(4)
    if len(size) < 4:
        raise _truncated(name, where)
    left = int.from_bytes(size, "little")
    while left:
        got = len(source.take(min(left, 1 << 20)))
        if not got:
            raise _truncated(name, where)
        left -= got


def _truncated(name: str, where: str) -> InputError:
    return InputError("is truncated: the file ends inside a zstd frame", path=name, offset=where)


def stated_size(file: CorpusFile) -> int | None:
    """Return the unpacked size that the frame heads state, None where one is silent.

    Only block headers are read, so the time goes with the number of blocks, not with their content.

    Raises
    ------
    InputError
        A frame is truncated, or bytes follow that belong to no frame.
    """
    at, total, frame = 0, 0, 0
    page_start, page = 0, b""

    def peek(start: int, n_bytes: int) -> bytes:
        nonlocal page_start, page
        stop = min(start + n_bytes, file.n_bytes)
        if start < page_start or stop > page_start + len(page):
            page_start = start
            page = read_range(file, start, min(start + 4096, file.n_bytes)) if start < file.n_bytes else b""
        return page[start - page_start : stop - page_start]

    while at < file.n_bytes:
        where = f"frame {frame}, byte {at:,}"
        head = peek(at, 18)
        number = int.from_bytes(head[:4], "little")
        if len(head) >= 8 and number & 0xFFFFFFF0 == SKIPPABLE:
            at += 8 + int.from_bytes(head[4:8], "little")
        else:
            if number != MAGIC:
                what = "bytes that belong to no zstd frame" if frame else "is not a zstd file"
                raise InputError(what, path=file.name, offset=where)
            if len(head) < 5 or len(head) < n_bytes_of_header(head[4]):
                raise _truncated(file.name, where)
            header = parse_header(head)
            if header.content_bytes is None:
                return None
            total += header.content_bytes
            at += header.n_header_bytes
            last = False
            while not last:
                block = peek(at, 3)
                if len(block) < 3:
                    raise _truncated(file.name, where)
                word = int.from_bytes(block, "little")
                last = bool(word & 1)
                at += 3 + (1 if (word >> 1) & 3 == 1 else word >> 3)
            at += 4 if header.checksum else 0
        if at > file.n_bytes:
            raise _truncated(file.name, where)
        frame += 1
    return total
