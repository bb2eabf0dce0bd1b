"""The Nanoset of nanotron: samples of several folders mixed by weight, shuffled once, taken over and over.

One epoch has as many samples as all folders together. Each sample comes from the folder that lags furthest
behind its weight (default: its size), the samples of a folder in order and round and round; then the list is
shuffled with NumPy's legacy generator (``seed``, 1234 by default in nanotron). Every epoch is the same
permutation, and batches run across its end. The files inside a folder are shuffled before: ``[corpus]
file_order_seed = 42``. Versions of nanotron that read folders sequentially (tokenized_bytes.py) need
``sequential``. Source: huggingface/nanotron src/nanotron/data/nanoset.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.kernels.blending import blend
from indexer.corpus.orders.batches import BatchSizes
from indexer.corpus.orders.order import Visits
from indexer.corpus.orders.positions import InverseOrder
from indexer.corpus.orders.window import WINDOW_KEYS, window_of
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError
from indexer.storage import files
from indexer.units import Int64Array


class NanotronOrder:
    """The same shuffled epoch, over and over."""

    keys = WINDOW_KEYS | {"batch_size", "epochs", "drop_last", "seed", "weights"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        del base
        folders: dict[str, tuple[int, int]] = {}
        for shard in reader.shards():
            folder = files.parent(shard.name)
            first, size = folders.get(folder, (shard.first_sequence, 0))
            if shard.first_sequence != first + size:
                raise ConfigError("[corpus] paths: the files of a folder must stand together", path=folder)
            folders[folder] = (first, size + shard.n_sequences)
        firsts = np.array([first for first, _ in folders.values()], np.int64)
        sizes = np.array([size for _, size in folders.values()], np.int64)
        weights = config.weights or sizes.astype(float).tolist()
        if len(weights) != len(sizes) or min(weights) < 0 or not sum(weights) or not sizes.all():
            raise ConfigError(f"[order] weights = {weights}", expected=f"{len(sizes)}, one for each folder")
        n_sequences = int(sizes.sum())
        which, within = blend(weights, n_sequences)
        epoch = firsts[which] + within % sizes[which]
        seed = 1234 if config.seed is None else config.seed
        np.random.RandomState(seed).shuffle(epoch)
        self._epoch = epoch
        self._batches = BatchSizes.of(config)
        n_samples = n_sequences * config.epochs
        n_steps = self._batches.steps_within(0, n_samples, drop_last=config.drop_last)
        self.start_step, self.stop_step = window_of(config, n_steps, n_sequences=n_samples)
        self._n_used = min(self._batches.consumed(n_steps), n_samples)
        whole, rest = divmod(self._n_used, n_sequences)
        self._inverse = InverseOrder([epoch] * whole + [epoch[:rest]], n_sequences)
        self.facts: dict[str, Any] = {
            "kind": "nanotron",
            "batch_size": self._batches.as_fact(),
            "epochs": config.epochs,
            "drop_last": config.drop_last,
            "seed": seed,
            "weights": weights,
            "n_steps": n_steps,
            "n_sequences_left_out": n_sequences - len(np.unique(epoch)),
        }

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop)."""
        offsets, positions = self._inverse.positions(start, stop)
        steps = self._batches.step_of(positions)
        inside = (steps >= self.start_step) & (steps < self.stop_step)
        kept = np.concatenate([np.zeros(1, np.int64), np.cumsum(inside, dtype=np.int64)])
        return Visits(kept[offsets], steps[inside])

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, in batch order."""
        if step < 0:
            return np.empty(0, np.int64)
        begin = self._batches.consumed(step)
        positions = np.arange(begin, max(begin, min(begin + self._batches.size_at(step), self._n_used)))
        return self._epoch[positions % len(self._epoch)]
