"""Orders that go by shards.

``per-shard``: all of shard k is step k. For runs whose steps inside a file are not known, as LLM360 Amber
publishes its data: the honest unit is the chunk, and a checkpoint counts chunks. ``within-shards``: batch
after batch as in ``sequential``, but no batch crosses a shard's end; what fills no batch there is dropped
(llm.c: llmc/dataloader.h).
"""

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


class _Runs:
    """Runs of sequences [first, first + n_used), each beginning a step of its own."""

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.used: list[int] = []
        self.steps: list[int] = []


class PerShardOrder:
    """All of shard k is step k, in every epoch anew."""

    keys = WINDOW_KEYS | {"epochs"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        del base
        shards = reader.shards()
        self._stops = np.cumsum([shard.n_sequences for shard in shards]).astype(np.int64)
        self._n_shards = len(shards)
        self._epochs = config.epochs
        n_steps = len(shards) * config.epochs
        self.start_step, self.stop_step = window_of(config, n_steps)
        self.facts: dict[str, Any] = {
            "kind": "per-shard",
            "unit": "a step is a whole shard",
            "epochs": config.epochs,
            "n_steps": n_steps,
        }

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop): one an epoch."""
        shard = np.searchsorted(self._stops, np.arange(start, stop), side="right")
        steps = shard[:, None] + np.arange(self._epochs, dtype=np.int64) * self._n_shards
        inside = (steps >= self.start_step) & (steps < self.stop_step)
        return visits_of(steps.astype(np.int64), inside)

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step: a whole shard."""
        if not 0 <= step < self._n_shards * self._epochs:
            return np.empty(0, np.int64)
        shard = step % self._n_shards
        first = int(self._stops[shard - 1]) if shard else 0
        return np.arange(first, int(self._stops[shard]), dtype=np.int64)


class WithinShardsOrder:
    """Batch after batch inside each shard, shard after shard, epoch after epoch."""

    keys = WINDOW_KEYS | {"batch_size", "epochs", "drop_last"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        del base
        if not isinstance(config.batch_size, int):
            raise ConfigError(
                "[order] kind = 'within-shards' needs one batch_size", expected="sequences per step"
            )
        self._batch = BatchSizes.of(config).size_at(0)
        runs = _Runs()
        step = 0
        for shard in reader.shards():
            n_steps = shard.n_sequences // self._batch
            if not config.drop_last and shard.n_sequences % self._batch:
                n_steps += 1
            runs.firsts.append(shard.first_sequence)
            runs.used.append(min(n_steps * self._batch, shard.n_sequences))
            runs.steps.append(step)
            step += n_steps
        self._firsts = np.array(runs.firsts, np.int64)
        self._used = np.array(runs.used, np.int64)
        self._steps = np.array(runs.steps, np.int64)
        self._n_steps_of_epoch = step
        self._epochs = config.epochs
        self.start_step, self.stop_step = window_of(
            config,
            step * config.epochs,
            n_sequences=sum(shard.n_sequences for shard in reader.shards()),
        )
        self.facts: dict[str, Any] = {
            "kind": "within-shards",
            "batch_size": self._batch,
            "epochs": config.epochs,
            "drop_last": config.drop_last,
            "n_steps": step * config.epochs,
            "n_sequences_left_out": sum(shard.n_sequences for shard in reader.shards())
            - int(self._used.sum()),
        }

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop): at most one an epoch."""
        sequences = np.arange(start, stop, dtype=np.int64)
        shard = np.searchsorted(self._firsts, sequences, side="right") - 1
        inside_shard = sequences - self._firsts[shard]
        steps = self._steps[shard] + inside_shard // self._batch
        all_steps = steps[:, None] + np.arange(self._epochs, dtype=np.int64) * self._n_steps_of_epoch
        inside = (all_steps >= self.start_step) & (all_steps < self.stop_step)
        inside &= (inside_shard < self._used[shard])[:, None]
        return visits_of(all_steps, inside)

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, in batch order."""
        if not 0 <= step < self._n_steps_of_epoch * self._epochs:
            return np.empty(0, np.int64)
        within = step % self._n_steps_of_epoch
        shard = int(np.searchsorted(self._steps, within, side="right")) - 1
        begin = (within - int(self._steps[shard])) * self._batch
        end = min(begin + self._batch, int(self._used[shard]))
        return np.arange(begin, end, dtype=np.int64) + int(self._firsts[shard])
