"""Builds the table of the patterns of one id, where they are frequent enough for it."""

from __future__ import annotations

import numpy as np

from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.single_ids import (
    AS_LEFT,
    AS_RIGHT,
    ASK,
    IS_PATTERN,
    KNOWN_AFTER,
    KNOWN_BEFORE,
    NEEDS,
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    SingleIds,
)
from indexer.matching.ids.kernels.verify import BORDER_RULES, LENGTH, PHRASE, RULES
from indexer.matching.kernels.borders import (
    LEFT_BORDER,
    NO_POSSESSIVE,
    RIGHT_BORDER,
    UNSURE,
    WORD,
    NeighbourTable,
)
from indexer.patterns import IdPatterns
from indexer.units import BoolArray, Int32Array, TokenIds

_MANY = 0.04
"""Share of the ids from which on the table is asked for all of them: an id that the prefilter lets pass costs
some twenty-five times as much."""


def frequent_singles(patterns: IdPatterns, sample: TokenIds) -> BoolArray:
    """Return which patterns the table answers: those of one id, or none where the sample has few."""
    alone: BoolArray = np.diff(patterns.offsets) == 1
    of_one = patterns.ids[patterns.offsets[:-1][alone]]
    is_pattern = np.zeros(int(max(of_one.max(initial=0), sample.max(initial=0))) + 1, np.bool_)
    is_pattern[of_one] = True
    if np.count_nonzero(is_pattern[sample]) <= _MANY * len(sample):
        alone[:] = False
    return alone


def single_ids(ids: TokenIds, patterns: Int32Array, neighbours: NeighbourTable) -> SingleIds:
    """Return the table of patterns of one id.

    Parameters
    ----------
    ids : array of uint32, shape (n_patterns,)
        The id of each.
    patterns : array of int32, shape (n_patterns, 4)
        See `indexer.matching.ids.pattern_table.pattern_table`.
    neighbours : NeighbourTable
        See `indexer.matching.borders`.
    """
    _, first = np.unique(np.stack([ids.astype(np.int64), patterns[:, PHRASE]]), axis=1, return_index=True)
    ids, patterns = ids[first].astype(np.int64), np.ascontiguousarray(patterns[first])
    patterns[:, RULES] &= BORDER_RULES
    assert (patterns[:, LENGTH] == 1).all()
    n_ids = max(int(ids.max(initial=-1)) + 1, len(neighbours.first_byte))
    n_each = np.bincount(ids, minlength=n_ids + 1)
    entries = np.zeros(n_ids + 1, np.uint64)
    rules = patterns[:, RULES]
    needs = np.full(len(ids), IS_PATTERN, np.uint64)
    needs[rules & LEFT_BORDER != 0] |= np.uint64(NO_WORD_BEFORE | KNOWN_BEFORE)
    needs[rules & RIGHT_BORDER != 0] |= np.uint64(NO_WORD_AFTER | KNOWN_AFTER)
    needs[(rules & NO_POSSESSIVE != 0) | (n_each[ids] > 1)] |= np.uint64(ASK)
    entries[ids] = patterns[:, PHRASE].astype(np.uint64) | (needs << np.uint64(NEEDS))
    for kinds, place, no_word, known in (
        (neighbours.last_byte, AS_LEFT, NO_WORD_BEFORE, KNOWN_BEFORE),
        (neighbours.first_byte, AS_RIGHT, NO_WORD_AFTER, KNOWN_AFTER),
    ):
        forbids = np.where(kinds == WORD, no_word, np.where(kinds == UNSURE, known, 0)).astype(np.uint64)
        entries[: len(kinds)] |= forbids << np.uint64(place)
    return SingleIds(
        entries=entries,
        offsets=np.append(0, np.cumsum(n_each)),
        patterns=patterns,
        most_of_id=int64(max(1, n_each.max(initial=0))),
        neighbours=neighbours,
    )
