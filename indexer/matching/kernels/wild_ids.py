"""Where the wild ids stand: those around which the text is searched whatever stands beside them."""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.compile import uncounted
from indexer.matching.kernels.register_bloom import flag_ids

WILD, WILD_FOR_WORDS = 1, 2
WILD_RUN = 4096
"""Ids compared with one wild id after another: they stay in the first-level cache meanwhile."""
MOST_COMPARED = 24
"""More wild ids than this are looked up, not compared."""


@uncounted
def has_one_of(wanted, ids, begin, end):
    """Return whether one of a few ids stands in ``ids[begin:end]``.

    Written so that the compiler compares 16 or 32 ids at once, at 0.2 ns an id for 15 wanted ones: places are
    unsigned, since others could count from the end, and what was found is as narrow as an id.
    """
    found = np.uint16(0)
    for k in range(wanted.shape[0]):
        one = wanted[k]
        for at in range(np.uint64(begin), np.uint64(end)):
            found = np.uint16(found | np.uint16(ids[at] == one))
    return found != 0


@uncounted
def wild_positions(wild, wild_ids, bloom, ids, begin, end, flagged, positions):
    """Write down the positions of wild ids; return how many.

    Ids that pass the filter in registers are looked up, 0.18 ns an id in all. Where there is none a few wild
    ids are compared, run by run, and of more every id is looked up: 1 ns an id.

    Parameters
    ----------
    flagged : array of int32
        Room for all ids and 16 more.
    """
    last = wild.shape[0] - 1
    n = 0
    if bloom.table.shape[0]:
        n_flagged = flag_ids(bloom.table, bloom.multipliers, ids, begin, end, flagged)
        for k in range(n_flagged):
            at = begin + np.int64(flagged[k])
            positions[n] = at
            n += np.int64(wild[min(np.int64(ids[at]), last)] != 0)
        return n
    for first in range(begin, end, WILD_RUN):
        stop = min(first + WILD_RUN, end)
        if wild_ids.shape[0] <= MOST_COMPARED and not has_one_of(wild_ids, ids, first, stop):
            continue
        for at in range(first, stop):
            positions[n] = at
            n += np.int64(wild[min(np.int64(ids[at]), last)] != 0)
    return n
