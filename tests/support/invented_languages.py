"""Text of invented languages in several scripts, with word frequencies of real ones; tokenizers of it."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from indexer.tokenizers import Tokenizer, tokenizer_from_json

ALPHABETS = {
    "latin": "etaoinshrdlucmfwypvbgkqjxz",
    "cyrillic": "оеаинтсрвлкмдпуяыьгзбчйхжшю",
    "devanagari": "कतनरसमपलहबजदगशयवचटथडखभ",
    "chinese": "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学",
}


@cache
def documents(script: str, seed: int = 0, n: int = 120, n_words: int = 120) -> tuple[str, ...]:
    """Return texts of a language that a seed invents; of ``code``, lines of assignments and calls."""
    draw = random.Random(f"{script} {seed}")
    letters = ALPHABETS["latin" if script == "code" else script]
    likely = [1 / (rank + 1) for rank in range(len(letters))]
    words = ["".join(draw.choices(letters, likely, k=1 + rank.bit_length() // 2)) for rank in range(1500)]
    frequencies = [1 / (rank + 2) for rank in range(len(words))]
    texts = []
    for _ in range(n):
        drawn = draw.choices(words, frequencies, k=n_words)
        if script == "code":
            lines = [
                f"    {a} = {b}({c}, {draw.randrange(99)})"
                for a, b, c in zip(*[iter(drawn)] * 3, strict=False)
            ]
            texts.append("def run():\n" + "\n".join(lines) + "\n")
        else:
            space = "" if script == "chinese" else " "
            sentences = [space.join(drawn[at : at + 8]) for at in range(0, n_words, 8)]
            texts.append("。".join(sentences) if script == "chinese" else ". ".join(sentences) + ".")
    return tuple(texts)


def library(family: str, script: str, seed: int = 0, size: int = 900) -> tokenizers.Tokenizer:
    """Return a tokenizer of a family, trained on such a language: the same one in one process."""
    return _trained(family, script, seed, size)


@cache
def _trained(family: str, script: str, seed: int, size: int) -> tokenizers.Tokenizer:
    # trained once: threads of a trainer may break ties otherwise the next time
    lines = documents(script, seed)
    if family == "bpe":
        made = tokenizers.Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=["<e>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    elif family == "unigram":
        made = tokenizers.Tokenizer(models.Unigram())
        made.normalizer = normalizers.NFKC()
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=size, special_tokens=["<e>", "<unk>"], unk_token="<unk>", show_progress=False
        )
    else:
        made = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=["[UNK]", "[CLS]"], show_progress=False
        )
    made.train_from_iterator(lines, trainer)
    return made


def tokenizer(family: str, script: str, seed: int = 0, size: int = 900) -> Tokenizer:
    """Return the same as the project has tokenizers."""
    return tokenizer_from_json(library(family, script, seed, size).to_str(), f"{family} {script} {seed}")


def permuted(runs: list[list[int]], n_ids: int) -> list[list[int]]:
    """Return runs whose ids are those of a vocabulary in another order."""
    order = np.random.default_rng(5).permutation(n_ids)
    return [order[run].tolist() for run in runs]
