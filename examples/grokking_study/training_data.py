"""What the model is trained on: batches read from the shards, and a count of phrases in them. NumPy alone.

It shares no code with the indexer on purpose: that both say the same is what the study stands on.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

BATCH_SIZE = 16  # [order] batch_size of exposure.toml
END = 0  # its end_of_document: every document ends with it, and the model reads it before the first token
DTYPES = {8: np.uint16, 4: np.int32}  # by Megatron's code


def read_shard(path: Path) -> list[np.ndarray]:
    """Return the sequences of a Megatron shard: ``.bin`` holds the ids, ``.idx`` where each begins."""
    index = path.with_suffix(".idx").read_bytes()
    magic, _, code, n, _ = struct.unpack_from("<9sQBQQ", index)
    assert magic == b"MMIDIDX\0\0", f"{path} is no Megatron shard"
    sizes = np.frombuffer(index, np.int32, n, offset=34)
    starts = np.frombuffer(index, np.int64, n, offset=34 + 4 * n) // np.dtype(DTYPES[code]).itemsize
    ids = np.memmap(path, DTYPES[code], "r")
    return [ids[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def batches(shards: Path) -> Iterator[list[np.ndarray]]:
    """Yield the batches of training in their order: whole ones only, as ``drop_last`` says."""
    sequences = (sequence for path in sorted(shards.glob("*.bin")) for sequence in read_shard(path))
    group: list[np.ndarray] = []
    for sequence in sequences:
        group.append(sequence)
        if len(group) == BATCH_SIZE:
            yield group
            group = []


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
