"""What a critical-phrase rule takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from indexer.phrases.difference import MinimalPair
from indexer.phrases.sentence import WordRange, hull


class RuleDoesNotApplyError(Exception):
    """The sentence is not built the way the rule expects; the generic rule takes its place."""


class Spans(NamedTuple):
    """What a rule marks in one sentence, in words.

    Attributes
    ----------
    critical : WordRange
        The words that carry the contrast.
    context : WordRange or None
        The words that decide which form is right; None where the sentence has no other word.
    phrase : WordRange
        Smallest range that holds both, or more where the rule says so.
    """

    critical: WordRange
    context: WordRange | None
    phrase: WordRange


class PairSpans(NamedTuple):
    """What a rule marks in both sentences."""

    good: Spans
    bad: Spans


class PairRule(Protocol):
    """Marks both sentences of a pair, or raises `RuleDoesNotApplyError`."""

    __name__: str

    def __call__(self, pair: MinimalPair, /) -> PairSpans:
        """Return the spans of both sentences."""
        ...


def spans(critical: WordRange, context: WordRange, *more: WordRange) -> Spans:
    """Return spans whose phrase is the hull of critical, context and `more`."""
    return Spans(critical, context, hull(critical, context, *more))


@dataclass(frozen=True)
class Paradigm:
    """One row of the table of rules.

    Attributes
    ----------
    uid : str
        Name of the paradigm in the data.
    phenomenon : str
        The published phenomenon it belongs to.
    grade : str
        A: exact from the structure of the sentence. B: the position is exact, what counts as context is a
        choice. C: debatable; the dependency covers most of the sentence, or depends on absence.
    rule : callable
        The rule.
    critical, context, phrase : str
        The rule in words.
    good, bad : str
        A worked example of our own words: **critical**, *context*, [phrase].
    end_boundary : bool
        The contrast is that nothing follows the phrase.
    """

    uid: str
    phenomenon: str
    grade: str
    rule: PairRule
    critical: str
    context: str
    phrase: str
    good: str
    bad: str
    end_boundary: bool = False
