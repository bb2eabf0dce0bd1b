"""Stretches of rows in which something may stand, put in order."""

from __future__ import annotations

import numpy as np

from indexer.matching.gapped.kernels.join import Stretches


def merged(stretches: Stretches) -> Stretches:
    """Return stretches in order, those that overlap made one."""
    order = np.lexsort((stretches.begin, stretches.row))
    row, begin, end = (column[order] for column in stretches)
    if not len(row):
        return stretches
    # Rows are told apart by a number larger than any end, so that one running maximum serves all of them.
    reach = np.maximum.accumulate((row << 32) | end)
    opens = np.append(True, ((row << 32) | begin)[1:] >= reach[:-1])
    closes = np.append(opens[1:], True)
    return Stretches(row[opens], begin[opens], reach[closes] & 0xFFFFFFFF)
