"""Runs a search of the automaton until it is done, and verifies its hits, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from indexer.matching.ids.kernels.single_ids import SingleIds, add_singles
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.ids.kernels.verify import HitScratch, OrderScratch, verify_hits
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.borders import WINDOW_BYTES, NeighbourTable
from indexer.matching.kernels.matches import MatchRuns
from indexer.matching.matcher import Matches, concatenate, new_matches, selected
from indexer.matching.scratch import ScratchPool
from indexer.units import BoolArray, Int32Array

_FIRST_HITS = 1 << 12
_KEPT_HITS = 1 << 20
_SINGLES_AT_ONCE = 1 << 19
_SINGLES_TO_COUNT = 1 << 18
"""Occurrences of one id that are counted together: fewer calls gain more than nearer caches."""

_NONE_TOGETHER = np.empty(0, np.bool_)


class _Scratch:
    """Buffers that grow with what was found in earlier calls."""

    def __init__(self) -> None:
        self.resize(_FIRST_HITS)
        self.singles = new_runs(0)

    def resize(self, n_hits: int) -> None:
        """Make space for so many hits."""
        self.n_hits = n_hits
        hits = new_hit_buffer(n_hits)
        order = OrderScratch(
            np.empty(n_hits + 1, np.int64),
            np.empty(n_hits, np.int32),
            np.empty(n_hits, np.int32),
            np.empty(n_hits, np.int32),
        )
        found = MatchRuns(hits.pattern, hits.row, hits.end, np.empty(n_hits, np.int32), hits.times)
        self.of_kernels = HitScratch(hits, found, order, np.empty(WINDOW_BYTES, np.uint8))

    def room_for_singles(self, n: int) -> MatchRuns:
        """Return room for so many occurrences, the same again from call to call."""
        if len(self.singles.row) < n:
            self.singles = new_runs(n)
        return self.singles


_scratch = ScratchPool(_Scratch)


class Patterns(NamedTuple):
    """What is known of the patterns that a search looks for.

    Attributes
    ----------
    table : array of int32, shape (n_patterns, 4)
        See `indexer.matching.ids.pattern_table.pattern_table`; in the order of their automaton.
    neighbours : NeighbourTable
        See `indexer.matching.borders`.
    together : array of bool, shape (n_patterns,)
        See `HitBuffer`.
    singles : SingleIds, optional
        Patterns of one id that the search leaves out.
    """

    table: Int32Array
    neighbours: NeighbourTable
    together: BoolArray
    singles: SingleIds | None = None


Search = Callable[[int, HitBuffer], tuple[int, int]]
"""Writes the hits of the sequences from a row on into a buffer; returns how many there are, and the first row
it had no space for."""


def new_hit_buffer(n_hits: int, together: BoolArray = _NONE_TOGETHER) -> HitBuffer:
    """Return a buffer for so many hits; nothing of it is touched before it is used."""
    pattern, end, times = (np.empty(n_hits, np.int32) for _ in range(3))
    return HitBuffer(pattern, np.empty(n_hits, np.int64), end, times, together)


def new_runs(n: int) -> MatchRuns:
    """Return room for so many runs; nothing of it is touched before it is used."""
    return MatchRuns(*new_matches(n), np.empty(n, np.int32))


def find_all(search: Search, patterns: Patterns, block: Block) -> Matches:
    """Return the occurrences in all sequences, in order."""
    several = []
    for runs in find_runs(search, patterns, block, in_order=True):
        found = Matches(runs.phrase, runs.row, runs.token_offset, runs.n_tokens)
        several.append(found if patterns.singles else selected(found, slice(None)))
    return several[0] if len(several) == 1 else concatenate(several)


def find_runs(search: Search, patterns: Patterns, block: Block, *, in_order: bool) -> Iterator[MatchRuns]:
    """Yield the occurrences in all sequences, whole rows at a time.

    Parameters
    ----------
    search : callable
        See `Search`.
    patterns : Patterns
        What it looks for.
    block : Block
        The sequences.
    in_order : bool
        Whether occurrences are put in order, each a run of its own. What is yielded may lie where what comes
        next will lie.
    """
    row, to_order = 0, int(in_order or patterns.singles is not None)
    with _scratch.lend() as scratch:
        while row < len(block.starts):
            first_row, space = row, scratch.of_kernels
            hits = space.hits._replace(together=_NONE_TOGETHER if in_order else patterns.together)
            with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
                n_hits, row = search(row, hits)
                n_found = verify_hits(patterns.table, patterns.neighbours, block, n_hits, to_order, space)
            if patterns.singles is None:
                yield _first_of(space.found, n_found)
            else:
                yield from _with_singles(patterns.singles, block, first_row, row, scratch, n_found, in_order)
            if row < len(block.starts) and (not n_hits or scratch.n_hits < _KEPT_HITS):
                scratch.resize(2 * scratch.n_hits)
        if max(scratch.n_hits, len(scratch.singles.row)) > _KEPT_HITS:
            scratch.resize(_FIRST_HITS)
            scratch.singles = new_runs(0)


def _with_singles(
    singles: SingleIds,
    block: Block,
    row: int,
    last_row: int,
    scratch: _Scratch,
    n_longer: int,
    in_order: bool,
) -> Iterator[MatchRuns]:
    """Yield the occurrences in the rows ``[row, last_row)``: those of one id, and the longer ones found."""
    longer, k = scratch.of_kernels, 0
    at_once = _SINGLES_AT_ONCE if in_order else _SINGLES_TO_COUNT
    while row < last_row:
        n_ids = block.stops[row:last_row] - block.starts[row:last_row]
        most = singles.most_of_id
        room = max(min(int(n_ids.sum()) * most, at_once), int(n_ids[0]) * most) + n_longer - k + 1
        found = new_runs(room) if in_order else scratch.room_for_singles(room)
        with np.errstate(over="ignore"):
            row, k, n = add_singles(
                singles, block, row, last_row, longer.found, k, n_longer, longer.window, found
            )
        yield _first_of(found, n)


def _first_of(runs: MatchRuns, n: int) -> MatchRuns:
    """Return views of the first `n`."""
    columns: Any = (column[:n] for column in runs)
    return MatchRuns(*columns)
