"""Count the occurrences of a block as exposures: each once for every visit of its sequence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.corpus.kernels.visits import Visits
from indexer.jit.compile import kernel
from indexer.matching.kernels.matches import Matches
from indexer.units import UNKNOWN_STEP, Int32Array, Int64Array

EXPOSURES, LAST_STEP, LAST_WANTED = 0, 1, 2
"""Columns of the counts, an array of int64 with three numbers a phrase that lie together: its exposures so
far; the latest step of any; the latest step of which a further place may be among its first ones."""


class Places(NamedTuple):
    """Exposures as columns, one entry each."""

    phrase: Int32Array
    step: Int64Array
    sequence: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array


@kernel
def count_exposures(
    counts: Int64Array, matches: Matches, first_sequence: int, visits: Visits, checkpoints: Int64Array
) -> tuple[Int64Array, Places]:
    """Count the occurrences found in a block.

    Between blocks of a scan all of this is out of the caches, the code too: a dozen NumPy calls, each for a
    step of it, took twice as long.

    Parameters
    ----------
    counts : array of int64, shape (n_phrases, 3)
        Added to.
    matches, first_sequence, visits
        As of `indexer.scanning.tally.Tally.add`.
    checkpoints : array of int64
        Bin b holds the steps from ``checkpoints[b - 1]`` to ``checkpoints[b] - 1``.

    Returns
    -------
    keys : array of int64
        ``phrase * len(checkpoints) + bin`` of every exposure whose step is known.
    wanted : Places
        Exposures that may be among the first ones of their phrase; views into room for all.
    """
    n = np.int64(0)
    for k in range(matches.row.shape[0]):
        row = matches.row[k]
        n += visits.offsets[row + 1] - visits.offsets[row]
    keys, n_keys, n_wanted = np.empty(n, np.int64), np.int64(0), np.int64(0)
    phrases, offsets, lengths = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    steps, sequences = np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(matches.row.shape[0]):
        phrase, row = matches.phrase[k], matches.row[k]
        for visit in range(visits.offsets[row], visits.offsets[row + 1]):
            step = visits.steps[visit]
            counts[phrase, EXPOSURES] += 1
            counts[phrase, LAST_STEP] = max(counts[phrase, LAST_STEP], step)
            if step != UNKNOWN_STEP:
                which = np.searchsorted(checkpoints, step, side="right")
                keys[n_keys] = np.int64(phrase) * checkpoints.shape[0] + which
                n_keys += 1
            # A place later than a phrase's K-th first one cannot matter; an equal step still can.
            if step <= counts[phrase, LAST_WANTED]:
                phrases[n_wanted], steps[n_wanted] = phrase, step
                sequences[n_wanted] = first_sequence + row
                offsets[n_wanted], lengths[n_wanted] = matches.token_offset[k], matches.n_tokens[k]
                n_wanted += 1
    wanted = Places(
        phrases[:n_wanted], steps[:n_wanted], sequences[:n_wanted], offsets[:n_wanted], lengths[:n_wanted]
    )
    return keys[:n_keys], wanted
