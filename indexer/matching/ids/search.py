"""Runs a search of the automaton until it is done, and verifies its hits, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from indexer.matching.ids.kernels.single_ids import SingleIds, add_singles
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.ids.kernels.verify import OrderScratch, verify_hits
from indexer.matching.kernels.borders import WINDOW_BYTES, NeighbourTable
from indexer.matching.matcher import Matches, concatenate, new_matches, selected
from indexer.matching.scratch import ScratchPool
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array

_FIRST_HITS = 1 << 12
_KEPT_HITS = 1 << 20
_SINGLES_AT_ONCE = 1 << 19

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
        self.order = OrderScratch(
            np.empty(n_hits + 1, np.int64), np.empty(n_hits, np.int32), np.empty(n_hits, np.int32)
        )


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
    ids, starts, stops
        As of `Matcher.find`.
    singles : SingleIds, optional
        Patterns of one id that the search leaves out.
    """
    several: list[Matches] = []
    row = 0
    with _scratch.lend() as scratch, np.errstate(over="ignore"):  # hashes wrap; NumPy would say so
        while row < len(starts):
            first_row = row
            n_hits, row = search(row, scratch.hits)
            n_found = verify_hits(
                patterns, neighbours, ids, starts, stops,
                scratch.hits, n_hits, scratch.border, scratch.occurrences, scratch.order,
            )  # fmt: skip
            if singles is None:
                several.append(selected(scratch.occurrences, slice(n_found)))
            else:
                found = scratch.occurrences, n_found, scratch.border
                several += _with_singles(singles, neighbours, ids, starts, stops, first_row, row, *found)
            if row < len(starts) and (not n_hits or scratch.n_hits < _KEPT_HITS):
                scratch.resize(2 * scratch.n_hits)
        if scratch.n_hits > _KEPT_HITS:
            scratch.resize(_FIRST_HITS)
    return several[0] if len(several) == 1 else concatenate(several)


def _with_singles(
    singles: SingleIds,
    neighbours: NeighbourTable,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    row: int,
    last_row: int,
    longer: Matches,
    n_longer: int,
    border: Uint8Array,
) -> Iterator[Matches]:
    """Yield the occurrences in the rows ``[row, last_row)``: those of one id, and the longer ones given."""
    k = 0
    while row < last_row:
        n_ids = stops[row:last_row] - starts[row:last_row]
        most = singles.most_of_id
        room = max(min(int(n_ids.sum()) * most, _SINGLES_AT_ONCE), int(n_ids[0]) * most) + n_longer - k + 1
        found = new_matches(room)
        row, k, n = add_singles(
            singles, neighbours, ids, starts, stops, row, last_row, longer, k, n_longer, border, found, 0
        )
        yield Matches(found.phrase[:n], found.row[:n], found.token_offset[:n], found.n_tokens[:n])
