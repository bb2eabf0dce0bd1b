"""Lead the automaton through every id of some stretches of sequences."""

from __future__ import annotations

from indexer.jit.compile import uncounted
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.automaton import ROOT, Automaton
from indexer.matching.ids.kernels.traversal import (
    BATCH_IDS,
    Batch,
    HitBuffer,
    add_traversal,
    nothing_written,
    search_batch,
)
from indexer.matching.kernels.block import Block
from indexer.units import Int64Array


@uncounted
def search_stretches(
    automaton: Automaton, stretches: Block, origins: Int64Array, first_row: int, hits: HitBuffer, batch: Batch
) -> tuple[int, int]:
    """Write down the hits in the stretches from `first_row` on.

    The output has a fixed space. A stretch whose hits do not fit is left out whole: the caller goes on from
    there with what space it likes.

    Parameters
    ----------
    origins : array of int64
        Where the sequence of each stretch starts: hits are counted from there.
    hits : HitBuffer
        Written to.
    batch : Batch
        Buffers for what lies between.

    Returns
    -------
    n_found : int
        Hits written.
    next_row : int
        All stretches before it are done. If nothing is written, the next one alone needs more space.
    """
    capacity = hits.pattern.shape[0]
    written = nothing_written()
    n_traversals, n_free = int64(0), int64(BATCH_IDS)
    ids, starts, stops = stretches
    n_rows = starts.shape[0]
    for row in range(first_row, n_rows):
        traversed, stop, state = int64(starts[row]), int64(stops[row]), int64(ROOT)
        is_last = row == n_rows - 1
        while traversed < stop or (is_last and n_traversals > 0):
            end = min(stop, traversed + n_free)
            if end > traversed:
                n_traversals = add_traversal(batch.traversals, n_traversals, row, traversed, end, state)
            n_free -= end - traversed
            traversed = end
            if n_free == 0 or (is_last and traversed == stop):
                written, state = search_batch(automaton, ids, origins, batch, n_traversals, hits, written)
                if written.n_hits > capacity:
                    return written.n_before, written.row
                n_traversals, n_free = int64(0), int64(BATCH_IDS)
    return written.n_hits, n_rows
