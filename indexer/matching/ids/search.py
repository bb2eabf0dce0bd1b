"""Everything a search of the automaton finds, however much that is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from indexer.matching.ids.kernels.verify import Found, set_apart, settle_bounded
from indexer.matching.kernels.borders import WINDOW_BYTES, NeighbourTable
from indexer.matching.matcher import Matches, OnRows, one_behind_the_other
from indexer.matching.scratch import Rooms
from indexer.units import Int32Array, Int64Array, TokenIds

_FIRST_ROOM = 1 << 12
_KEPT_ROOM = 1 << 20

_IDS_AT_ONCE = 1 << 19
"""Ids that are searched before somebody is told of them. Search and hash take 0.404 ns an id so, 0.422 with
twice as many, 0.418 with none in the cache; with half as many 0.401, and calls take that back."""

Search = Callable[[int, int, Found], tuple[int, int]]


class _Kept:
    """Room for hits that grows with what was found in earlier calls."""

    def __init__(self) -> None:
        self.found = room_for(_FIRST_ROOM)
        self.border = np.empty(WINDOW_BYTES, np.uint8)


_rooms = Rooms(_Kept)


def room_for(n_hits: int) -> Found:
    """Return room for so many hits; nothing of it is touched before it is used."""
    return Found(
        phrase=np.empty(n_hits, np.int32),
        row=np.empty(n_hits, np.int64),
        token_offset=np.empty(n_hits, np.int32),
        n_tokens=np.empty(n_hits, np.int32),
    )


def find_all(
    search: Search,
    patterns: Int32Array,
    neighbours: NeighbourTable,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    on_rows: OnRows | None = None,
) -> Matches:
    """Return the occurrences in all sequences.

    Parameters
    ----------
    search : callable
        Writes the hits of the sequences from a row on, up to another, into a room; returns how many there
        are, and the first row it had no room for.
    patterns : array of int32, shape (n_patterns, 4)
        See `indexer.matching.ids.pattern_table.pattern_table`.
    neighbours : NeighbourTable
        See `indexer.matching.borders`.
    ids, starts, stops, on_rows
        As of `Matcher.find`.
    """
    several: list[Matches] = []
    n_hits = row = 0
    rows_at_once = len(starts)
    if on_rows is not None:
        rows_at_once = max(1, len(starts) * _IDS_AT_ONCE // max(1, len(ids)))
    with _rooms.taken() as kept, np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy tells
        found = kept.found
        while row < len(starts):
            first, last = row, min(len(starts), row + rows_at_once)
            n_more, row = search(first, last, _behind(found, n_hits))
            n_hits += n_more
            if on_rows is not None and row > first:
                on_rows(first, row)
            if row == last < len(starts):
                continue
            n_found = settle_bounded(patterns, neighbours, ids, starts, stops, found, n_hits, kept.border)
            several.append(_first_of(found, n_found))
            if row < last and (not n_hits or len(found.phrase) < _KEPT_ROOM):
                found = room_for(2 * len(found.phrase))
            n_hits = 0
        if len(found.phrase) <= _KEPT_ROOM:
            kept.found = found
    return several[0] if len(several) == 1 else one_behind_the_other(several)


def phrases_and_parts(found: Matches, first_part: int, n_parts: int) -> tuple[Matches, Matches]:
    """Return the occurrences of phrases, and those of parts: phrase numbers from `first_part` on."""
    phrases, parts = room_for(len(found.phrase)), room_for(len(found.phrase))
    n_phrases, n_of_parts = set_apart(Found(*found), first_part, n_parts, phrases, parts)
    return _first_of(phrases, n_phrases), _first_of(parts, n_of_parts)


def _behind(found: Found, n: int) -> Found:
    return Found(found.phrase[n:], found.row[n:], found.token_offset[n:], found.n_tokens[n:])


def _first_of(found: Found, n: int) -> Matches:
    return Matches(
        phrase=found.phrase[:n].copy(),
        row=found.row[:n].copy(),
        token_offset=found.token_offset[:n].copy(),
        n_tokens=found.n_tokens[:n].copy(),
    )
