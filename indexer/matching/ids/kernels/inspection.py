"""Look inside the prefilter: how much each of its questions lets through."""

from __future__ import annotations

from indexer.jit.compile import kernel, leaf
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.matching.ids.kernels.keys import PAIRS, flag_keys
from indexer.matching.ids.kernels.prefilter import (
    SCAN_POSITIONS,
    IdPrefilter,
    PrefilterScratch,
    open_windows,
    pass_positions,
)
from indexer.matching.kernels.fingerprint_table import pair_slot
from indexer.units import Int64Array, TokenIds

STAGES = "keys", "positions", "anchors", "windows", "ids in windows"
"""What is let through: ids that may be the key of an anchor, or all where that is not asked; positions whose
pair is in the bitmap; anchors; anchors whose neighbours may be part of a pattern; the ids around these, which
the automaton reads."""


@leaf
def count_anchors(prefilter: IdPrefilter, ids: TokenIds, n_positions: int, positions: Int64Array) -> int:
    """Return how many positions hold an anchor."""
    n = 0
    for k in range(n_positions):
        n += int64(pair_slot(prefilter.tags, load_pair(ids, positions[k]))[1])
    return n


@leaf
def ids_in_windows(scratch: PrefilterScratch, n_windows: int, begin: int) -> int:
    """Return how many ids the automaton reads in the windows of the positions from `begin` on."""
    windows, n, read = scratch.windows, int64(0), int64(begin)
    for k in range(n_windows):
        n += max(int64(0), windows.end[k] - max(read, windows.begin[k]))
        read = max(read, windows.end[k])
    return n


@kernel
def scan_up_to(prefilter: IdPrefilter, ids: TokenIds, stage: int, scratch: PrefilterScratch) -> int:
    """Ask the questions up to a stage, one of `STAGES` from 0; return what the last one let through."""
    total = int64(0)
    n_pairs = ids.shape[0] - 1
    for begin in range(0, n_pairs, SCAN_POSITIONS):
        end = min(begin + SCAN_POSITIONS, n_pairs)
        if stage > 0:
            n = pass_positions(prefilter, ids, begin, end, scratch)
        elif prefilter.keys.way != PAIRS:
            n = flag_keys(prefilter.keys, ids, begin, end, scratch.flagged)
        else:
            n = end - begin
        if stage == 2:
            n = count_anchors(prefilter, ids, n, scratch.windows.position)
        if stage > 2:
            n = open_windows(prefilter, ids, n, scratch)
        total += ids_in_windows(scratch, n, begin) if stage > 3 else n
    return total
