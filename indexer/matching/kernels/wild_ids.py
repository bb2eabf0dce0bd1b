"""Where the wild ids stand: those around which the text is searched whatever stands beside them."""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.compile import uncounted

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
def wild_positions(wild, wild_ids, ids, begin, end, positions):
    """Write down the positions of wild ids; return how many.

    A few wild ids are compared, run by run; looking every id up took 1 ns an id more.
    """
    last = wild.shape[0] - 1
    n = 0
    for first in range(begin, end, WILD_RUN):
        stop = min(first + WILD_RUN, end)
        if wild_ids.shape[0] <= MOST_COMPARED and not has_one_of(wild_ids, ids, first, stop):
            continue
        for at in range(first, stop):
            positions[n] = at
            n += np.int64(wild[min(np.int64(ids[at]), last)] != 0)
    return n
