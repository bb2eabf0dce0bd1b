"""The bytes of the files of a corpus: mapped, streamed, or read by range, locally or on an object store."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from indexer.errors import InputError, ResourceError, StateError
from indexer.storage.files import CorpusFile
from indexer.storage.mapped_files import mapped
from indexer.storage.observer import read_whole, reading
from indexer.storage.opening import open_regular, status_of
from indexer.storage.read_ahead import Run, pieces_ahead
from indexer.storage.remote_ranges import BUFFER_BYTES, RangedFile, read_remote
from indexer.units import Uint8Array

LOCAL_CHUNK_BYTES = 1024 * 1024
"""Bytes of a local read: 30 MB take 4 ms so, and 12 ms by 8 MiB, whose pages are new each time."""


def open_binary(file: CorpusFile) -> BinaryIO:
    """Open a file to be read anywhere in it."""
    reading(file)
    if file.local:
        return open_regular(Path(file.url), shown=file.name)
    return cast(BinaryIO, io.BufferedReader(RangedFile(file, read_range), BUFFER_BYTES))


def map_bytes(file: CorpusFile) -> Uint8Array:
    """Return a read-only memory map of a local file.

    Raises
    ------
    StateError
        The file has another size than when it was found.
    """
    read_whole(file)
    size = status_of(Path(file.url), shown=file.name).st_size
    if size != file.n_bytes:
        raise StateError(
            f"holds {size:,} bytes now",
            path=file.name,
            expected=f"{file.n_bytes:,}",
            fix="plan the index anew",
        )
    if size == 0:
        return np.empty(0, np.uint8)
    mapped(file.url, file.name, size)
    return np.memmap(file.url, dtype=np.uint8, mode="r")


def read_range(file: CorpusFile, start: int, stop: int) -> bytes:
    """Return the bytes [start, stop) of a file, all of them.

    Raises
    ------
    InputError
        The file ends before `stop`.
    ResourceError
        A remote store kept failing.
    """
    reading(file)
    if stop > file.n_bytes:
        raise InputError(
            f"ends at byte {file.n_bytes:,}", path=file.name, expected=f"at least {stop:,} bytes"
        )
    if file.parts:
        return b"".join(read_range(*run) for run in runs_of(file, start, stop))
    if file.local:
        with open_binary(file) as handle:
            handle.seek(start)
            data = handle.read(stop - start)
        if len(data) != stop - start:
            raise InputError("became shorter while it was read", path=file.name, offset=f"byte {start:,}")
        return data
    return read_remote(file, start, stop)


def runs_of(file: CorpusFile, start: int, stop: int) -> list[Run]:
    """Return where the bytes [start, stop) of a file lie: in itself, or in its parts one after another."""
    if not file.parts:
        return [(file, start, stop)]
    runs, begin = [], 0
    for part in file.parts:
        low, high = max(start - begin, 0), min(stop - begin, part.n_bytes)
        if low < high:
            runs.append((part, low, high))
        begin += part.n_bytes
    return runs


def read_all(file: CorpusFile, *, at_most: int = 1 << 30) -> bytes:
    """Return a whole small file: an index, a header, a description."""
    if file.n_bytes > at_most:
        raise ResourceError(
            f"holds {file.n_bytes:,} bytes", path=file.name, expected=f"at most {at_most:,} for such a file"
        )
    read_whole(file)
    return read_range(file, 0, file.n_bytes)


def stream(
    file: CorpusFile,
    start: int = 0,
    stop: int | None = None,
    *,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of a file from `start` to `stop`, or its end, in chunks of bounded size."""
    for chunk in _chunks(file, start, file.n_bytes if stop is None else stop):
        if on_read is not None:
            on_read(len(chunk))
        yield chunk


def _chunks(file: CorpusFile, start: int, stop: int) -> Iterator[bytes]:
    reading(file)
    if file.parts and any(part.local for part in file.parts):
        for run in runs_of(file, start, stop):
            yield from _chunks(*run)
        return
    if file.local:
        with open_binary(file) as handle:
            handle.seek(start)
            at = start
            while at < stop:
                chunk = handle.read(min(LOCAL_CHUNK_BYTES, stop - at))
                if not chunk:
                    raise InputError(
                        "became shorter while it was read", path=file.name, offset=f"byte {at:,}"
                    )
                at += len(chunk)
                yield chunk
        return
    yield from pieces_ahead(runs_of(file, start, stop))
