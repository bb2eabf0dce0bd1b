"""The window scan, stopped behind one of its questions."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import kernel, leaf
from indexer.jit.pair_loading import load_pair
from indexer.matching.ids.kernels.bloom import flag_ids
from indexer.matching.ids.kernels.pair_bitmap import flag_groups
from indexer.matching.ids.kernels.prefilter import SCAN_POSITIONS, open_windows, pass_positions
from indexer.matching.kernels.fingerprint_table import pair_slot


@leaf
def count_anchors(anchors, ids, n_positions, positions):
    """Return how many positions hold an anchor."""
    n = 0
    for k in range(n_positions):
        n += np.int64(pair_slot(anchors.tags, load_pair(ids, positions[k]))[1])
    return n


@leaf
def flag(anchors, ids, begin, end, scratch):
    """Ask the first question alone; return how many ids it lets through, or groups of eight positions."""
    keys = anchors.keys
    if keys.table.shape[0]:
        return flag_ids(keys.table, keys.multipliers, ids, begin, end, scratch.flagged)
    return flag_groups(anchors.bitmap, anchors.multiplier, anchors.shift, ids, begin, end, scratch.groups)


@kernel
def scan_up_to(anchors, ids, stage, scratch):
    """Ask the questions up to a stage; return what the last one let through."""
    total = 0
    n_pairs = ids.shape[0] - 1
    for begin in range(0, n_pairs, SCAN_POSITIONS):
        end = min(begin + SCAN_POSITIONS, n_pairs)
        if stage == 0:
            n = flag(anchors, ids, begin, end, scratch)
        else:
            n = pass_positions(anchors, ids, begin, end, scratch)
        if stage == 2:
            n = count_anchors(anchors, ids, n, scratch.windows.position)
        if stage == 3:
            n = open_windows(anchors, ids, n, scratch)
        total += n
    return total
