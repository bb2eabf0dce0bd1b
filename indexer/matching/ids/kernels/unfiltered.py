"""Lead the automaton through every id of some sequences."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import uncounted
from indexer.matching.ids.kernels.automaton import ROOT
from indexer.matching.ids.kernels.walk import BATCH_IDS, add_walk, nothing_written, search_batch


@uncounted
def search_sequences(automaton, ids, starts, stops, first_row, hits, batch):
    """Write down the hits in the sequences from `first_row` on.

    The output has a fixed room. A sequence whose hits do not fit is left out whole: the caller goes on from
    there with what room it likes.

    Parameters
    ----------
    hits : HitBuffer
        Written to.
    batch : Batch
        Room for what lies between.

    Returns
    -------
    n_found : int
        Hits written.
    next_row : int
        All sequences before it are done. If nothing is written, the next sequence alone needs more room.
    """
    room = hits.pattern.shape[0]
    written = nothing_written()
    n_walks, n_free = np.int64(0), np.int64(BATCH_IDS)
    for row in range(first_row, starts.shape[0]):
        walked, stop, state = np.int64(starts[row]), np.int64(stops[row]), np.int64(ROOT)
        while walked < stop:
            end = min(stop, walked + n_free)
            n_walks = add_walk(batch.walks, n_walks, row, walked, end, state)
            n_free -= end - walked
            walked = end
            if n_free == 0:
                written, state = search_batch(automaton, ids, starts, batch, n_walks, hits, written)
                if written.n_hits > room:
                    return written.n_before, written.row
                n_walks, n_free = np.int64(0), np.int64(BATCH_IDS)
    if n_walks > 0:
        written, state = search_batch(automaton, ids, starts, batch, n_walks, hits, written)
        if written.n_hits > room:
            return written.n_before, written.row
    return written.n_hits, starts.shape[0]
