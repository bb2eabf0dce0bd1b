"""The text that ids will spell: a tokenizer's own normaliser, without the space it adds in front."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from indexer.tokenizers.spelling import Spelling, bytes_of_letters, components


@dataclass(frozen=True)
class Normalizer:
    """Rewrites a text as the ids of the text spell it.

    Attributes
    ----------
    steps : object or None
        The ``tokenizers`` normaliser, without the steps that only mark spaces or bytes.
    splitter : object or None
        The ``tokenizers`` pre-tokenizer, where spaces stand between whatever it splits.
    space : str or None
        Character that stands for a space; where it stands in a text, the ids spell a space.
    byte_level : bool
        The splitter's pieces are in GPT-2's alphabet.
    """

    steps: Any
    splitter: Any
    space: str | None
    byte_level: bool

    def normalize(self, text: str) -> str:
        """Return the text that the ids of `text` spell, without an added first space."""
        if self.steps is not None:
            text = self.steps.normalize_str(text)
        if self.space is not None:
            text = text.replace(self.space, " ")
        if self.splitter is None:
            return text
        words = [piece for piece, _ in self.splitter.pre_tokenize_str(text)]
        if self.byte_level:
            words = [bytes_of_letters(word).decode("utf-8", errors="replace") for word in words]
        return " ".join(words)


def normalizer_of(tokenizer: dict[str, Any], spelling: Spelling) -> Normalizer:
    """Return the normaliser of a parsed ``tokenizer.json``."""
    import tokenizers

    kept = [step for step in components(tokenizer, "normalizer") if not _marks(step, spelling.space)]
    empty: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": kept} if kept else None,
        "pre_tokenizer": tokenizer.get("pre_tokenizer"),
        "post_processor": None,
        "decoder": None,
        "model": {"type": "BPE", "vocab": {}, "merges": []},
    }
    # The library builds a lone normaliser from JSON only as part of a tokenizer.
    library = tokenizers.Tokenizer.from_str(json.dumps(empty))
    splits = spelling.starts_words or spelling.word_end is not None
    return Normalizer(
        steps=library.normalizer,
        splitter=library.pre_tokenizer if splits else None,
        space=spelling.space,
        byte_level=spelling.byte_level,
    )


def _marks(step: dict[str, Any], space: str | None) -> bool:
    """Tell whether a step only adds a first space, marks spaces, or writes bytes as letters."""
    if step["type"] in ("Prepend", "ByteLevel"):
        return True
    return bool(step["type"] == "Replace" and step["pattern"] == {"String": " "} and step["content"] == space)
