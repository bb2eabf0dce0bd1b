"""Runs a search of the automaton until it is done, and verifies its hits, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from indexer.matching.ids.kernels.single_ids import SingleIds, add_singles
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.ids.kernels.verify import HitScratch, OrderScratch, verify_hits
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.borders import WINDOW_BYTES, NeighbourTable
from indexer.matching.matcher import Matches, concatenate, first_of, new_matches, selected
from indexer.matching.scratch import ScratchPool
from indexer.units import Int32Array

_FIRST_HITS = 1 << 12
_KEPT_HITS = 1 << 20
_SINGLES_AT_ONCE = 1 << 19


class _Scratch:
    """Buffers that grow with what was found in earlier calls."""

    def __init__(self) -> None:
        self.resize(_FIRST_HITS)

    def resize(self, n_hits: int) -> None:
        """Make space for so many hits."""
        self.n_hits = n_hits
        hits = new_hit_buffer(n_hits)
        order = OrderScratch(
            np.empty(n_hits + 1, np.int64), np.empty(n_hits, np.int32), np.empty(n_hits, np.int32)
        )
        found = Matches(*hits, np.empty(n_hits, np.int32))
        self.of_kernels = HitScratch(hits, found, order, np.empty(WINDOW_BYTES, np.uint8))


_scratch = ScratchPool(_Scratch)


def new_hit_buffer(n_hits: int) -> HitBuffer:
    """Return a buffer for so many hits; nothing of it is touched before it is used."""
    return HitBuffer(np.empty(n_hits, np.int32), np.empty(n_hits, np.int64), np.empty(n_hits, np.int32))


def find_all(
    search: Callable[[int, HitBuffer], tuple[int, int]],
    patterns: Int32Array,
    neighbours: NeighbourTable,
    block: Block,
    singles: SingleIds | None = None,
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
    block : Block
        The sequences.
    singles : SingleIds, optional
        Patterns of one id that the search leaves out.
    """
    several: list[Matches] = []
    row = 0
    with _scratch.lend() as scratch, np.errstate(over="ignore"):  # hashes wrap; NumPy would say so
        while row < len(block.starts):
            first_row, space = row, scratch.of_kernels
            n_hits, row = search(row, space.hits)
            n_found = verify_hits(patterns, neighbours, block, n_hits, space)
            if singles is None:
                several.append(selected(space.found, slice(n_found)))
            else:
                several += _with_singles(singles, block, first_row, row, space, n_found)
            if row < len(block.starts) and (not n_hits or scratch.n_hits < _KEPT_HITS):
                scratch.resize(2 * scratch.n_hits)
        if scratch.n_hits > _KEPT_HITS:
            scratch.resize(_FIRST_HITS)
    return several[0] if len(several) == 1 else concatenate(several)


def _with_singles(
    singles: SingleIds, block: Block, row: int, last_row: int, longer: HitScratch, n_longer: int
) -> Iterator[Matches]:
    """Yield the occurrences in the rows ``[row, last_row)``: those of one id, and the longer ones given."""
    k = 0
    while row < last_row:
        n_ids = block.stops[row:last_row] - block.starts[row:last_row]
        most = singles.most_of_id
        room = max(min(int(n_ids.sum()) * most, _SINGLES_AT_ONCE), int(n_ids[0]) * most) + n_longer - k + 1
        found = new_matches(room)
        row, k, n = add_singles(
            singles, block, row, last_row, longer.found, k, n_longer, longer.window, found
        )
        yield first_of(found, n)
