"""Lines, and objects of JSON one a line, plain or packed: one at a time, with their numbers.

A line ends with a line feed, which a carriage return may stand before, and with nothing else: U+2028, U+2029,
U+0085, vertical tabs and form feeds may stand inside a string of JSON. Memory goes with the longest line,
which has a limit; time with the bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from indexer.errors import InputError, ResourceError
from indexer.storage.compressed import Limits, compression_of, decompressed
from indexer.storage.file_bytes import stream
from indexer.storage.files import CorpusFile


def pieces_of(
    file: CorpusFile, limits: Limits, *, on_read: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked where it is packed, in pieces of bounded size."""
    compression = compression_of(file)
    if compression is None:
        return stream(file, on_read=on_read)
    return decompressed(file, compression, limits, on_read=on_read)


def split_lines(pieces: Iterable[bytes], limits: Limits, *, name: str) -> Iterator[bytes]:
    """Yield every line without its line feed; a last line may have none.

    Raises
    ------
    ResourceError
        One line is longer than `limits` allow.
    """
    number = 1
    rest: list[bytes] = []
    n_rest = 0
    for piece in pieces:
        *whole, last = piece.split(b"\n")
        if n_rest + len(whole[0] if whole else last) > limits.max_line_bytes:
            raise too_long(limits, name, f"line {number:,}")
        if len(piece) > limits.max_line_bytes:
            at = next((at for at, line in enumerate(whole) if len(line) > limits.max_line_bytes), None)
            if at is not None:
                raise too_long(limits, name, f"line {number + at:,}")
        for line in whole:
            yield b"".join((*rest, line)) if rest else line
            rest, n_rest = [], 0
            number += 1
        rest.append(last)
        n_rest += len(last)
    joined = b"".join(rest)
    if joined:
        yield joined


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
    for number, line in enumerate(
        split_lines(pieces_of(file, limits, on_read=on_read), limits, name=file.name), 1
    ):
        if line and not line.isspace():
            yield number, line


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
        yield number, parse_object(line, name=file.name, number=number)


def parse_object(line: bytes, *, name: str, number: int) -> dict[str, Any]:
    """Return the object that a line holds.

    Raises
    ------
    InputError
        It is not a JSON object in UTF-8.
    """
    where = f"line {number:,}"
    try:
        value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 (byte {error.start} of the line)", path=name, offset=where) from None
    except ValueError as error:
        raise InputError(f"is not a JSON object ({error})", path=name, offset=where) from None
    except RecursionError:
        raise InputError("is not a JSON object (nested too deeply)", path=name, offset=where) from None
    if not isinstance(value, dict):
        raise InputError("is not a JSON object", path=name, offset=where, expected='{"field": ...} a line')
    return value


def too_long(limits: Limits, name: str, where: str) -> ResourceError:
    """Return the refusal of a line or element that is longer than its limit."""
    return ResourceError(
        f"holds more than {limits.max_line_bytes:,} bytes",
        path=name,
        offset=where,
        fix=f"raise {limits.line_key} if it is meant to be that long",
    )
