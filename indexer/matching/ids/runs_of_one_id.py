"""Tells which patterns have their occurrences in a run of one id, as in padding, counted together."""

from __future__ import annotations

import numpy as np

from indexer.matching.ids.kernels.verify import MAY_DOUBLE, PHRASE, RULES, SKIP, TOGETHER
from indexer.matching.kernels.borders import NO_POSSESSIVE, UNSURE, NeighbourTable
from indexer.patterns import IdPatterns
from indexer.units import BoolArray, Int32Array


def add_rules_of_runs(table: Int32Array, patterns: IdPatterns, neighbours: NeighbourTable) -> None:
    """Add `MAY_DOUBLE` and `TOGETHER` to the rules of a pattern table.

    Two forms of a phrase can begin at one place only if they begin with the same id, leading white space left
    aside. Inside a run an occurrence has the id of the run on both sides; where that id alone tells whether a
    border is there, it tells so for all of them.

    Parameters
    ----------
    table : array of int32, shape (n_patterns, 4)
        See `indexer.matching.ids.pattern_table.pattern_table`; written to.
    patterns : IdPatterns
        The patterns, in the order of the table.
    neighbours : NeighbourTable
        See `indexer.matching.borders`.
    """
    if not len(table):
        return
    first = patterns.ids[patterns.offsets[:-1] + table[:, SKIP]].astype(np.uint64)
    key = (table[:, PHRASE].astype(np.uint64) << np.uint64(32)) | first
    order = np.argsort(key)
    is_same = key[order[1:]] == key[order[:-1]]
    may_double = np.zeros(len(table), np.bool_)
    may_double[order[1:]] = is_same
    may_double[order[:-1]] |= is_same
    last = patterns.ids[patterns.offsets[1:] - 1]
    unsure = (neighbours.first_byte == UNSURE) | (neighbours.last_byte == UNSURE)
    is_sure = ~np.append(unsure, False)[np.minimum(last, len(unsure))] & (
        table[:, RULES] & NO_POSSESSIVE == 0
    )
    together = ~may_double & (is_sure | (table[:, RULES] == 0))
    table[:, RULES] |= may_double * np.int32(MAY_DOUBLE) + together * np.int32(TOGETHER)


def counted_together(reported: Int32Array) -> BoolArray:
    """Return `HitBuffer.together` for patterns in the order of their automaton."""
    together: BoolArray = reported[:, RULES] & TOGETHER != 0
    return together
