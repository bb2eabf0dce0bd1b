"""Room for kernels, kept from call to call: made anew, its pages took 0.3 ms of every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Room = TypeVar("Room")


class Rooms(Generic[Room]):
    """Rooms of one kind, as many as were ever in use at a time.

    Kept for all threads and not for each, since those of a pool come and go with every block.

    Parameters
    ----------
    new : callable
        Makes a room.
    """

    def __init__(self, new: Callable[[], Room]) -> None:
        self._new = new
        self._free: list[Room] = []

    @contextmanager
    def taken(self) -> Iterator[Room]:
        """Lend a room to one thread."""
        try:
            room = self._free.pop()
        except IndexError:
            room = self._new()
        try:
            yield room
        finally:
            self._free.append(room)
