"""A corpus of a few thousand random ids, phrases given as ids, and what an index of it says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from indexer.config import Config
from indexer.config.load import config_from_tables
from indexer.corpus.text.writers import write_megatron

N_IDS = 40


def sequences(seed: int, n: int = 24, length: int = 32) -> np.ndarray:
    """Return sequences of small ids, so that phrases of two ids are often there."""
    return np.random.default_rng(seed).integers(0, N_IDS, (n, length)).astype("<u2")


@dataclass
class SmallCorpus:
    """Megatron shards under ``shards/`` and an ``exposure.toml`` of ids only, to be spoiled."""

    base: Path
    n_shards: int = 3
    corpus: dict[str, Any] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=lambda: {"kind": "sequential", "batch_size": 4})
    index: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.base / "shards").mkdir(parents=True, exist_ok=True)
        for number in range(self.n_shards):
            self.write_shard(number, number)
        pairs = np.random.default_rng(99).integers(0, N_IDS, (60, 2)).tolist()
        lines = [json.dumps({"id": row, "token_ids": pair}) for row, pair in enumerate(pairs)]
        (self.base / "phrases.jsonl").write_text("\n".join(lines) + "\n")

    def write_shard(self, number: int, seed: int, **shape: int) -> None:
        """Write a shard anew from a seed."""
        write_megatron(self.base / f"shards/s{number:02}", sequences(seed, **shape), "<u2")

    def write_order(self, seed: int, name: str = "order.npy") -> None:
        """Write a list that visits every sequence once, in an order of its own."""
        n_sequences = 24 * self.n_shards
        np.save(self.base / name, np.random.default_rng(seed).permutation(n_sequences).astype(np.uint32))

    def shard(self, number: int, ending: str = ".bin") -> Path:
        """Return a file of a shard."""
        return self.base / f"shards/s{number:02}{ending}"

    def tables(self) -> dict[str, dict[str, Any]]:
        """Return the sections of the configuration."""
        return {
            "phrases": {"source": "phrases.jsonl", "token_ids": "token_ids"},
            "corpus": {"paths": ["shards/*.bin"], "format": "megatron", "vocab_size": N_IDS, **self.corpus},
            "order": self.order,
            "match": {"unit": "tokens"},
            "index": self.index,
        }

    def config(self) -> Config:
        """Return the configuration."""
        return config_from_tables(self.tables(), origin="test", base=self.base)

    def write_config(self) -> Path:
        """Write ``exposure.toml``, for the command line."""
        lines = []
        for section, keys in self.tables().items():
            lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
        path = self.base / "exposure.toml"
        path.write_text("\n".join(lines) + "\n")
        return path


def exposures(root: Path) -> list[tuple]:
    """Return what the table says of every phrase."""
    with duckdb.connect(str(root / "exposures.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT * FROM exposures ORDER BY phrase_id").fetchall()


def ask(root: Path, query: str) -> list[tuple]:
    """Return the rows of a query."""
    with duckdb.connect(str(root / "exposures.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()
