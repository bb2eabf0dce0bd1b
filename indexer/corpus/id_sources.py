"""Runs of token ids inside files: memory-mapped, fetched by range, or unpacked as a stream.

A source hands out any range of ids; ranges asked for one after another must not start before the last one, so
that a stream never goes back. Memory is bounded by the largest range asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from indexer.corpus.compressed import Limits, decompressed, decompressed_size
from indexer.corpus.files import CorpusFile, map_bytes, read_range
from indexer.corpus.ids import as_token_ids
from indexer.errors import InputError
from indexer.units import TokenIds, Uint8Array


class IdSource(Protocol):
    """Ids 0 .. n_ids - 1 of one shard, read in ascending ranges."""

    def read(self, start: int, stop: int) -> TokenIds:
        """Return the ids [start, stop); `start` never lies before that of the call before."""
        ...

    def finish(self) -> None:
        """Check what lies after the last id, where reading on is the only way to trust it."""
        ...


@dataclass(frozen=True)
class IdRun:
    """Where a run of ids lies.

    Attributes
    ----------
    file : CorpusFile
        The file.
    offset : int
        Bytes before the first id, counted in the unpacked file.
    n_ids : int
        Ids in the run.
    dtype : dtype
        As stored.
    compression : str or None
        How the file is packed.
    to_end : bool
        Whether the run ends where the file does; a packed file that goes on is then refused.
    """

    file: CorpusFile
    offset: int
    n_ids: int
    dtype: np.dtype[Any]
    compression: str | None = None
    to_end: bool = True

    def open(self, limits: Limits) -> IdSource:
        """Return the source that fits: a map, ranges, or a stream."""
        if self.compression is not None:
            return _StreamedIds(self, limits)
        if self.file.local:
            return _MappedIds(self)
        return _FetchedIds(self)


def unpacked_size(file: CorpusFile, compression: str | None, limits: Limits) -> int:
    """Return the number of bytes in a file once unpacked."""
    return file.n_bytes if compression is None else decompressed_size(file, compression, limits)


class _MappedIds:
    """Views of a memory map; only dtypes that must be converted are copied, a range at a time."""

    def __init__(self, run: IdRun) -> None:
        self._run = run
        data = map_bytes(run.file)
        n_bytes = run.n_ids * run.dtype.itemsize
        if run.offset + n_bytes > data.size:
            raise InputError(
                f"ends at byte {data.size:,}", path=run.file.name, expected=f"{run.offset + n_bytes:,} bytes"
            )
        self._stored = (
            np.ndarray((run.n_ids,), run.dtype, buffer=data, offset=run.offset) if n_bytes else None
        )

    def read(self, start: int, stop: int) -> TokenIds:
        if self._stored is None or start == stop:
            return as_token_ids(np.empty(0, self._run.dtype), path=self._run.file.name)
        return as_token_ids(self._stored[start:stop], path=self._run.file.name, first_id=start)

    def finish(self) -> None:
        pass


class _FetchedIds:
    """Ranges of a remote file."""

    def __init__(self, run: IdRun) -> None:
        self._run = run

    def read(self, start: int, stop: int) -> TokenIds:
        run = self._run
        size = run.dtype.itemsize
        data = read_range(run.file, run.offset + start * size, run.offset + stop * size)
        return as_token_ids(np.frombuffer(data, run.dtype), path=run.file.name, first_id=start)

    def finish(self) -> None:
        pass


class _StreamedIds:
    """An unpacked stream, held from the start of the last range on."""

    def __init__(self, run: IdRun, limits: Limits) -> None:
        self._run = run
        self._pieces = decompressed(run.file, run.compression or "", limits)
        self._held = bytearray()
        self._held_start = 0

    def _fill(self, start: int, stop: int) -> None:
        """Hold at least the unpacked bytes [start, stop) and drop what lies before."""
        self._forget(start)
        while self._held_start + len(self._held) < stop:
            piece = next(self._pieces, None)
            if piece is None:
                raise InputError(
                    f"unpacks to {self._held_start + len(self._held):,} bytes",
                    path=self._run.file.name,
                    expected=f"at least {stop:,}",
                )
            self._held += piece
            self._forget(start)

    def _forget(self, start: int) -> None:
        n_old = min(start - self._held_start, len(self._held))
        if n_old > 0:
            del self._held[:n_old]
            self._held_start += n_old

    def read(self, start: int, stop: int) -> TokenIds:
        run = self._run
        size = run.dtype.itemsize
        first, last = run.offset + start * size, run.offset + stop * size
        self._fill(first, last)
        at = first - self._held_start
        data = bytes(memoryview(self._held)[at : at + last - first])
        return as_token_ids(np.frombuffer(data, run.dtype), path=run.file.name, first_id=start)

    def finish(self) -> None:
        """Unpack to the end: a flipped or missing byte after the last sequence is one all the same."""
        run = self._run
        end = run.offset + run.n_ids * run.dtype.itemsize
        self._fill(end, end)
        extra = len(self._held) - (end - self._held_start)
        for piece in self._pieces:
            extra += len(piece)
        if run.to_end and extra >= run.dtype.itemsize:
            raise InputError(f"unpacks to {end + extra:,} bytes", path=run.file.name, expected=f"{end:,}")


class JoinedIds:
    """One run of ids whose bytes are spread over several files, cut anywhere, even inside an id.

    Parameters
    ----------
    files : sequence of CorpusFile
        The parts in order; none is packed.
    dtype : dtype
        As stored.
    """

    def __init__(self, files: Sequence[CorpusFile], dtype: np.dtype[Any]) -> None:
        self._files = files
        self._dtype = dtype
        self._starts = [0]
        for file in files:
            self._starts.append(self._starts[-1] + file.n_bytes)
        self._maps: dict[int, Uint8Array] = {}

    def read(self, start: int, stop: int) -> TokenIds:
        """Return the ids [start, stop): a view where one part holds them all."""
        size = self._dtype.itemsize
        pieces = list(self._pieces(start * size, stop * size))
        data = pieces[0] if len(pieces) == 1 else np.concatenate([np.empty(0, np.uint8), *pieces])
        stored = (
            np.ndarray(((stop - start),), self._dtype, buffer=data)
            if stop > start
            else np.empty(0, self._dtype)
        )
        return as_token_ids(stored, path=self._files[0].name, first_id=start)

    def finish(self) -> None:
        """Nothing lies hidden in a plain file."""

    def _pieces(self, start: int, stop: int) -> Iterator[Uint8Array]:
        for number, file in enumerate(self._files):
            first, last = self._starts[number], self._starts[number + 1]
            low, high = max(start, first), min(stop, last)
            if low < high:
                yield self._part(number, file, low - first, high - first)

    def _part(self, number: int, file: CorpusFile, start: int, stop: int) -> Uint8Array:
        if not file.local:
            return np.frombuffer(read_range(file, start, stop), np.uint8)
        if number not in self._maps:
            self._maps[number] = map_bytes(file)
        return self._maps[number][start:stop]
