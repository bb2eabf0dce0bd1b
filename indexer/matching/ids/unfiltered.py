"""Finds phrases as runs of ids in short sequences: the automaton reads every id, nothing is filtered.

`TokenMatcher` finds the same; what it does before it looks at a sequence pays off only in long ones.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.borders import neighbour_table, no_neighbours
from indexer.matching.ids.kernels.automaton import build_automaton
from indexer.matching.ids.kernels.traversal import new_batch
from indexer.matching.ids.kernels.unfiltered import search_sequences
from indexer.matching.ids.pattern_table import pattern_table
from indexer.matching.ids.search import find_all
from indexer.matching.matcher import Matches
from indexer.matching.scratch import ScratchPool
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.patterns import IdPatterns
from indexer.units import Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_scratch = ScratchPool(new_batch)


class UnfilteredMatcher:
    """Finds every occurrence of token-id patterns. Parameters and results are those of `TokenMatcher`."""

    def __init__(
        self,
        patterns: IdPatterns,
        vocabulary: TokenBytes | VocabularyTables | None,
        *,
        boundary: str,
        possessive: str,
    ) -> None:
        ids = np.ascontiguousarray(patterns.ids, np.uint32)
        offsets = np.ascontiguousarray(patterns.offsets, np.int64)
        tables = None if vocabulary is None else tables_of(vocabulary)
        table = pattern_table(patterns, tables, boundary=boundary, possessive=possessive)
        self._neighbours = no_neighbours() if tables is None else tables.made_by(neighbour_table)
        self._automaton, order = build_automaton(ids, offsets)
        self._patterns = table[order]

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``."""
        with _scratch.lend() as batch:
            return find_all(
                lambda row, hits: search_sequences(self._automaton, ids, starts, stops, row, hits, batch),
                self._patterns,
                self._neighbours,
                ids,
                starts,
                stops,
            )

    def prepare(self, sample: TokenIds) -> None:
        """There is nothing to prepare; see `Matcher.prepare`."""
