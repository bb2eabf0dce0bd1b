"""Real tokenizers of five families; without real data, stand-ins trained on the sample's language.

A stand-in has the normaliser, cut, model and decoder of the family it stands for, and a smaller vocabulary.
``EXPOSURE_SHARED`` names the folder of real data; one that does not exist means none.
"""

from __future__ import annotations

import json
import os
from functools import cache
from itertools import islice
from pathlib import Path

import tokenizers
import zstandard
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, trainers

from indexer.sample.dice import Dice
from indexer.sample.sentences import plain_sentence
from indexer.tokenizers import Tokenizer, load_tokenizer, tokenizer_from_json

SHARED = Path(os.environ.get("EXPOSURE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
TOKENIZERS = SHARED / "data" / "tokenizers"
TEXT = SHARED / "data" / "text"

BYTE_LEVEL = ("gpt-neox-20b", "gpt2", "olmo-dolma-v1")
SENTENCEPIECE = ("t5-base", "llama-sentencepiece")
FAMILIES = (*BYTE_LEVEL, *SENTENCEPIECE)


@cache
def tokenizer_named(name: str) -> Tokenizer:
    """Return the tokenizer of a family."""
    if TOKENIZERS.is_dir():
        return load_tokenizer(f"{name}.json.gz", base=TOKENIZERS)
    return tokenizer_from_json(_trained(name).to_str(), f"{name}.json.gz")


@cache
def documents(source: str, most: int, every: int = 1) -> tuple[str, ...]:
    """Return texts of a source of real text, one in `every`; without real data, of the sample's language."""
    if TEXT.is_dir():
        with zstandard.open(TEXT / f"{source}.jsonl.zst", "rt", encoding="utf-8") as lines:
            return tuple(json.loads(line)["text"] for line in islice(lines, 0, most * every, every))
    dice = Dice(source)
    return tuple(
        " ".join(plain_sentence(dice) for _ in range(dice.between(1, 30))) for _ in range(min(most, 60))
    )


def _trained(name: str) -> tokenizers.Tokenizer:
    dice = Dice("words of the stand-ins")
    lines = [plain_sentence(dice) for _ in range(400)]
    if name in BYTE_LEVEL:
        return _byte_level(name, lines)
    return _unigram(lines) if name == "t5-base" else _byte_fallback(lines)


def _byte_level(name: str, lines: list[str]) -> tokenizers.Tokenizer:
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>"] if name == "gpt2" else ["<|endoftext|>", "<|padding|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(lines, trainer)
    if name != "gpt2":
        made.normalizer = normalizers.NFC()
        made.add_tokens([AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)])
    return made


def _unigram(lines: list[str]) -> tokenizers.Tokenizer:
    made = tokenizers.Tokenizer(models.Unigram())
    made.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(tokenizers.Regex(r"\s"), " "),
            normalizers.Replace(tokenizers.Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=500,
        initial_alphabet=[
            *"abcdefghijklmnopqrstuvwxyz",
            *"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            *"0123456789éÜ'’“”().,-",
        ],
        special_tokens=["<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        show_progress=False,
    )
    made.train_from_iterator(lines, trainer)
    return made


def _byte_fallback(lines: list[str]) -> tokenizers.Tokenizer:
    """Llama's kind: merges within words, a byte for every letter that is not known."""
    learned = tokenizers.Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.Metaspace()
    learned.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=500, show_progress=False))
    model = json.loads(learned.to_str())["model"]
    names = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *model["vocab"]]
    made = tokenizers.Tokenizer(
        models.BPE(
            {name: number for number, name in enumerate(names)},
            [tuple(merge) for merge in model["merges"]],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens(["<unk>", "<s>", "</s>"])
    return made
