"""Lead the automaton through the windows of the scan, and through nothing else.

The windows of a sequence are walked from left to right. Where one begins behind the last the automaton
starts anew; where they touch or overlap it walks on. So no position is walked twice, and a pattern that
several windows cover, through several anchors, is still found once, at its last id.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.automaton import CHILDREN, ROOT, child
from indexer.matching.kernels.automaton_search import walk
from indexer.matching.kernels.compile import leaf, uncounted
from indexer.matching.kernels.pair_filter import Scratch, Windows, new_scratch, scan_windows, windows_for

BLOCK_TOKENS = 1 << 18
"""Positions scanned before their windows are walked: enough windows for `warm` to be worth its while."""


class Room(NamedTuple):
    """Room for what lies between scan and walk; each thread has its own."""

    scratch: Scratch
    windows: Windows


def new_room() -> Room:
    """Return room for one block."""
    return Room(new_scratch(), windows_for(BLOCK_TOKENS))


@leaf
def warm(automaton, ids, windows, n_windows):
    """Take the first two steps of every window, for nothing but to have the states in the cache.

    The states of a window lie anywhere in some megabytes, and a walk waits for each in turn; here the waits
    of many windows overlap.

    Returns
    -------
    int
        Of no meaning; without it the compiler would leave the work out.
    """
    total = np.int64(0)
    for k in range(n_windows):
        begin = max(windows.begin[k], np.int64(0))
        state = child(automaton, np.int64(ROOT), np.int64(ids[begin]))
        total += automaton.states[state, CHILDREN]
    for k in range(n_windows):
        begin = max(windows.begin[k], np.int64(0))
        if begin + 1 < ids.shape[0]:
            state = child(automaton, np.int64(ROOT), np.int64(ids[begin]))
            if state != ROOT:
                state = child(automaton, state, np.int64(ids[begin + 1]))
                total += automaton.states[state, CHILDREN]
    return total


@leaf
def first_at(windows, n_windows, position):
    """Return the first window at or behind a position."""
    low, high = np.int64(0), np.int64(n_windows)
    while low < high:
        middle = (low + high) // 2
        if windows.position[middle] < position:
            low = middle + 1
        else:
            high = middle
    return low


@leaf
def walk_windows(automaton, ids, start, stop, windows, n_windows, walked, state, row, found, n_found):
    """Walk the windows whose anchors lie in the sequence ``ids[start:stop]``.

    Parameters
    ----------
    walked, state : int
        How far the sequence has been walked, and where the automaton stands.

    Returns
    -------
    walked, state, n_found : int
    """
    k = first_at(windows, n_windows, start)
    while k < n_windows and windows.position[k] < stop:
        begin = windows.begin[k]
        end = min(windows.end[k], stop)
        k += 1
        if begin > walked:
            walked = begin
            state = np.int64(ROOT)
        if end > walked:
            state, n_found = walk(automaton, ids, start, walked, end, state, row, found, n_found)
            walked = end
    return walked, state, n_found


@leaf
def rows_in_block(starts, stops, row):
    """Return the row behind the last of those that ascend from `row` on and fit into one block."""
    last = row + 1
    while (
        last < starts.shape[0]
        and starts[last] >= starts[last - 1]
        and stops[last] >= stops[last - 1]
        and stops[last] - starts[row] <= BLOCK_TOKENS
    ):
        last += 1
    return last


@uncounted
def search_windows(automaton, anchors, ids, starts, stops, first_row, found, between):
    """Write down the hits in the sequences from `first_row` on; results as of `search_sequences`."""
    windows = between.windows
    room = found.phrase.shape[0]
    n_found = np.int64(0)
    row = np.int64(first_row)
    while row < starts.shape[0]:
        last = rows_in_block(starts, stops, row)
        scanned = np.int64(starts[row])
        walked, state, n_after = scanned, np.int64(ROOT), n_found
        # More than one turn only where a single sequence is longer than a block.
        while scanned < stops[last - 1]:
            until = min(scanned + BLOCK_TOKENS, np.int64(stops[last - 1]))
            n_windows = scan_windows(anchors, ids, scanned, until, between.scratch, windows)
            between.scratch.groups[0] = warm(automaton, ids, windows, n_windows)
            for r in range(row, last):
                start, stop = np.int64(starts[r]), np.int64(stops[r])
                if last - row > 1:
                    walked, state = start, np.int64(ROOT)
                walked, state, n_after = walk_windows(
                    automaton,
                    ids,
                    start,
                    stop,
                    windows,
                    n_windows,
                    walked,
                    state,
                    r,
                    found,
                    n_after,
                )
                if n_after > room:
                    return n_found, r
                if last - row > 1:
                    n_found = n_after
            scanned = until
        n_found = n_after
        row = last
    return n_found, row
