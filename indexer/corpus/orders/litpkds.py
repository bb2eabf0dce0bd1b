"""The packed dataset of TinyLlama and early Lit-GPT, in one process.

Files are read n at a time in the given order (sorted names; the training script shuffles them first with
Python's ``random``: list them in [corpus] paths as it left them). The blocks of n files come file after file,
or permuted by NumPy's default generator seeded ``seed`` and drawn anew for every n files. When fewer than n
files are left the reader goes back to the first: the rest is never read. With several ranks or workers the
order can only be recorded from the loader itself (kind = "table" or "indices"). Source: jzhang38/TinyLlama
lit_gpt/packed_dataset.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.orders.batches import BatchSizes
from indexer.corpus.orders.listed_steps import ListedSteps
from indexer.corpus.orders.order import Visits
from indexer.corpus.orders.window import WINDOW_KEYS, window_of
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError, InputError
from indexer.units import Int64Array


class LitpkdsOrder:
    """Blocks of n files at a time, round and round until the last step."""

    keys = WINDOW_KEYS | {"batch_size", "read_at_once", "seed"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        del base
        shards = reader.shards()
        at_once = config.read_at_once
        if not 1 <= at_once <= len(shards):
            raise ConfigError(
                f"[order] read_at_once = {at_once}", expected=f"1 to {len(shards)}, the number of files"
            )
        n_blocks = {shard.n_sequences for shard in shards}
        if len(n_blocks) > 1:
            raise InputError(f"the files hold {sorted(n_blocks)} blocks", expected="equally many in each")
        batches = BatchSizes.of(config)
        n_rounds = len(shards) // at_once
        n_of_round = at_once * shards[0].n_sequences
        n_steps = config.stop_step or batches.steps_within(0, n_rounds * n_of_round, drop_last=True)
        generator = np.random.default_rng(config.seed) if config.seed is not None else None
        n_wanted = batches.consumed(n_steps)
        drawn, n_drawn, number = [], 0, 0
        while n_drawn < n_wanted:
            order = np.arange(n_of_round) if generator is None else generator.permutation(n_of_round)
            drawn.append(order + (number % n_rounds) * n_of_round)
            n_drawn += n_of_round
            number += 1
        sequences = np.concatenate([np.empty(0, np.int64), *drawn])[:n_wanted].astype(np.int64)
        self._listed = ListedSteps(sequences, batches.step_of(np.arange(n_wanted, dtype=np.int64)))
        self.start_step, self.stop_step = window_of(config, n_steps)
        self.facts: dict[str, Any] = {
            "kind": "litpkds",
            "batch_size": batches.as_fact(),
            "read_at_once": at_once,
            "seed": config.seed,
            "n_steps": n_steps,
            "n_sequences_left_out": len(shards) * shards[0].n_sequences - len(np.unique(sequences)),
            "n_files_never_read": len(shards) - n_rounds * at_once,
        }

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop)."""
        return self._listed.visits(start, stop, self.start_step, self.stop_step)

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, in batch order."""
        return self._listed.sequences_at(step)
