"""Look inside the prefilter: how much each of its questions lets through."""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import kernel, leaf
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.matching.ids.kernels.bloom import flag_ids
from indexer.matching.ids.kernels.pair_bitmap import flag_groups
from indexer.matching.ids.kernels.prefilter import (
    SCAN_POSITIONS,
    IdPrefilter,
    PrefilterScratch,
    open_windows,
    pass_positions,
)
from indexer.matching.kernels.fingerprint_table import pair_slot
from indexer.units import Int64Array, TokenIds


class Passing(NamedTuple):
    """How many ids of a stream each question lets through.

    Attributes
    ----------
    keys : int
        Ids that may be the key of an anchor; groups of eight positions where that is not asked.
    positions : int
        Positions whose pair is in the bitmap.
    anchors : int
        Positions of which the table says that an anchor stands there.
    windows : int
        Anchors whose neighbours may be part of a pattern.
    ids_in_windows : int
        Ids that the automaton reads.
    """

    keys: int
    positions: int
    anchors: int
    windows: int
    ids_in_windows: int


@leaf
def count_anchors(prefilter: IdPrefilter, ids: TokenIds, n_positions: int, positions: Int64Array) -> int:
    """Return how many positions hold an anchor."""
    n = 0
    for k in range(n_positions):
        n += int64(pair_slot(prefilter.tags, load_pair(ids, positions[k]))[1])
    return n


@leaf
def count_keys(prefilter: IdPrefilter, ids: TokenIds, begin: int, end: int, scratch: PrefilterScratch) -> int:
    """Ask the first question alone; return how many ids it lets through, or groups of eight positions."""
    keys = prefilter.keys
    if keys.table.shape[0]:
        return flag_ids(keys.table, keys.multipliers, ids, begin, end, scratch.flagged)
    return flag_groups(
        prefilter.bitmap, prefilter.multiplier, prefilter.shift, ids, begin, end, scratch.groups
    )


@kernel
def count_passing(prefilter: IdPrefilter, ids: TokenIds, scratch: PrefilterScratch) -> Passing:
    """Return how much of a stream each question lets through."""
    n_keys = n_positions = n_anchors = n_windows = n_ids = int64(0)
    n_pairs = ids.shape[0] - 1
    windows = scratch.windows
    for begin in range(0, n_pairs, SCAN_POSITIONS):
        end = min(begin + SCAN_POSITIONS, n_pairs)
        n_keys += count_keys(prefilter, ids, begin, end, scratch)
        n = pass_positions(prefilter, ids, begin, end, scratch)
        n_positions += n
        n_anchors += count_anchors(prefilter, ids, n, windows.position)
        n = open_windows(prefilter, ids, n, scratch)
        n_windows += n
        read = int64(begin)
        for k in range(n):
            n_ids += max(int64(0), windows.end[k] - max(read, windows.begin[k]))
            read = max(read, windows.end[k])
    return Passing(n_keys, n_positions, n_anchors, n_windows, n_ids)


@kernel
def scan_up_to(prefilter: IdPrefilter, ids: TokenIds, stage: int, scratch: PrefilterScratch) -> int:
    """Ask the questions up to a stage, from 0; return what the last one let through."""
    total = int64(0)
    n_pairs = ids.shape[0] - 1
    for begin in range(0, n_pairs, SCAN_POSITIONS):
        end = min(begin + SCAN_POSITIONS, n_pairs)
        if stage == 0:
            n = count_keys(prefilter, ids, begin, end, scratch)
        else:
            n = pass_positions(prefilter, ids, begin, end, scratch)
        if stage == 2:
            n = count_anchors(prefilter, ids, n, scratch.windows.position)
        if stage == 3:
            n = open_windows(prefilter, ids, n, scratch)
        total += n
    return total
