"""The outer structure of a zstd file: frames, blocks, skippable frames (RFC 8878).

The decoder alone cannot be trusted with a corpus: a reader made for streams ends a truncated frame without
an error, and a call that decodes at once gives only the first of several frames. So the structure is walked
here, block by block, from the block headers; the decoder gets one block at a time, fills buffers of the
caller's, and can neither run ahead of its output budget nor stop early unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

from indexer.errors import InputError, ResourceError
from indexer.storage.zstd_hints import MOST_BYTES, bytes_that_follow, unpacked_bytes

MAGIC = 0xFD2FB528
SKIPPABLE = 0x184D2A50
_LARGEST_WINDOW_LOG = 31
"""The library takes no larger windows."""


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


class Borders(Protocol):
    """What is known of the frames before they are unpacked.

    Attributes
    ----------
    first : int
        The frame that is unpacked first.
    packed : int
        The byte of the file where it begins.
    """

    first: int
    packed: int

    def produced(self, data: memoryview) -> None:
        """Hear of bytes that were unpacked."""

    def passed(self, position: int) -> None:
        """Hear that a frame ended at a byte of the file; refuse one that is not as it was known."""


class ByteQueue:
    """Bytes from an iterator, taken in any amount, with the position kept."""

    def __init__(self, chunks: Iterator[bytes], position: int = 0) -> None:
        self._chunks = chunks
        self._data = memoryview(b"")
        self.position = position

    def view(self, n_bytes: int) -> memoryview:
        """Return the next bytes, at most `n_bytes`, without a copy; none only where the source ends."""
        if not self._data:
            self._data = memoryview(next(self._chunks, b""))
        part = self._data[:n_bytes]
        self._data = self._data[n_bytes:]
        self.position += len(part)
        return part

    def take(self, n_bytes: int) -> bytes:
        """Return the next `n_bytes`; fewer where the source ends."""
        parts = []
        while n_bytes and (part := self.view(n_bytes)):
            parts.append(part)
            n_bytes -= len(part)
        return b"".join(parts)


class _FrameBytes:
    """The bytes of one frame as a file that the decoder reads: a block's head, then its body.

    The decoder is given the blocks of one frame, all of them or an error. Whether it takes the frame for
    finished with the last of them it does not say; so an empty skippable frame follows, which is nothing
    behind a whole frame and an impossible block inside one.
    """

    def __init__(self, source: ByteQueue, head: bytes, header: FrameHeader, name: str, where: str) -> None:
        self._source = source
        self._head = head
        self._header = header
        self._name = name
        self._where = where
        self._n_left = 0
        self._last = False
        self._end = SKIPPABLE.to_bytes(4, "little") + bytes(4)

    @property
    def finished(self) -> bool:
        """Whether the decoder was given every byte of the frame, and asked for more."""
        return self._last and not self._end

    def read(self, _: int) -> bytes | memoryview:
        """Return the next bytes of the frame, however many stand together."""
        if self._head:
            head, self._head = self._head, b""
            return head
        if self._n_left:
            body = self._source.view(self._n_left)
            if not body:
                raise truncated(self._name, self._where)
            self._n_left -= len(body)
            return body
        if self._last:
            end, self._end = self._end, b""
            return end
        block = self._source.take(3)
        if len(block) < 3:
            raise truncated(self._name, self._where)
        word = int.from_bytes(block, "little")
        kind, size = (word >> 1) & 3, word >> 3
        if kind == 3:
            raise InputError("is corrupt: reserved zstd block type", path=self._name, offset=self._where)
        self._last = bool(word & 1)
        self._n_left = (1 if kind == 1 else size) + (4 if self._last and self._header.checksum else 0)
        return block


class ZstdReader:
    """The content of all frames of a zstd file, read into buffers of the caller's.

    Parameters
    ----------
    chunks : iterator of bytes
        The file.
    name : str
        What messages call it.
    max_window_bytes : int
        Largest window to accept.
    key : str
        What the user raises it with.
    borders : Borders, optional
        What is known of the frames; `chunks` then begin with one of them.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        name: str,
        max_window_bytes: int,
        key: str = "[corpus] max_window_bytes",
        borders: Borders | None = None,
    ) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        self._borders = borders
        self._source = ByteQueue(chunks, borders.packed if borders else 0)
        self._name = name
        self._max_window_bytes = max_window_bytes
        self._key = key
        largest = 1 << min((max(max_window_bytes, 1024) - 1).bit_length(), _LARGEST_WINDOW_LOG)
        self._decoder = zstandard.ZstdDecompressor(max_window_size=largest)
        self._n_frames = borders.first if borders else 0
        self._where = ""
        self._header = FrameHeader(0, None, 0, checksum=False)
        self._frame: _FrameBytes | None = None
        self._content: Any = None
        self._produced = 0
        self._since_table = 0
        self._n_following = 0

    def readinto(self, target: memoryview) -> int:
        """Fill `target` and return its length; less only where the file ends.

        Raises
        ------
        InputError
            A frame is truncated or corrupt, or bytes that belong to no frame follow the last one.
        ResourceError
            A frame needs a larger window than is accepted.
        """
        n_done = 0
        while n_done < len(target):
            if self._frame is None and not self._open_frame():
                break
            try:
                n_more = self._content.readinto(target[n_done:])
            except self._error as error:
                raise InputError(f"is corrupt: {error}", path=self._name, offset=self._where) from None
            if self._borders is not None:
                self._borders.produced(target[n_done : n_done + n_more])
            n_done += n_more
            self._produced += n_more
            if not n_more:
                self._close_frame()
        return n_done

    def _open_frame(self) -> bool:
        """Read the head of the next frame that is not skippable; tell whether there is one."""
        while True:
            source, name = self._source, self._name
            where = f"frame {self._n_frames}, byte {source.position:,}"
            magic = source.take(4)
            if not magic:
                self._refuse_missing_frame(where)
                return False
            number = int.from_bytes(magic, "little")
            if len(magic) < 4 or number & 0xFFFFFFF0 != SKIPPABLE:
                break
            self._heed(number, _skip(source, name, where), where)
            self._pass()
        if len(magic) < 4 or number != MAGIC:
            what = "bytes that belong to no zstd frame" if self._n_frames else "is not a zstd file"
            raise InputError(what, path=name, offset=where)
        head = magic + source.take(1)
        if len(head) == 5:
            head += source.take(n_bytes_of_header(head[4]) - 5)
        if len(head) < 5 or len(head) < n_bytes_of_header(head[4]):
            raise truncated(name, where)
        header = parse_header(head)
        if header.window_bytes > self._max_window_bytes:
            raise ResourceError(
                f"needs a zstd window of {header.window_bytes:,} bytes",
                path=name,
                offset=where,
                expected=f"at most {self._max_window_bytes:,}",
                fix=f"raise {self._key} to {1 << (header.window_bytes - 1).bit_length()}",
            )
        self._where, self._header, self._produced = where, header, 0
        self._frame = _FrameBytes(source, head, header, name, where)
        self._content = self._decoder.stream_reader(cast(Any, self._frame))
        return True

    def _close_frame(self) -> None:
        """Check that the decoder ended the frame where its blocks do, and with all it should give."""
        if self._frame is not None and not self._frame.finished:
            raise InputError(
                "is corrupt: the zstd frame does not end where its blocks do",
                path=self._name,
                offset=self._where,
            )
        if self._header.content_bytes not in (None, self._produced):
            raise InputError(
                f"unpacks to {self._produced:,} bytes",
                path=self._name,
                offset=self._where,
                expected=f"{self._header.content_bytes:,}",
            )
        self._frame = None
        self._pass()
        self._since_table += self._produced
        self._n_following = 0

    def _pass(self) -> None:
        self._n_frames += 1
        if self._borders is not None:
            self._borders.passed(self._source.position)

    def _heed(self, magic: int, content: bytes, where: str) -> None:
        """Hold what a skippable frame says of the others against them."""
        self._n_following = bytes_that_follow(magic, content)
        said = unpacked_bytes(magic, content)
        if said is not None and said != self._since_table:
            raise InputError(
                f"unpacks to {self._since_table:,} bytes before its seek table",
                path=self._name,
                offset=where,
                expected=f"{said:,}, as the table says",
                fix="fetch the file again: frames of it are missing",
            )
        if said is not None:
            self._since_table = 0

    def _refuse_missing_frame(self, where: str) -> None:
        if self._n_following:
            raise InputError(
                "is truncated: the file ends between two zstd frames",
                path=self._name,
                offset=where,
                expected=f"a frame of {self._n_following:,} bytes, as pzstd noted before it",
            )


def _skip(source: ByteQueue, name: str, where: str) -> bytes:
    """Read over a skippable frame, and return its content where that is of a size that may say something."""
    size = source.take(4)
    if len(size) < 4:
        raise truncated(name, where)
    left = int.from_bytes(size, "little")
    if left <= MOST_BYTES:
        content = source.take(left)
        if len(content) < left:
            raise truncated(name, where)
        return content
    while left:
        got = len(source.take(min(left, 1 << 20)))
        if not got:
            raise truncated(name, where)
        left -= got
    return b""


def truncated(name: str, where: str) -> InputError:
    """Return the refusal of a file that ends inside a frame."""
    return InputError("is truncated: the file ends inside a zstd frame", path=name, offset=where)
