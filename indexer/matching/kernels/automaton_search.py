"""Walk the automaton through ids and write down what it finds.

The output has a fixed room. A sequence whose hits do not fit is left out whole: the kernel says how far it
got, and the caller goes on from there with what room it likes.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.kernels.automaton import FIRST, NOTHING, REPORT, ROOT, SHORTER, advance
from indexer.matching.kernels.compile import leaf, uncounted


@leaf
def walk(automaton, ids, start, begin, end, state, row, found, n_found):
    """Lead the automaton from a state through ``ids[begin:end]`` of the sequence that begins at `start`.

    Returns
    -------
    state : int
        Where the automaton stands then.
    n_found : int
        Hits in `found`; more than its room if they did not fit.
    """
    room = found.phrase.shape[0]
    for at in range(begin, end):
        state = advance(automaton, state, np.int64(ids[at]))
        report = np.int64(automaton.states[state, REPORT])
        while report != NOTHING:
            reports = automaton.reports
            for pattern in range(reports[report, FIRST], reports[report + 1, FIRST]):
                if n_found < room:
                    found.phrase[n_found] = pattern
                    found.row[n_found] = row
                    found.token_offset[n_found] = at + 1 - start
                n_found += 1
            report = np.int64(reports[report, SHORTER])
    return state, n_found


@uncounted
def search_sequences(automaton, ids, starts, stops, first_row, found):
    """Write down the hits in the sequences from `first_row` on, every id of them walked.

    Returns
    -------
    n_found : int
        Hits written.
    next_row : int
        All sequences before it are done. If it is `first_row`, the next sequence alone needs more room.
    """
    n_found = np.int64(0)
    for row in range(first_row, starts.shape[0]):
        start, stop = np.int64(starts[row]), np.int64(stops[row])
        root = np.int64(ROOT)
        _, n_after = walk(automaton, ids, start, start, stop, root, row, found, n_found)
        if n_after > found.phrase.shape[0]:
            return n_found, row
        n_found = n_after
    return n_found, starts.shape[0]
