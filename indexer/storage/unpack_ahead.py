"""Unpacks ahead of whoever takes the bytes: a second thread does, while the last ones are worked on.

Decoders and searches both let go of the interpreter, so that a packed shard is read in the time of its
unpacking alone where a core has nothing else to do (`indexer.cores`). Where each has a worker of its own the
thread would take its time from another one, and the bytes be copied for nothing; when the first workers run
out of work, the others go on with a thread.

What is unpacked ahead is what was expected, never more; memory is bounded by `N_AHEAD` pieces. The first
bytes are unpacked by who asks for them, since many look at the head of a file and leave. An error is raised
where the bytes before it are used up, as it would be without a thread.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from indexer.cores import has_idle_core
from indexer.units import Uint8Array

if TYPE_CHECKING:
    from indexer.storage.compressed import ByteSource

PIECE_BYTES = 4 * 1024 * 1024
"""Bytes of a piece: milliseconds of unpacking, beside which handing it over costs nothing."""
N_AHEAD = 2
"""Pieces unpacked while the last ones are worked on, at most."""
AHEAD_BYTES = N_AHEAD * PIECE_BYTES
STEP_BYTES = 256 * 1024
"""Bytes after which it is looked whether a piece is still wanted."""
_GOODBYE_SECONDS = 0.5
"""How long who leaves waits for a step: a store may take longer, and is not needed any more."""


class UnpackedAhead:
    """A source whose bytes are unpacked ahead as far as they are expected, and are the same in any case.

    Parameters
    ----------
    source : ByteSource
        Unpacks. It is asked by one thread at a time.
    """

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._n_expected = 0
        self._n_until_asked = 0
        self._thread: _Unpacking | None = None
        self._under_way: deque[Uint8Array] = deque()
        self._ready = np.empty(0, np.uint8)
        self._error: BaseException | None = None

    def expect(self, n_bytes: int) -> None:
        """Hear that so many bytes are going to be read from here on, or left where the bytes end."""
        self._n_expected = n_bytes - len(self._ready) - sum(map(len, self._under_way))

    def readinto(self, target: memoryview) -> int:
        """Fill `target` and return its length; less only where the bytes end.

        Raises
        ------
        ExposureError
            As the source, when the bytes are reached that it could not unpack.
        """
        filled = np.frombuffer(target, np.uint8)
        n_done = 0
        while n_done < len(filled):
            if len(self._ready):
                part = self._ready[: len(filled) - n_done]
                filled[n_done : n_done + len(part)] = part  # a memoryview would not let go of the interpreter
                self._ready = self._ready[len(part) :]
                n_done += len(part)
            elif self._error is not None:
                raise self._error
            elif self._under_way:
                self._take()
            else:
                n_read = self._source.readinto(target[n_done:])
                n_done += n_read
                self._n_expected = self._n_expected - n_read if n_done == len(target) else 0
                self._n_until_asked -= n_read
                break
        self._go_on()
        return n_done

    def _take(self) -> None:
        """Wait for the next piece, and have another one begun."""
        assert self._thread is not None
        n_done, self._error = self._thread.made.get()
        piece = self._under_way.popleft()
        self._ready = piece[:n_done]
        if n_done < len(piece):  # the bytes end, or more of them cannot be unpacked
            self._n_expected = 0
        if self._error is not None:
            self._under_way.clear()
        self._go_on()

    def _go_on(self) -> None:
        """Have as many pieces under way as are expected, where there is a core for it."""
        if self._thread is None and self._n_expected > 0 >= self._n_until_asked:
            self._begin()
        while self._n_expected > 0 and self._thread is not None and len(self._under_way) < N_AHEAD:
            piece = np.empty(min(PIECE_BYTES, self._n_expected), np.uint8)
            self._n_expected -= len(piece)
            self._under_way.append(piece)
            self._thread.wanted.put(piece)

    def _begin(self) -> None:
        self._n_until_asked = PIECE_BYTES
        if has_idle_core():
            thread = _Unpacking(self._source)
            with suppress(RuntimeError):  # no more threads: it goes without
                thread.start()
                self._thread = thread

    def __del__(self) -> None:
        """Leave no thread behind: a process that is forked next should have but one."""
        if self._thread is not None:
            self._thread.leave()


class _Unpacking(threading.Thread):
    """Unpacks piece after piece. No process that ends waits for it.

    Attributes
    ----------
    wanted : queue of array of uint8
        Pieces to be filled, in order.
    made : queue of int and BaseException or None
        How many bytes of each there are; and why no more, and then nothing follows.
    """

    def __init__(self, source: ByteSource) -> None:
        super().__init__(daemon=True)
        self.wanted: SimpleQueue[Uint8Array | None] = SimpleQueue()
        self.made: SimpleQueue[tuple[int, BaseException | None]] = SimpleQueue()
        self._source = source
        self._is_wanted = True

    def run(self) -> None:
        """Fill the pieces until nobody wants more, or some bytes cannot be unpacked."""
        error = None
        while error is None and (piece := self.wanted.get()) is not None and self._is_wanted:
            n_done, error = self._fill(piece)
            self.made.put((n_done, error))

    def _fill(self, piece: Uint8Array) -> tuple[int, BaseException | None]:
        n_done = 0
        try:
            while n_done < len(piece) and self._is_wanted:
                step = piece[n_done : n_done + STEP_BYTES]
                n_read = self._source.readinto(step.data)
                n_done += n_read
                if n_read < len(step):
                    break
        except BaseException as error:
            return n_done, error
        return n_done, None

    def leave(self) -> None:
        """Have it end soon, and wait for that a while."""
        self._is_wanted = False
        self.wanted.put(None)
        if threading.current_thread() is not self:
            self.join(_GOODBYE_SECONDS)
