"""Lines of JSON, plain or packed: parsed one at a time, with their numbers for messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from indexer.errors import InputError, ResourceError
from indexer.storage.compressed import Limits, compression_of, decompressed
from indexer.storage.files import CorpusFile, stream

MAX_LINE_BYTES = 1 << 30


def lines_of(
    file: CorpusFile, limits: Limits, *, on_read: Callable[[int], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield the number (from 1) and the bytes of every line that is not blank; a last newline may lack.

    Raises
    ------
    InputError
        The packed file is truncated or corrupt.
    ResourceError
        One line is longer than memory should hold.
    """
    compression = compression_of(file)
    if compression is None:
        pieces = stream(file, on_read=on_read)
    else:
        pieces = decompressed(file, compression, limits, on_read=on_read)
    number = 0
    rest: list[bytes] = []
    n_rest = 0
    for piece in pieces:
        *whole, last = piece.split(b"\n")
        for line in whole:
            number += 1
            joined = b"".join((*rest, line)) if rest else line
            rest, n_rest = [], 0
            if joined.strip():
                yield number, joined
        rest.append(last)
        n_rest += len(last)
        if n_rest > MAX_LINE_BYTES:
            raise ResourceError(
                f"has a line of more than {MAX_LINE_BYTES:,} bytes",
                path=file.name,
                offset=f"line {number + 1:,}",
            )
    joined = b"".join(rest)
    if joined.strip():
        yield number + 1, joined


def objects_of(
    file: CorpusFile, limits: Limits, *, on_read: Callable[[int], None] | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of every line.

    Raises
    ------
    InputError
        A line is not a JSON object in UTF-8.
    """
    for number, line in lines_of(file, limits, on_read=on_read):
        try:
            value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except ValueError as error:
            raise InputError(f"is not JSON ({error})", path=file.name, offset=f"line {number:,}") from None
        if not isinstance(value, dict):
            raise InputError("is not a JSON object", path=file.name, offset=f"line {number:,}")
        yield number, value
