"""What every training order answers: at which steps was a sequence consumed."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from indexer.corpus.kernels.visits import Visits
from indexer.units import BoolArray, Int64Array

__all__ = ["TrainingOrder", "Visits", "visits_of"]


def visits_of(steps: Int64Array, taken: BoolArray) -> Visits:
    """Return the visits that a table holds.

    Parameters
    ----------
    steps : array of int64, shape (n_sequences, n_epochs)
        Ascending within a sequence.
    taken : array of bool, of the same shape
        Which of them took place.
    """
    # Sums along so short an axis took half of the time that a block's steps take.
    n_taken = np.cumsum(taken, dtype=np.int64)[taken.shape[1] - 1 :: taken.shape[1]]
    return Visits(np.append(np.int64(0), n_taken), steps[taken])


class TrainingOrder(Protocol):
    """The rule that says at which steps a sequence was consumed.

    Attributes
    ----------
    start_step, stop_step : int
        The training window, half-open. ``stop_step`` never exceeds what the corpus holds.
    facts : dict
        What the plan freezes: kind, batch size, epochs, hashes of order files, sequences left out.
    """

    start_step: int
    stop_step: int
    facts: dict[str, Any]

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop) (corpus-wide numbers)."""
        ...

    def sequences_at(self, step: int) -> Int64Array:
        """Return the corpus-wide numbers of the sequences of a step, in batch order."""
        ...
