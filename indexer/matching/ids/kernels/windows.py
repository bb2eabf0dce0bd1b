"""Lead the automaton through the windows of the scan, and through nothing else.

The windows of a sequence are joined where they touch or overlap. So no position is traversed twice, and a
pattern that several windows cover, through several anchors, is still found once, at its last id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from indexer.jit.compile import for_types_of, leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.automaton import ROOT, Automaton
from indexer.matching.ids.kernels.prefilter import (
    IdPrefilter,
    IdWindows,
    PrefilterScratch,
    new_prefilter_scratch,
    scan_windows,
    windows_for,
)
from indexer.matching.ids.kernels.traversal import (
    BATCH_IDS,
    Batch,
    HitBuffer,
    add_traversal,
    new_batch,
    nothing_written,
    search_batch,
)
from indexer.matching.kernels.block import Block
from indexer.units import Int64Array

BLOCK_TOKENS = 1 << 18
"""Positions scanned before their windows are traversed: enough windows for many to be traversed at a time."""


class Scratch(NamedTuple):
    """Scratch for what lies between scan and traversal; each thread has its own."""

    questions: PrefilterScratch
    windows: IdWindows
    batch: Batch


def new_scratch() -> Scratch:
    """Return scratch for one block."""
    return Scratch(new_prefilter_scratch(), windows_for(BLOCK_TOKENS), new_batch())


@leaf
def first_at(windows: IdWindows, n_windows: int, k: int, position: int) -> int:
    """Return the first window of a position or of one behind it, looked for from the window `k` on, in steps.

    From one row to the next that is a step or two: a binary search took a twentieth of the scan.
    """
    while k < n_windows and windows.last[k] < position:
        k += 1
    while k > 0 and windows.last[k - 1] >= position:
        k -= 1
    return k


@leaf
def rows_in_block(starts: Int64Array, stops: Int64Array, row: int) -> int:
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
def search_windows(
    automaton: Automaton, prefilter: IdPrefilter, block: Block, row: int, hits: HitBuffer, scratch: Scratch
) -> tuple[int, int]:
    """Write down the hits in the sequences from `row` on; results as of `search_stretches`."""
    ids, starts, stops = block
    windows, batch = scratch.windows, scratch.batch
    traversals = batch.traversals
    capacity = hits.pattern.shape[0]
    written = nothing_written()
    row = int64(row)
    while row < starts.shape[0]:
        last = rows_in_block(starts, stops, row)
        scanned = int64(starts[row])
        traversed, state = scanned, int64(ROOT)
        # More than one turn only where a single sequence is longer than a block.
        while scanned < stops[last - 1]:
            until = min(scanned + BLOCK_TOKENS, int64(stops[last - 1]))
            n_windows = scan_windows(prefilter, ids, scanned, until, scratch.questions, windows)
            n_traversals, n_free = int64(0), int64(BATCH_IDS)
            r, k = row, int64(0)
            while r < last:
                stop, joins = int64(stops[r]), False
                while k < n_windows and windows.position[k] < stop and n_free > 0:
                    begin, end = max(windows.begin[k], traversed), min(windows.end[k], stop)
                    if end > begin:
                        if begin > traversed:
                            joins, state = False, int64(ROOT)
                        traversed = min(end, begin + n_free)
                        n_free -= traversed - begin
                        if joins:
                            traversals.end[n_traversals - 1] = traversed
                        else:
                            n_traversals = add_traversal(traversals, n_traversals, r, begin, traversed, state)
                            joins = True
                        if traversed < end:
                            break  # the batch is full inside a window
                    k += 1
                is_full = n_free == 0
                if n_traversals > 0 and (is_full or r == last - 1):
                    written, state = search_batch(automaton, ids, starts, batch, n_traversals, hits, written)
                    if written.n_hits > capacity:
                        return written.n_before, written.row
                    n_traversals, n_free = int64(0), int64(BATCH_IDS)
                if not is_full:
                    r += 1
                    if r < last:
                        traversed, state = int64(starts[r]), int64(ROOT)
                        k = first_at(windows, n_windows, k, traversed)
            scanned = until
        row = last
    return written.n_hits, row


def search_of_types(*arguments: object) -> Callable[..., tuple[int, int]]:
    """Return `search_windows` as it is compiled for arguments of these types; see `for_types_of`."""
    return for_types_of(search_windows, *arguments)
