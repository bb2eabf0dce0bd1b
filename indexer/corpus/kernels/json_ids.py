"""Compiled parser of one list of ids a JSON line; knows bytes and arrays only.

Arrow's and Python's JSON parsers build far more than a list of integers; they read some 20 MB/s on one core
where this read 110 (20 million ids, a busy machine). Other fields are walked over, not judged. It takes the
common case and gives up on the first thing that is not plain: the caller then parses the same lines with
Python's parser, which also words the error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.corpus.kernels.eight_digits import read_digits
from indexer.jit.compile import inlined, kernel
from indexer.units import Int64Array, Uint8Array

Uint32Array = NDArray[np.uint32]

_QUOTE, _ESCAPE, _COLON, _COMMA, _NEWLINE = 34, 92, 58, 44, 10
_OPEN, _CLOSE, _OPEN_LIST, _CLOSE_LIST = 123, 125, 91, 93
_SPACE, _ZERO, _NINE = 32, 48, 57
_MAX_DIGITS, _EIGHT = 10, 8
PADDING = 8
"""Zeros behind the lines: digits are read eight at a time."""
_ID_MAX = 2**32 - 1


@inlined
def _blank(data: Uint8Array, at: int) -> int:
    """Return the first place from `at` on that is no blank; a newline is none."""
    while at < data.size and (data[at] == 32 or data[at] == 9 or data[at] == 13):
        at += 1
    return at


@inlined
def _string(data: Uint8Array, at: int) -> int:
    """Return the place behind the string whose quote stands at `at`, -1 where it does not end."""
    at += 1
    while at < data.size:
        if data[at] == _ESCAPE:
            at += 2
        elif data[at] == _QUOTE:
            return at + 1
        elif data[at] == _NEWLINE:
            return -1
        else:
            at += 1
    return -1


@inlined
def _value(data: Uint8Array, at: int) -> int:
    """Return the place behind the value at `at`, -1 where it does not end on its line."""
    depth = 0
    while at < data.size:
        byte = data[at]
        if byte == _QUOTE:
            at = _string(data, at)
            if at < 0:
                return -1
        elif byte in (_OPEN, _OPEN_LIST):
            depth += 1
            at += 1
        elif byte in (_CLOSE, _CLOSE_LIST):
            if depth == 0:
                return at
            depth -= 1
            at += 1
        elif byte == _NEWLINE:
            return -1
        elif byte == _COMMA and depth == 0:
            return at
        else:
            at += 1
    return -1


@inlined
def _ids(data: Uint8Array, at: int, out: Uint32Array, n_ids: int) -> tuple[int, int]:
    """Parse a list from behind its bracket on; return the place behind it, or -1, and the ids in `out` then.

    Neither end needs to be watched: the newline at the end of the data is no part of any list, and two bytes
    of data are no more than one id.
    """
    if data[at] == _CLOSE_LIST:
        return at + 1, n_ids
    while True:
        begin = at
        first_digits, n_first = read_digits(data, at)
        value = int(first_digits)
        at += int(n_first)
        if n_first == _EIGHT:
            while _ZERO <= data[at] <= _NINE:
                value = value * 10 + int(np.int64(data[at])) - _ZERO
                at += 1
        n_digits = at - begin
        if (
            n_digits == 0
            or n_digits > _MAX_DIGITS
            or value > _ID_MAX
            or (data[begin] == _ZERO and n_digits > 1)
        ):
            return -1, n_ids
        out[n_ids] = value
        n_ids += 1
        if data[at] != _COMMA:
            at = _blank(data, at)
            if data[at] == _CLOSE_LIST:
                return at + 1, n_ids
            if data[at] != _COMMA:
                return -1, n_ids
        at += 1
        if data[at] <= _SPACE:
            at = _blank(data, at)


@kernel
def parse_id_lists(data: Uint8Array, key: Uint8Array, out: Uint32Array, ends: Int64Array) -> int:
    """Parse the list of integers under a key of every line.

    Parameters
    ----------
    data : array of uint8
        Lines of JSON, each with its newline, the last too; then `PADDING` zeros.
    key : array of uint8
        The key between its quotes, as it must stand at the top level.
    out : array of uint32
        Takes the ids of all lines; at least half as long as `data`.
    ends : array of int64
        Takes the end of each line's ids in `out`; one entry a line.

    Returns
    -------
    int
        Ids parsed, or -1 where a line is anything but plain.
    """
    at, n_ids = 0, 0
    for line in range(ends.size):
        at = _blank(data, at)
        if at >= data.size or data[at] != _OPEN:
            return -1
        at = _blank(data, at + 1)
        found = False
        while True:
            if at >= data.size or data[at] != _QUOTE:
                return -1
            begin = at
            at = _string(data, at)
            if at < 0:
                return -1
            wanted = at - begin == key.size
            for place in range(begin, at):
                # an escaped key could be the one that is wanted, spelled another way
                if data[place] == _ESCAPE:
                    return -1
                if wanted and data[place] != key[place - begin]:
                    wanted = False
            at = _blank(data, at)
            if at >= data.size or data[at] != _COLON:
                return -1
            at = _blank(data, at + 1)
            if at >= data.size:
                return -1
            if not wanted:
                if data[at] == _COMMA or data[at] == _CLOSE:
                    return -1
                at = _value(data, at)
                if at < 0:
                    return -1
            else:
                if found or data[at] != _OPEN_LIST:
                    return -1
                found = True
                at, n_ids = _ids(data, _blank(data, at + 1), out, n_ids)
                if at < 0:
                    return -1
            at = _blank(data, at)
            if at >= data.size:
                return -1
            if data[at] == _COMMA:
                at = _blank(data, at + 1)
            elif data[at] == _CLOSE:
                at = _blank(data, at + 1)
                break
            else:
                return -1
        if not found or at >= data.size or data[at] != _NEWLINE:
            return -1
        at += 1
        ends[line] = n_ids
    return n_ids if at == data.size - PADDING else -1


def parse_lines(lines: list[bytes], key: str) -> tuple[Uint32Array, Int64Array] | None:
    """Return the ids of all lines and the end of each line's, or None where one is anything but plain."""
    data = np.frombuffer(b"\n".join(lines) + b"\n" + bytes(PADDING), np.uint8)
    quoted = np.frombuffer(f'"{key}"'.encode(), np.uint8)
    out = np.empty(data.size // 2 + 1, np.uint32)
    ends = np.empty(len(lines), np.int64)
    n_ids = parse_id_lists(data, quoted, out, ends)
    return None if n_ids < 0 else (out[:n_ids], ends)
