"""Tables that are built for a stream, from the first block of it that is searched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from indexer.units import Int64Array, TokenIds

Built = TypeVar("Built")


class BuiltFromSample(Generic[Built]):
    """What is built from the first block of each id width, and once more if a much larger block comes.

    Threads may share it: what is built twice is built by one of them.

    Parameters
    ----------
    build : callable
        Builds it from ids, starts and stops; a beginning of them is enough.
    n_enough : int
        Ids that are enough to build it from.
    """

    def __init__(self, build: Callable[[TokenIds, Int64Array, Int64Array], Built], n_enough: int) -> None:
        self._build = build
        self._n_enough = n_enough
        self._built: dict[int, tuple[int, Built]] = {}
        self._building = threading.Lock()

    def for_block(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Built:
        """Return what to search a block with."""
        width = ids.dtype.itemsize
        known = self._built.get(width)
        if known is None or self._is_too_small(known[0], len(ids)):
            with self._building:
                known = self._built.get(width)
                if known is None or self._is_too_small(known[0], len(ids)):
                    known = len(ids), self._build(ids, starts, stops)
                    self._built[width] = known
        return known[1]

    def _is_too_small(self, n_sampled: int, n_ids: int) -> bool:
        return n_sampled < self._n_enough // 16 and n_ids >= 16 * max(n_sampled, 1024)
