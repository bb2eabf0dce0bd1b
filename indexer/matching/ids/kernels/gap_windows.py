"""Which windows of the scan are worth a walk: not those of parts beside which nothing of their patterns ends.

A part of a gapped pattern is of use only where another part stands in reach. With 10,000 patterns that holds
for one anchor in a hundred, so it is asked before the part itself is looked for: a look at some ten ids takes
70 ns (30 if all tables are in the cache); walking the window and asking afterwards took 170.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.prefetching import prefetch
from indexer.matching.gapped.kernels.companions import Wanted, holds_wanted, may_end
from indexer.matching.gapped.kernels.reach import farthest
from indexer.units import Int32Array, Int64Array, Uint8Array

OPEN = -1
"""The row of what is always walked."""
N_TOKENS = 1 << 16
KIND_BITS = 6
ALL_KINDS = (1 << KIND_BITS) - 1
LEFT, RIGHT = 0, 4
IDS, WORDS, OUTERMOST, LAST = 0, 1, 2, 3
SIDE_BITS = 2
ON_LEFT, ON_RIGHT = 1, 2


class WindowNeeds(NamedTuple):
    """What has to stand beside an anchor, where parts of gapped patterns have it and no phrases.

    Attributes
    ----------
    of_place : array of int32, shape (n_slots + 65536 + 1,) or (0,)
        For every slot of an anchor, then for every id modulo 65,536 that is a pattern by itself, then for
        what is both: ``row << 6 | kinds``. The row is that of the tables below, `OPEN` where there is no part
        or a phrase of one id; the kinds are those of the phrases (`anchor_contexts`), whose windows are
        always walked. Empty where there are no parts at all.
    reach : array of int64, shape (n_rows, 8)
        How far from the place of the anchor the patterns reach, `IDS`, `WORDS` and `OUTERMOST` as of `Reach`:
        from before its first id to the `LEFT`, from behind it to the `RIGHT`; and with which last ids another
        part ends there, `LAST`, the 64 bits of `Wanted.left_last`. All of a row is one cache line.
    wanted : Wanted
        With what another part ends there, by row.
    words_of_id : array of uint8
        As `indexer.matching.gapped.kernels.join.GapTable` has it.
    n_blanks : int64
        Ids of white space a part begins with, at most: in them another part may end.
    """

    of_place: Int32Array
    reach: Int64Array
    wanted: Wanted
    words_of_id: Uint8Array
    n_blanks: np.int64


@leaf
def may_hold_at(needs, slot, kinds, is_token, token):
    """Return what a window may hold as ``place << 6 | kinds``, its place in `WindowNeeds.of_place`.

    Parameters
    ----------
    slot, kinds : int
        Of the anchor; no kinds where there is none that fits.
    is_token : bool
        Whether the id there may be a pattern by itself.
    token : int
        That id.
    """
    both = needs.of_place.shape[0] - 1
    if kinds == 0:
        return (both - N_TOKENS + (token & (N_TOKENS - 1))) << KIND_BITS
    return (both if is_token else slot) << KIND_BITS | kinds


@leaf
def left_of(needs, row, ids, at):
    """Return the ids, half-open, in which another part may end before the anchor at a place."""
    reach = needs.reach
    first = farthest(
        needs.words_of_id, ids, np.int64(0), at, -1,
        reach[row, LEFT + IDS], reach[row, LEFT + WORDS], reach[row, LEFT + OUTERMOST],
    )  # fmt: skip
    return first, min(at + needs.n_blanks, np.int64(ids.shape[0]))


@leaf
def right_of(needs, row, ids, at):
    """Return the ids, half-open, in which another part may end behind the anchor at a place."""
    reach = needs.reach
    stop = farthest(
        needs.words_of_id, ids, np.int64(ids.shape[0]), at + 1, 1,
        reach[row, RIGHT + IDS], reach[row, RIGHT + WORDS], reach[row, RIGHT + OUTERMOST],
    )  # fmt: skip
    return at + 1, stop


@leaf
def sides_that_may(needs, row, ids, at):
    """Return on which sides of the anchor at a place another part may end, by its last id."""
    sides = np.int64(0)
    last_ids = np.uint64(needs.reach[row, LEFT + LAST])
    if last_ids != 0:
        first, stop = left_of(needs, row, ids, at)
        sides |= ON_LEFT * np.int64(may_end(last_ids, ids, first, stop))
    last_ids = np.uint64(needs.reach[row, RIGHT + LAST])
    if last_ids != 0:
        first, stop = right_of(needs, row, ids, at)
        sides |= ON_RIGHT * np.int64(may_end(last_ids, ids, first, stop))
    return sides


@leaf
def is_promising(needs, row, sides, ids, at):
    """Return whether another part may end on some sides of the anchor at a place, by its last two ids."""
    if sides & ON_LEFT != 0:
        first, stop = left_of(needs, row, ids, at)
        if holds_wanted(needs.wanted.left, row, ids, first, stop):
            return True
    if sides & ON_RIGHT != 0:
        first, stop = right_of(needs, row, ids, at)
        return holds_wanted(needs.wanted.right, row, ids, first, stop)
    return False


@leaf
def keep_promising_windows(needs, ids, windows, rows, n_windows):
    """Keep the windows that are open, and those in whose reach another part may end; return how many.

    Parameters
    ----------
    rows : array of int64
        What each window may hold (`may_hold_at`); overwritten.
    """
    for k in range(n_windows):
        known = np.int64(needs.of_place[rows[k] >> KIND_BITS])
        rows[k] = known >> KIND_BITS if known & rows[k] & ALL_KINDS == 0 else OPEN
        prefetch(needs.reach, max(rows[k], 0))
    n = 0
    for k in range(n_windows):
        row, at = rows[k], windows.position[k]
        sides = np.int64(0) if row == OPEN else sides_that_may(needs, row, ids, at)
        if row == OPEN or sides != 0:
            prefetch(needs.wanted.left, max(row, 0))
            prefetch(needs.wanted.right, max(row, 0))
            windows.position[n] = at
            windows.begin[n] = windows.begin[k]
            windows.end[n] = windows.end[k]
            rows[n] = OPEN if row == OPEN else row << SIDE_BITS | sides
            n += 1
    n_may, n = n, 0
    for k in range(n_may):
        row, at = rows[k], windows.position[k]
        if row == OPEN or is_promising(needs, row >> SIDE_BITS, row & (ON_LEFT | ON_RIGHT), ids, at):
            windows.position[n] = at
            windows.begin[n] = windows.begin[k]
            windows.end[n] = windows.end[k]
            n += 1
    return n
