"""Corpus order: batch after batch, epoch after epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.orders.batches import BatchSizes
from indexer.corpus.orders.order import Visits, visits_of
from indexer.corpus.orders.window import WINDOW_KEYS, window_of
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError
from indexer.units import Int64Array


class SequentialOrder:
    """Sequence i is the i-th that the trainer took; every epoch starts again at sequence 0.

    The last batch of an epoch that is not full is dropped, as nearly every trainer does, or kept as a
    step of its own (``drop_last = false``).
    """

    keys = WINDOW_KEYS | {"batch_size", "epochs", "drop_last"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        del base
        self._n_sequences = sum(shard.n_sequences for shard in reader.shards())
        self._batches = BatchSizes.of(config)
        n_epochs = self._n_epochs(config)
        if n_epochs < 1:
            raise ConfigError(f"[order] epochs = {n_epochs}", expected="at least 1")
        self._first_steps: list[int] = []
        self._used: list[int] = []
        step = 0
        for _ in range(n_epochs):
            n_steps = self._batches.steps_within(step, self._n_sequences, drop_last=config.drop_last)
            taken = self._batches.consumed(step + n_steps) - self._batches.consumed(step)
            self._first_steps.append(step)
            self._used.append(min(taken, self._n_sequences))
            step += n_steps
        self._n_steps = step
        asked = reader.facts.details.get("n_samples_asked")
        ends = None
        if asked is not None and n_epochs == 1:
            ends = self._batches.steps_within(0, min(asked, self._n_sequences), drop_last=config.drop_last)
        self.start_step, self.stop_step = window_of(config, step, ends=ends, n_sequences=self._n_sequences)
        self.facts: dict[str, Any] = {
            "kind": "sequential",
            "batch_size": self._batches.as_fact(),
            "epochs": n_epochs,
            "drop_last": config.drop_last,
            "n_steps": step,
            "n_sequences_left_out": [self._n_sequences - used for used in self._used],
        }

    def _n_epochs(self, config: OrderConfig) -> int:
        return config.epochs

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop): at most one an epoch."""
        sequences = np.arange(start, stop, dtype=np.int64)
        steps = np.empty((len(sequences), len(self._used)), np.int64)
        for epoch, (first, used) in enumerate(zip(self._first_steps, self._used, strict=True)):
            column = self._batches.step_of(self._batches.consumed(first) + sequences)
            steps[:, epoch] = np.where(sequences < used, column, -1)
        inside = (steps >= self.start_step) & (steps < self.stop_step)
        return visits_of(steps, inside)

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, in batch order."""
        if not 0 <= step < self._n_steps:
            return np.empty(0, np.int64)
        epoch = int(np.searchsorted(self._first_steps, step, side="right")) - 1
        while self._used[epoch] == 0:
            epoch -= 1
        begin = self._batches.consumed(step) - self._batches.consumed(self._first_steps[epoch])
        end = min(begin + self._batches.size_at(step), self._used[epoch])
        return np.arange(begin, end, dtype=np.int64)
