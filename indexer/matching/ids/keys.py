"""Builds the set of ids that are asked for first, in the way that is best where nothing was measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.jit.simd import BYTE_PERMUTES
from indexer.matching.ids.bloom import build_bloom, no_bloom
from indexer.matching.ids.kernels.keys import PAIRS, REGISTER_PAIRS, REGISTERS, TABLE, Keys
from indexer.units import Int64Array, TokenIds

_MOST_KEYS = 0.6
"""Share of ids beyond which it is not asked which are keys."""


def ways_here() -> Sequence[int]:
    """Return the ways that this processor knows, the usual one first."""
    return (REGISTERS, REGISTER_PAIRS, TABLE, PAIRS) if BYTE_PERMUTES else (TABLE, PAIRS)


def count_ids(sample: TokenIds) -> Int64Array:
    """Return how often each id, modulo 65,536, stands in a sample."""
    counts: Int64Array = np.bincount(sample & np.uint16(0xFFFF), minlength=1 << 16)
    return counts


def set_of_keys(ids: TokenIds, sample: TokenIds) -> Keys:
    """Return a set of ids; one that is not asked where they are most of the sample.

    Parameters
    ----------
    ids : array of uint16 or uint32
        What it holds, modulo 65,536.
    sample : array of uint16 or uint32
        Any part of the corpus.
    """
    id_counts = count_ids(sample)
    table = np.zeros(1 << 16, np.uint8)
    table[ids & 0xFFFF] = 1
    way = ways_here()[0]
    if id_counts[table != 0].sum() > _MOST_KEYS * id_counts.sum():
        way = PAIRS
    in_registers = way in (REGISTERS, REGISTER_PAIRS)
    return Keys(way, table, build_bloom(table != 0, id_counts) if in_registers else no_bloom())
