"""Holds what is counted of the step at hand, before it is added to the sums."""

from __future__ import annotations

import numpy as np

from indexer.scanning.kernels.sequence_counts import N_OF_STEP, N_VISITS, SequenceCounts


def new_counts(n_phrases: int) -> SequenceCounts:
    """Return the counts of a step that holds none of so many phrases; those that are seen take memory."""
    return SequenceCounts(
        of_sequence=np.zeros(n_phrases, np.int64),
        of_step=np.zeros(n_phrases, np.int64),
        in_sequence=np.empty(n_phrases + 1, np.int32),
        in_step=np.empty(n_phrases + 1, np.int32),
        step_plus_one=np.empty(1, np.int64),
        bin_plus_one=np.empty(1, np.int64),
        state=np.zeros(4, np.int64),
    )


def with_room_for_visits(counts: SequenceCounts, n_visits: int) -> SequenceCounts:
    """Return the same counts with room for so many visits of a sequence."""
    n = len(counts.step_plus_one)
    if n_visits <= n:
        return counts
    steps, bins = np.empty(n_visits, np.int64), np.empty(n_visits, np.int64)
    steps[:n], bins[:n] = counts.step_plus_one, counts.bin_plus_one
    return counts._replace(step_plus_one=steps, bin_plus_one=bins)


def n_open_bins(counts: SequenceCounts) -> int:
    """Return how many bins the step may open once it is added."""
    return int(counts.state[N_OF_STEP] * counts.state[N_VISITS])
