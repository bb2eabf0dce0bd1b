"""Gzip members and bz2 streams, which follow each other in one file, unpacked to the last byte."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator

from indexer.errors import InputError
from indexer.storage.frame_index import FrameBorders


def gunzipped(
    chunks: Iterator[bytes], name: str, output_bytes: int, borders: FrameBorders | None = None
) -> Iterator[bytes]:
    """Yield what gzip members unpack to, in pieces of at most `output_bytes`.

    With `borders`, each member is compared with an index of the frames when it ends.

    Raises
    ------
    InputError
        A member is truncated, corrupt, or not as the index says; or bytes after the last are no member.
    """
    member, position = 0, borders.packed if borders else 0
    data = next(chunks, b"")
    while data:
        start = position
        where = f"member {member}, byte {start:,}"
        decoder = zlib.decompressobj(wbits=31)
        while not decoder.eof:
            if not data:
                data = next(chunks, b"")
                if not data:
                    raise InputError(
                        "is truncated: the file ends inside a gzip member", path=name, offset=where
                    )
            before = len(data)
            try:
                piece = decoder.decompress(data, output_bytes)
            except zlib.error as error:
                raise InputError(f"is corrupt: {error}", path=name, offset=where) from None
            data = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            position += before - len(data)
            if piece:
                if borders is not None:
                    borders.produced(memoryview(piece))
                yield piece
        if borders is not None:
            borders.passed(position)
        member += 1
        data = data or next(chunks, b"")


def bunzipped(chunks: Iterator[bytes], name: str, output_bytes: int) -> Iterator[bytes]:
    """Yield what bz2 streams unpack to, in pieces of at most `output_bytes`.

    Raises
    ------
    InputError
        A stream is truncated or corrupt, or bytes after the last are no stream.
    """
    member, position = 0, 0
    data = next(chunks, b"")
    while data:
        where = f"stream {member}, byte {position:,}"
        decoder = bz2.BZ2Decompressor()
        while not decoder.eof:
            if decoder.needs_input and not data:
                data = next(chunks, b"")
                if not data:
                    raise InputError(
                        "is truncated: the file ends inside a bz2 stream", path=name, offset=where
                    )
            try:
                piece = decoder.decompress(data, output_bytes)
            except OSError as error:
                raise InputError(f"is corrupt: {error}", path=name, offset=where) from None
            position += len(data)
            data = b""
            if piece:
                yield piece
        data = decoder.unused_data
        position -= len(data)
        member += 1
        data = data or next(chunks, b"")
