"""Finds phrases as runs of ids in short sequences: every id is walked, nothing is filtered.

`TokenMatcher` finds the same; what it does before it looks at a sequence pays off only in long ones.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.boundary import neighbour_table, no_neighbours
from indexer.matching.kernels.automaton import build_automaton
from indexer.matching.kernels.automaton_search import search_sequences
from indexer.matching.kernels.boundary import WINDOW_BYTES
from indexer.matching.kernels.occurrences import Found, keep_bounded, settle
from indexer.matching.matches import IdPatterns, Matches
from indexer.matching.patterns import pattern_table
from indexer.units import Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_FIRST_ROOM = 4096  # occurrences; doubled whenever they do not fit


class WalkingMatcher:
    """Finds every occurrence of token-id patterns. Parameters and results are those of `TokenMatcher`."""

    def __init__(
        self, patterns: IdPatterns, vocabulary: TokenBytes | None, *, boundary: str, possessive: str
    ) -> None:
        ids = np.ascontiguousarray(patterns.ids, np.uint32)
        offsets = np.ascontiguousarray(patterns.offsets, np.int64)
        table = pattern_table(patterns, vocabulary, boundary=boundary, possessive=possessive)
        self._neighbours = no_neighbours() if vocabulary is None else neighbour_table(vocabulary)
        self._automaton, order = build_automaton(ids, offsets)
        self._patterns = table[order]

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``."""
        border = np.empty(WINDOW_BYTES, np.uint8)
        parts: list[Found] = []
        room, row = _FIRST_ROOM, 0
        while row < len(starts) or not parts:
            found = Found(
                phrase=np.empty(room, np.int32),
                row=np.empty(room, np.int64),
                token_offset=np.empty(room, np.int32),
                n_tokens=np.empty(room, np.int32),
            )
            n_hits, row = search_sequences(self._automaton, ids, starts, stops, row, found)
            n_kept = keep_bounded(self._patterns, self._neighbours, ids, starts, stops, found, n_hits, border)
            n_kept = settle(found, n_kept)
            parts.append(
                Found(
                    found.phrase[:n_kept],
                    found.row[:n_kept],
                    found.token_offset[:n_kept],
                    found.n_tokens[:n_kept],
                )
            )
            room *= 2
        return Matches(
            phrase=np.concatenate([part.phrase for part in parts]),
            row=np.concatenate([part.row for part in parts]),
            token_offset=np.concatenate([part.token_offset for part in parts]),
            n_tokens=np.concatenate([part.n_tokens for part in parts]),
        )

    def prepare(self, sample: TokenIds) -> None:
        """There is nothing to prepare; see `Matcher.prepare`."""
