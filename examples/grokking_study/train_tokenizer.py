"""Trains a small byte-level BPE tokenizer on JSON lines (plain or .zst), for a corpus of one's own.

    python train_tokenizer.py text/*.jsonl.zst --out tokenizer.json --size 4096

Id 0 is ``<|endoftext|>``, which stands behind each document and before what the model reads.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import zstandard
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers


def texts(paths: list[Path]) -> Iterator[str]:
    """Yield the documents."""
    for path in paths:
        with (zstandard.open if path.suffix == ".zst" else open)(path, "rt", encoding="utf-8") as file:
            yield from (json.loads(line)["text"] for line in file)


def train(paths: list[Path], size: int) -> Tokenizer:
    """Return a tokenizer of so many ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts(paths), trainer)
    return tokenizer


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("text", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=4096)
    given = parser.parse_args()
    train(given.text, given.size).save(str(given.out))
