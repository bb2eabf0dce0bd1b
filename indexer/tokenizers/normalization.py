"""The text that ids will spell: what normaliser and pre-tokenizer make of a text, or what its ids spell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from indexer.tokenizers.round_trip import RoundTrip, letters_of, without_added_spaces
from indexer.tokenizers.spelling import Spelling, bytes_of_letters, components
from indexer.tokenizers.stages import library_with

_NORMAL_FORMS = {"NFC", "NFD", "NFKC", "NFKD"}
_DROPS = {"Whitespace", "WhitespaceSplit", "BertPreTokenizer", "CharDelimiterSplit"}


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
    added : re.Pattern or None
        Finds added tokens, about which spaces may come and go.
    keeps_ascii : bool
        The steps are Unicode's normal forms, in which ASCII text is what it was.
    trip : RoundTrip or None
        Asks the tokenizer itself, where its pre-tokenizer may set spaces between pieces.
    """

    steps: Any
    splitter: Any
    space: str | None
    byte_level: bool
    added: re.Pattern[str] | None
    trip: RoundTrip
    sets_spaces: bool
    keeps_ascii: bool = False

    def normalize(self, text: str) -> str:
        """Return the text that the ids of `text` spell, without an added first or last space.

        Where they spell not all of it, for want of a piece, it is the text that they would spell.
        """
        if self.sets_spaces or (self.added is not None and self.added.search(text)):
            (spelled,) = self.trip.texts([text])
            written = self.written(text)
            if spelled is not None and letters_of(spelled) == letters_of(written):
                return without_added_spaces(spelled, text)
            return written
        return self.written(text)

    def written(self, text: str) -> str:
        """Return what the components before the model make of a text."""
        if self.steps is not None and not (self.keeps_ascii and text.isascii()):
            text = self.steps.normalize_str(text)
        if self.space is not None:
            text = text.replace(self.space, " ")
        if self.splitter is None:
            return text
        words = [piece for piece, _ in self.splitter.pre_tokenize_str(text)]
        if self.byte_level:
            words = [bytes_of_letters(word).decode("utf-8", errors="replace") for word in words]
        return " ".join(words)


def normalizer_of(tokenizer: dict[str, Any], spelling: Spelling, trip: RoundTrip) -> Normalizer:
    """Return the normaliser of a parsed ``tokenizer.json``."""
    kept = [step for step in components(tokenizer, "normalizer") if not _marks(step, spelling.space)]
    splitters = list(components(tokenizer, "pre_tokenizer"))
    splits = spelling.starts_words or spelling.word_end is not None
    added = [text for text in spelling.added.values() if text]
    return Normalizer(
        steps=library_with(normalizer=kept).normalizer,
        splitter=library_with(pre_tokenizer=splitters).pre_tokenizer if splits else None,
        space=spelling.space,
        byte_level=spelling.byte_level,
        added=re.compile("|".join(map(re.escape, sorted(added, key=len, reverse=True)))) if added else None,
        trip=trip,
        sets_spaces=splits or _sets_spaces(splitters),
        keeps_ascii=all(step["type"] in _NORMAL_FORMS for step in kept),
    )


def _sets_spaces(splitters: list[dict[str, Any]]) -> bool:
    """Tell whether a pre-tokenizer may set a space before pieces that had none, or drop what is no mark."""
    return any(
        step["type"] in _DROPS
        or step.get("behavior") == "Removed"
        or (number and (step.get("add_prefix_space") or step.get("prepend_scheme", "never") != "never"))
        for number, step in enumerate(splitters)
    )


def _marks(step: dict[str, Any], space: str | None) -> bool:
    """Tell whether a step only adds a first space, marks spaces, or writes bytes as letters."""
    if step["type"] == "Prepend":
        return step["prepend"] in (space, " ")
    if step["type"] == "ByteLevel":
        return True
    return bool(step["type"] == "Replace" and step["pattern"] == {"String": " "} and step["content"] == space)
