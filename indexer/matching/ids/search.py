"""Runs a search of the automaton until it is done, and verifies its hits, however many there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.ids.kernels.verify import verify_hits
from indexer.matching.kernels.borders import WINDOW_BYTES, NeighbourTable
from indexer.matching.matcher import Matches, concatenate, selected
from indexer.matching.scratch import ScratchPool
from indexer.units import Int32Array, Int64Array, TokenIds

_FIRST_HITS = 1 << 12
_KEPT_HITS = 1 << 20

Search = Callable[[int, HitBuffer], tuple[int, int]]


class _Scratch:
    """Buffers that grow with what was found in earlier calls."""

    def __init__(self) -> None:
        self.border = np.empty(WINDOW_BYTES, np.uint8)
        self.resize(_FIRST_HITS)

    def resize(self, n_hits: int) -> None:
        """Make space for so many hits."""
        self.n_hits = n_hits
        self.hits = new_hit_buffer(n_hits)
        # Occurrences are written over the hits they come from.
        self.occurrences = Matches(*self.hits, np.empty(n_hits, np.int32))


_scratch = ScratchPool(_Scratch)


def new_hit_buffer(n_hits: int) -> HitBuffer:
    """Return a buffer for so many hits; nothing of it is touched before it is used."""
    return HitBuffer(np.empty(n_hits, np.int32), np.empty(n_hits, np.int64), np.empty(n_hits, np.int32))


def find_all(
    search: Search,
    patterns: Int32Array,
    neighbours: NeighbourTable,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
) -> Matches:
    """Return the occurrences in all sequences.

    Parameters
    ----------
    search : callable
        Writes the hits of the sequences from a row on into a buffer; returns how many there are, and the
        first row it had no space for.
    patterns : array of int32, shape (n_patterns, 4)
        See `indexer.matching.ids.pattern_table.pattern_table`.
    neighbours : NeighbourTable
        See `indexer.matching.borders`.
    ids, starts, stops
        As of `Matcher.find`.
    """
    several: list[Matches] = []
    row = 0
    with _scratch.lend() as scratch, np.errstate(over="ignore"):  # hashes wrap; NumPy would say so
        while row < len(starts):
            n_hits, row = search(row, scratch.hits)
            n_found = verify_hits(
                patterns, neighbours, ids, starts, stops,
                scratch.hits, n_hits, scratch.border, scratch.occurrences,
            )  # fmt: skip
            several.append(selected(scratch.occurrences, slice(n_found)))
            if row < len(starts) and (not n_hits or scratch.n_hits < _KEPT_HITS):
                scratch.resize(2 * scratch.n_hits)
        if scratch.n_hits > _KEPT_HITS:
            scratch.resize(_FIRST_HITS)
    return several[0] if len(several) == 1 else concatenate(several)
