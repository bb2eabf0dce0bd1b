"""Visits from two columns held in memory: sequence numbers ascending, and the step of each visit."""

from __future__ import annotations

import numpy as np

from indexer.corpus.orders.order import Visits
from indexer.units import Int64Array


class ListedSteps:
    """Which steps visit a sequence, and which sequences a step takes.

    Parameters
    ----------
    sequences, steps : arrays of int64
        One entry a visit, in the order the trainer took them.
    """

    def __init__(self, sequences: Int64Array, steps: Int64Array) -> None:
        by_step = np.argsort(steps, kind="stable")
        self._steps = steps[by_step]
        self._sequences = sequences[by_step]
        by_sequence = np.argsort(self._sequences, kind="stable")
        self._sorted_sequences = self._sequences[by_sequence]
        self._steps_by_sequence = self._steps[by_sequence]

    def visits(self, start: int, stop: int, first_step: int, stop_step: int) -> Visits:
        """Return the visits of the sequences [start, stop) at the steps [first_step, stop_step)."""
        bounds = np.searchsorted(self._sorted_sequences, np.arange(start, stop + 1), side="left")
        steps = self._steps_by_sequence[bounds[0] : bounds[-1]]
        inside = (steps >= first_step) & (steps < stop_step)
        kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(inside, dtype=np.int64)])
        return Visits(kept[bounds - bounds[0]], steps[inside])

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, in the order they were listed."""
        low, high = np.searchsorted(self._steps, [step, step + 1], side="left")
        return self._sequences[low:high]
