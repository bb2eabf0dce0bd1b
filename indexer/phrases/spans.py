"""Critical span, context span and phrase of one sentence, in code points."""

from __future__ import annotations

from typing import NamedTuple

from indexer.phrases.rules.rule import Spans
from indexer.phrases.sentence import CharRange, Sentence


class CharSpans(NamedTuple):
    """What is marked in one sentence, as half-open ranges of code points.

    Attributes
    ----------
    critical : CharRange
        The words that carry the contrast.
    context : CharRange or None
        The words that decide which form is right; None where the sentence has no other word.
    phrase : CharRange
        A range that holds both.
    """

    critical: CharRange
    context: CharRange | None
    phrase: CharRange


class PairCharSpans(NamedTuple):
    """What is marked in both sentences."""

    good: CharSpans
    bad: CharSpans


def in_characters(sentence: Sentence, marked: Spans) -> CharSpans:
    """Turn ranges of words into ranges of code points."""
    critical, context, phrase = marked
    return CharSpans(
        sentence.chars(critical),
        None if context is None else sentence.chars(context),
        sentence.chars(phrase),
    )


def checked(
    sentence: str, critical: CharRange, context: CharRange | None, phrase: CharRange | None
) -> CharSpans:
    """Return spans a user gave, the phrase being the hull where none is given.

    Raises
    ------
    ValueError
        A span is empty, leaves the sentence or the phrase, or the two overlap.
    """
    parts = [part for part in (critical, context) if part is not None]
    whole = phrase or CharRange(min(part.start for part in parts), max(part.stop for part in parts))
    named = (("critical", critical), ("context", context), ("phrase", whole))
    for name, part in named:
        if part is None:
            continue
        if not 0 <= part.start < part.stop <= len(sentence):
            raise ValueError(
                f"{name} span {part.start}:{part.stop} of a sentence of {len(sentence)} characters"
            )
        if not sentence[part.start : part.stop].strip():
            raise ValueError(f"{name} span {part.start}:{part.stop} holds white space alone")
        if not whole.start <= part.start < part.stop <= whole.stop:
            raise ValueError(
                f"{name} span {part.start}:{part.stop} outside the phrase {whole.start}:{whole.stop}"
            )
    if context is not None and critical.start < context.stop and context.start < critical.stop:
        spelled = f"{critical.start}:{critical.stop} and context span {context.start}:{context.stop}"
        raise ValueError(f"critical span {spelled} overlap")
    return CharSpans(critical, context, whole)
