"""Reads a remote file ahead of whoever takes its bytes in order: some requests are always under way.

A scan works while a store sends. The first piece is asked for alone, since many who begin to read look at the
head of a file and leave; with the second one the others follow. Requests are as large as a piece, so a run of
n bytes costs n / `PIECE_BYTES` of them, rounded up, and memory is bounded by `N_AHEAD` pieces and the one in
hand.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from indexer.storage.remote_ranges import read_remote
from indexer.units import Uint8Array

if TYPE_CHECKING:
    from indexer.storage.files import CorpusFile

PIECE_BYTES = 8 * 1024 * 1024
"""Bytes of a request: large beside what a round trip costs, small beside memory."""
N_AHEAD = 8
"""Requests under way while a piece is worked on."""

Run = tuple["CorpusFile", int, int]
"""A file, and its bytes [start, stop)."""


def pieces_ahead(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield the bytes of runs in pieces, in order, while the next ones are fetched.

    Raises
    ------
    StateError, ResourceError
        As `read_remote`, when the piece is reached that could not be read.
    """
    waiting = iter([piece for run in runs for piece in _cut(run)])
    first = next(waiting, None)
    if first is None:
        return
    yield read_remote(*first)
    under_way: deque[_Fetch] = deque()
    for piece in waiting:
        under_way.append(_Fetch(piece))
        if len(under_way) == N_AHEAD:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _cut(run: Run) -> Iterator[Run]:
    file, start, stop = run
    for at in range(start, stop, PIECE_BYTES):
        yield file, at, min(at + PIECE_BYTES, stop)


class _Fetch(threading.Thread):
    """One request under way. Nobody waits for one that is not wanted, nor does a process that ends."""

    def __init__(self, piece: Run) -> None:
        super().__init__(daemon=True)
        self._piece = piece
        self._data = b""
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Ask for the piece."""
        try:
            self._data = read_remote(*self._piece)
        except BaseException as error:
            self._error = error

    def result(self) -> bytes:
        """Return the bytes of the piece once they came."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._data


class AscendingBytes:
    """The bytes of runs as one, of which ranges are taken that ascend, and may overlap with the one before.

    Parameters
    ----------
    runs : iterable of Run
        What will be taken, all of it.
    start : int
        Number of their first byte.
    """

    def __init__(self, runs: Iterable[Run], start: int) -> None:
        runs = list(runs)
        self._pieces = pieces_ahead(runs)
        self.start = start
        self.stop = start + sum(high - low for _, low, high in runs)
        self._at = start
        self._left = memoryview(b"")
        self._held: Uint8Array = np.empty(0, np.uint8)

    def holds(self, start: int, stop: int) -> bool:
        """Tell whether a range can be taken: it lies in the runs, and not before what is held."""
        return self._at - len(self._held) <= start <= stop <= self.stop

    def take(self, start: int, stop: int) -> Uint8Array:
        """Return the bytes [start, stop), which `holds` allows."""
        data = np.empty(stop - start, np.uint8)
        first_held = self._at - len(self._held)
        n_known = max(0, min(self._at, stop) - start)
        if n_known:
            data[:n_known] = self._held[start - first_held : start - first_held + n_known]
        self._pass_over(start - self._at)
        done = n_known
        while done < len(data):
            part = self._next(len(data) - done)
            data[done : done + len(part)] = np.frombuffer(part, np.uint8)
            done += len(part)
        if stop >= self._at:
            self._held, self._at = data, stop
        return data

    def _pass_over(self, n_bytes: int) -> None:
        while n_bytes > 0:
            part = self._next(n_bytes)
            n_bytes -= len(part)
            self._at += len(part)
            self._held = np.empty(0, np.uint8)

    def _next(self, n_bytes: int) -> memoryview:
        if not self._left:
            self._left = memoryview(next(self._pieces))
        part = self._left[:n_bytes]
        self._left = self._left[n_bytes:]
        return part
