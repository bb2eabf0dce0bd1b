"""Buffers for kernels, kept from call to call: made anew, their pages cost more than a short search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Scratch = TypeVar("Scratch")


class ScratchPool(Generic[Scratch]):
    """Scratch of one kind, as many as were ever in use at a time.

    It is kept for all threads and not for each, since those of a pool come and go with every block.

    Parameters
    ----------
    new : callable
        Makes one.
    """

    def __init__(self, new: Callable[[], Scratch]) -> None:
        self._new = new
        self._free: list[Scratch] = []

    @contextmanager
    def lend(self) -> Iterator[Scratch]:
        """Lend one to a thread."""
        try:
            scratch = self._free.pop()
        except IndexError:
            scratch = self._new()
        try:
            yield scratch
        finally:
            self._free.append(scratch)
