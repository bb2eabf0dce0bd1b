"""OLMo's orders: permutations, read from the trainer's index files or made anew from the seed of the run.

========== ======================================================================================
kind       order of an epoch
========== ======================================================================================
olmo       ``arange(n)`` shuffled by PCG64 seeded seed + epoch, epoch from 0, perhaps cut to a
           multiple of the world size
olmo-core  the same with epoch from 1; with chunk c, whole runs of c instances are shuffled
========== ======================================================================================

Sources: allenai/OLMo olmo/data/iterable_dataset.py, allenai/OLMo-core src/olmo_core/data/data_loader.py.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.config.idle import spelled
from indexer.config.order import OrderConfig
from indexer.corpus.orders.completeness import COMPLETENESS_KEYS
from indexer.corpus.orders.indices import IndexOrder
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError


class OlmoOrder(IndexOrder):
    """Index files of OLMo and OLMo-core: permutations, which the run's seed makes anew."""

    keys = IndexOrder.keys | {"seed"}

    def _lists(
        self, config: OrderConfig, reader: Reader, base: Path
    ) -> tuple[list[NDArray[Any]], list[tuple[str, str]]]:
        """Read the files, or make the order of every epoch anew, as the trainer's own loader does."""
        if config.path is not None:
            if config.seed is not None:
                raise ConfigError(
                    f"[order] seed = {config.seed} has no effect where path names the order",
                    fix="leave [order] seed out, or path",
                )
            return super()._lists(config, reader, base)
        if config.seed is None:
            raise ConfigError(
                f"[order] kind = {config.kind!r} has no index file",
                fix="set [order] path, or seed to make it anew",
            )
        for key in ("dtype", *sorted(COMPLETENESS_KEYS)):
            value = spelled(getattr(config, key))
            if getattr(config, key):
                raise ConfigError(
                    f"[order] {key} = {value} has no effect where seed makes the order",
                    fix=f"leave [order] {key} out, or name a file by path",
                )
        core = config.kind == "olmo-core"
        chunk = 1
        block = reader.facts.details.get("max_target_sequence_length")
        if core and block and reader.facts.sequence_length:
            chunk = int(block) // reader.facts.sequence_length
        lists: list[NDArray[Any]] = []
        sources = []
        for epoch in range(config.epochs):
            number = epoch + 1 if core else epoch
            entries: NDArray[Any] = np.arange(self._n_sequences // chunk, dtype=np.uint32)
            np.random.Generator(np.random.PCG64(seed=config.seed + number)).shuffle(entries)
            if chunk > 1:
                entries = (entries[:, None] * np.uint32(chunk) + np.arange(chunk, dtype=np.uint32)).reshape(
                    -1
                )
            lists.append(entries)
            digest = hashlib.sha256(entries.astype("<u4").tobytes()).hexdigest()
            sources.append((f"PCG64 seeded {config.seed} + {number}", digest))
        return lists, sources
