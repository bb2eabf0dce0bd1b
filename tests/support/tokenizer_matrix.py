"""Small tokenizers of components that a seed draws, and what the tool makes of each."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, trainers

from indexer.config.match import MatchConfig
from indexer.config.phrases import PhrasesConfig
from indexer.errors import InputError
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.matcher import Matches
from indexer.matching.text.matcher import TextMatcher
from indexer.patterns import select
from indexer.phrases import PhraseSet, load_phrases
from indexer.phrases.form_contexts import context_notes
from indexer.phrases.form_limits import spelling_limits
from indexer.phrases.normalization import normalized
from indexer.phrases.surface_forms import id_patterns
from indexer.tokenizers import Tokenizer

CORPUS = [
    "The old boat rocks, and the old boats rock.",
    "We don't go; the well-known cat is 12 years old (really).",
    "this teacher reads\na letter to these teachers\tand naïve café owners",
    "“Quoted words” — and the cat's tail; the cat. She said: 'the cat is here'",
    "мир здесь и the boat",
    "the cat/the old boat and (the boat) or [old boat]",
]

PHRASES = [
    "the old",
    "old boat",
    "don't go",
    "well-known cat",
    "12 years",
    "cat is",
    "teacher reads",
    "naïve café",
    "letter to",
    "the cat",
    "boat",
    "cat",
    "мир здесь",
    "the old boats rock",
    "years old",
    "old cat",
    "these boats",
    "eacher",
]

_P = pre_tokenizers
_N = normalizers
_D = decoders

NORMALIZERS: dict[str, Any] = {
    "none": None,
    "NFC": _N.NFC(),
    "NFD": _N.NFD(),
    "NFKC": _N.NFKC(),
    "NFKD": _N.NFKD(),
    "Lowercase": _N.Lowercase(),
    "NFD, StripAccents": _N.Sequence([_N.NFD(), _N.StripAccents()]),
    "Strip": _N.Strip(),
    "Nmt": _N.Nmt(),
    "BertNormalizer": _N.BertNormalizer(),
    "Replace blanks": _N.Replace(Regex(r"\s+"), " "),
    "Replace quotes": _N.Replace("“", '"'),
    "Replace blanks by nothing": _N.Replace(" ", ""),
    "Replace hyphens by nothing": _N.Replace("-", ""),
    "Replace letters": _N.Replace("e", "i"),
    "Prepend": _N.Prepend("▁"),
    "Prepend, Replace": _N.Sequence([_N.Prepend("▁"), _N.Replace(" ", "▁")]),
    "Replace": _N.Replace(" ", "▁"),
    "ByteLevel": _N.ByteLevel(),
}

PRE_TOKENIZERS: dict[str, Any] = {
    "none": lambda: None,
    "Whitespace": _P.Whitespace,
    "WhitespaceSplit": _P.WhitespaceSplit,
    "BertPreTokenizer": _P.BertPreTokenizer,
    "Digits": lambda: _P.Digits(individual_digits=True),
    "Punctuation": _P.Punctuation,
    "Punctuation removed": lambda: _P.Punctuation("removed"),
    "CharDelimiterSplit": lambda: _P.CharDelimiterSplit(" "),
    "UnicodeScripts": _P.UnicodeScripts,
    "ByteLevel": lambda: _P.ByteLevel(add_prefix_space=False),
    "ByteLevel prefix": lambda: _P.ByteLevel(add_prefix_space=True),
    "ByteLevel plain": lambda: _P.ByteLevel(add_prefix_space=False, use_regex=False),
    "Metaspace first": lambda: _P.Metaspace(prepend_scheme="first"),
    "Metaspace always": lambda: _P.Metaspace(prepend_scheme="always"),
    "Metaspace never": lambda: _P.Metaspace(prepend_scheme="never"),
    "Metaspace unsplit": lambda: _P.Metaspace(prepend_scheme="always", split=False),
    **{
        f"Split {behavior}": lambda behavior=behavior: _P.Split(" ", behavior)
        for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")
    },
    "Split words": lambda: _P.Split(Regex(r"\w+|[^\w\s]+"), "removed", invert=True),
}

DECODERS: dict[str, Any] = {
    "none": None,
    "ByteLevel": _D.ByteLevel(),
    "Metaspace first": _D.Metaspace(prepend_scheme="first"),
    "Metaspace always": _D.Metaspace(prepend_scheme="always"),
    "WordPiece": _D.WordPiece(),
    "WordPiece without clean-up": _D.WordPiece(cleanup=False),
    "BPEDecoder": _D.BPEDecoder(suffix="</w>"),
    "CTC": _D.CTC(),
    "Fuse": _D.Fuse(),
    "ByteFallback": _D.Sequence([_D.Replace("▁", " "), _D.ByteFallback(), _D.Fuse(), _D.Strip(" ", 1, 0)]),
    "Strip each": _D.Sequence([_D.Replace("▁", " "), _D.Strip(" ", 1, 0)]),
    "Replace": _D.Sequence([_D.Replace("▁", " "), _D.Fuse()]),
}

MODELS = ("BPE", "BPE unknown", "BPE bytes", "BPE ignoring merges", "BPE prefix", "BPE suffix", "WordPiece",
          "WordPiece without prefix", "Unigram", "Unigram bytes", "WordLevel")  # fmt: skip

ADDED: dict[str, list[Any]] = {
    "none": [],
    "a word": [AddedToken("boat", normalized=False)],
    "a single word": [AddedToken("old", single_word=True)],
    "a word that strips": [AddedToken("cat", lstrip=True, rstrip=True)],
    "a mark that strips": [AddedToken("(", lstrip=True)],
    "spaces": [AddedToken("  ")],
    "special": [AddedToken("<end>", special=True)],
}

_MATCHING = {
    "ByteLevel": ["ByteLevel"],
    "Metaspace": ["Metaspace first", "Metaspace always", "ByteFallback", "Replace"],
    "WordPiece": ["WordPiece", "WordPiece without clean-up"],
}


@dataclass(frozen=True)
class Recipe:
    """One combination of components, by name."""

    normalizer: str
    pre_tokenizers: tuple[str, ...]
    model: str
    decoder: str
    added: str


def recipes(seed: int, n: int) -> list[Recipe]:
    """Draw combinations; two of three have a decoder of the same family as their pre-tokenizer or model."""
    draw = random.Random(seed)
    drawn = []
    for _ in range(n):
        steps = tuple(draw.sample(list(PRE_TOKENIZERS), draw.choice([1, 1, 1, 2, 2, 3])))
        model = draw.choice(MODELS)
        fitting = [
            name
            for family, names in _MATCHING.items()
            if any(step.startswith(family) for step in (*steps, model))
            for name in names
        ]
        decoder = draw.choice(fitting) if fitting and draw.random() < 0.7 else draw.choice(list(DECODERS))
        drawn.append(
            Recipe(
                draw.choice(list(NORMALIZERS)) if draw.random() < 0.6 else "none",
                steps,
                model,
                decoder,
                draw.choice(list(ADDED)) if draw.random() < 0.3 else "none",
            )
        )
    return drawn


def build(recipe: Recipe) -> tokenizers.Tokenizer:
    """Train the tokenizer of a recipe on the corpus."""
    family, _, variant = recipe.model.partition(" ")
    steps = [PRE_TOKENIZERS[name]() for name in recipe.pre_tokenizers if name != "none"]
    byte_level = any(name.startswith("ByteLevel") for name in (*recipe.pre_tokenizers, recipe.normalizer))
    alphabet = _P.ByteLevel.alphabet() if byte_level else []
    byte_pieces = [f"<0x{byte:02X}>" for byte in range(256)] if variant == "bytes" else []
    unknown = (
        "[UNK]"
        if family in ("WordPiece", "WordLevel", "Unigram") or variant in ("unknown", "bytes")
        else None
    )
    special = [unknown] if unknown else []
    options: dict[str, Any] = {"show_progress": False, "special_tokens": [*special]}
    if family == "BPE":
        if variant == "prefix":
            options["continuing_subword_prefix"] = "##"
        if variant == "suffix":
            options["end_of_word_suffix"] = "</w>"
        marks = {name: options[name] for name in options if name.startswith(("continuing", "end_of"))}
        model = models.BPE(
            byte_fallback=variant == "bytes",
            ignore_merges=variant == "ignoring merges",
            **marks,
            **({"unk_token": unknown} if unknown else {}),
        )
        trainer = trainers.BpeTrainer(vocab_size=420 + len(byte_pieces), initial_alphabet=alphabet, **options)
    elif family == "WordPiece":
        prefix = "" if variant else "##"
        model = models.WordPiece(unk_token=unknown, continuing_subword_prefix=prefix)
        trainer = trainers.WordPieceTrainer(
            vocab_size=400, initial_alphabet=alphabet, continuing_subword_prefix=prefix, **options
        )
    elif family == "Unigram":
        model = models.Unigram()
        trainer = trainers.UnigramTrainer(
            vocab_size=300, initial_alphabet=alphabet, unk_token=unknown, **options
        )
    else:
        model = models.WordLevel(unk_token=unknown)
        trainer = trainers.WordLevelTrainer(**options)
    made = tokenizers.Tokenizer(model)
    made.normalizer = NORMALIZERS[recipe.normalizer]
    if steps:
        made.pre_tokenizer = steps[0] if len(steps) == 1 else _P.Sequence(steps)
    made.train_from_iterator(CORPUS * 2, trainer)
    if byte_pieces:
        made.add_tokens(byte_pieces)
    made.decoder = DECODERS[recipe.decoder]
    made.add_tokens([token for token in ADDED[recipe.added] if not token.special])
    made.add_special_tokens([token for token in ADDED[recipe.added] if token.special])
    return made


@dataclass
class Verdict:
    """What the tool made of one tokenizer.

    Attributes
    ----------
    refusal : str
        The message; empty where the tokenizer was taken.
    notes : list of str
        What was told beside.
    counts : dict
        By unit and phrase as given.
    told : set of str
        Phrases that were told to be unspellable.
    refused_unit : str
        The message where only the token unit was refused.
    """

    refusal: str = ""
    notes: list[str] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    refused_unit: str = ""


def verdict(tokenizer: Tokenizer, loaded: PhraseSet, match: MatchConfig, corpus: list[str]) -> Verdict:
    """Do what planning and scanning do, without files."""
    try:
        tokenizer.require_words()
    except InputError as error:
        return Verdict(refusal=str(error))
    found = normalized(loaded, tokenizer, match)
    notes, dropped, _ = spelling_limits(found.looked_for(), tokenizer)
    texts = loaded.phrases["phrase"].to_pylist()
    numbers = _numbers(loaded, tokenizer, match)
    told = {texts[number] for number in tokenizer.unspelled(texts)}
    sequences = tokenizer.encode_batch(corpus)
    vocabulary = tokenizer.token_bytes()
    try:
        notes += context_notes(found.looked_for(), tokenizer, replace(match, unit="tokens"))
        refused_unit = ""
    except InputError as error:
        refused_unit = str(error)
    ids = np.array([token for each in sequences for token in each], np.uint32)
    ends = np.cumsum([0, *map(len, sequences)]).astype(np.int64)
    settings = {"boundary": match.boundary, "possessive": match.possessive}
    patterns = id_patterns(found.phrases, tokenizer, match)
    patterns = select(patterns, ~np.isin(patterns.phrase, dropped))
    matchers = {
        "tokens": TokenMatcher(patterns, vocabulary, **settings),
        "text": TextMatcher(
            found.phrases["phrase"].to_pylist(),
            found.phrases["phrase_id"].to_numpy(),
            vocabulary,
            case=match.case,
            whitespace=match.whitespace,
            **settings,
        ),
    }
    counts = {
        unit: _by_text(matcher.find(ids, ends[:-1], ends[1:]), texts, numbers)
        for unit, matcher in matchers.items()
    }
    if refused_unit:
        del counts["tokens"]
    return Verdict(notes=notes, counts=counts, told=told, refused_unit=refused_unit)


def _numbers(loaded: PhraseSet, tokenizer: Tokenizer, match: MatchConfig) -> list[int]:
    marked = loaded.phrases.select(["phrase_id"]).append_column("mark", loaded.phrases["phrase"])
    attributes = pa.table({"phrase_id": marked["phrase_id"], "mark": marked["mark"]})
    return (
        normalized(loaded._replace(attributes=attributes), tokenizer, match)
        .attributes["phrase_id"]
        .to_pylist()
    )


def _by_text(found: Matches, texts: list[str], numbers: list[int]) -> dict[str, int]:
    counts = Counter(found.phrase.tolist())
    return {text: counts[number] for text, number in zip(texts, numbers, strict=True)}


def phrases_of(folder: Path, match: MatchConfig) -> PhraseSet:
    """Read the phrases as a user's list."""
    (folder / "phrases.txt").write_text("\n".join(PHRASES) + "\n", encoding="utf-8")
    return load_phrases(PhrasesConfig(source="phrases.txt"), match, base=folder)


def occurrences(phrase: str, texts: list[str]) -> int:
    """Count a phrase in plain texts, the obvious way."""
    wanted, count = phrase.casefold(), 0
    for text in map(str.casefold, texts):
        for at in range(len(text) - len(wanted) + 1):
            before, after = text[at - 1 : at], text[at + len(wanted) : at + len(wanted) + 1]
            if text.startswith(wanted, at) and not (at and before.isalnum()) and not after.isalnum():
                count += 1
    return count
