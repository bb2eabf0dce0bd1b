"""What the model is trained on: batches read from the shards, and a count of phrases in them. NumPy alone.

It shares no code with the indexer on purpose: that both say the same is what the study stands on.
"""

from __future__ import annotations

import re
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

DTYPES = {8: np.uint16, 4: np.int32}  # by Megatron's code


class Training:
    """What an ``exposure.toml`` says of a training run: Megatron shards, in order or shuffled each epoch."""

    def __init__(self, config: Path) -> None:
        told = tomllib.loads(config.read_text())
        self.tokenizer = config.parent / told["tokenizer"]["path"]
        self.end = told["corpus"]["end_of_document"]  # the model also reads it before the first token
        names = [config.parent / name for name in told["corpus"]["paths"]]
        self._shards = [path for name in names for path in sorted(name.parent.glob(name.name))]
        self._order = told["order"]

    def batches(self) -> Iterator[list[np.ndarray]]:
        """Yield the batches of training in their order: whole ones only, as ``drop_last`` says."""
        sequences = [one for path in self._shards for one in read_shard(path.with_suffix(".bin"))]
        size = self._order["batch_size"]
        for epoch in range(self._order.get("epochs", 1)):
            order = np.arange(len(sequences), dtype=np.uint32)
            if (
                self._order["kind"] == "olmo"
            ):  # a shuffle of its own for each epoch, as OLMo's loader makes it
                np.random.Generator(np.random.PCG64(self._order["seed"] + epoch)).shuffle(order)
            else:
                assert self._order["kind"] == "sequential", "put your own order here"
            for first in range(0, len(order) - size + 1, size):
                yield [sequences[number] for number in order[first : first + size]]


def read_shard(path: Path) -> list[np.ndarray]:
    """Return the sequences of a Megatron shard: ``.bin`` holds the ids, ``.idx`` where each begins."""
    index = path.with_suffix(".idx").read_bytes()
    magic, _, code, n, _ = struct.unpack_from("<9sQBQQ", index)
    assert magic == b"MMIDIDX\0\0", f"{path} is no Megatron shard"
    sizes = np.frombuffer(index, np.int32, n, offset=34)
    starts = np.frombuffer(index, np.int64, n, offset=34 + 4 * n) // np.dtype(DTYPES[code]).itemsize
    ids = np.memmap(path, DTYPES[code], "r")
    return [ids[start : start + size] for start, size in zip(starts, sizes, strict=True)]


class PhraseCounter:
    """Counts some phrases in the text that was trained on, in plain Python: no matcher, no index."""

    def __init__(self, phrases: list[str]) -> None:
        self.counts = dict.fromkeys(phrases, 0)
        self._found = {p: re.compile(rf"(?<![^\W_]){re.escape(p)}(?![^\W_])").findall for p in phrases}

    def see(self, text: str) -> None:
        """Count in one sequence; letter case is the same, and no letter or digit stands beside a phrase."""
        text = text.lower()
        for phrase, found in self._found.items():
            if phrase in text:
                self.counts[phrase] += len(found(text))
