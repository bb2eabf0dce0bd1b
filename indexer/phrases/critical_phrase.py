"""Gives a pair its critical phrases: the rule of its paradigm, or the generic rule with the reason."""

from __future__ import annotations

import re
from typing import NamedTuple

from indexer.phrases.difference import MinimalPair, compare
from indexer.phrases.generic import SENTENCE_WIDE_SHARE, Neighbourhood, generic_rule, order_contrast
from indexer.phrases.rules.rule import PairSpans, Paradigm, RuleDoesNotApplyError, Spans
from indexer.phrases.sentence import Sentence

GENERIC = "generic"

_OF_THE_PARADIGMS = re.compile(r"[A-Za-z' \-]+[.?]?")
MOST_WORDS_FOR_A_RULE = 60


class CriticalPhrases(NamedTuple):
    """The outcome for one pair.

    Attributes
    ----------
    spans : PairSpans or None
        None where no rule finds a phrase.
    rule : str
        Name of the rule that made them.
    grade : str or None
        Its grade; None for the generic rule.
    end_boundary : bool
        The contrast is that nothing follows the phrase.
    excluded : str or None
        Why the pair takes no part in splits.
    identical, order_contrast, sentence_wide : bool
        The sentences are the same; the differing words are the same in another order; a phrase is nearly
        the whole sentence.
    fallback : str or None
        Why the rule of the paradigm was not used.
    """

    spans: PairSpans | None
    rule: str
    grade: str | None
    end_boundary: bool
    excluded: str | None
    identical: bool
    order_contrast: bool
    sentence_wide: bool
    fallback: str | None


def critical_phrases(
    good: Sentence, bad: Sentence, paradigm: Paradigm | None, neighbourhood: Neighbourhood
) -> CriticalPhrases:
    """Mark a pair by the rule of its paradigm; by the generic rule where there is none or it does not fit."""
    pair = compare(good, bad)
    fallback = None
    if paradigm is not None:
        try:
            marked = _apply(paradigm, pair)
            return _finish(pair, marked, paradigm.uid, paradigm.grade, paradigm.end_boundary, None)
        except RuleDoesNotApplyError as reason:
            fallback = str(reason)
    try:
        generic = generic_rule(pair, neighbourhood)
    except RuleDoesNotApplyError as reason:
        return _finish(pair, None, GENERIC, None, False, fallback, why_not=str(reason))
    return _finish(pair, generic.spans, GENERIC, None, False, fallback)


def _apply(paradigm: Paradigm, pair: MinimalPair) -> PairSpans:
    for side in (pair.good, pair.bad):
        if not _OF_THE_PARADIGMS.fullmatch(side.text):
            raise RuleDoesNotApplyError("characters the rules of the paradigms do not know")
        if len(side) > MOST_WORDS_FOR_A_RULE:
            raise RuleDoesNotApplyError(f"more than {MOST_WORDS_FOR_A_RULE} words")
        if not len(side):
            raise RuleDoesNotApplyError("no words")
    try:
        marked = paradigm.rule(pair)
    except IndexError:
        raise RuleDoesNotApplyError("the sentence is too short") from None
    for side, found in ((pair.good, marked.good), (pair.bad, marked.bad)):
        _check(side, found)
    return marked


def _check(side: Sentence, found: Spans) -> None:
    critical, context, phrase = found
    inside = phrase.start >= 0 and phrase.stop <= len(side)
    held = all(phrase.start <= part.start < part.stop <= phrase.stop for part in (critical, context))
    apart = critical.stop <= context.start or context.stop <= critical.start
    if not (inside and held and apart):
        raise RuleDoesNotApplyError("critical and context words do not come out apart")


def _finish(
    pair: MinimalPair,
    marked: PairSpans | None,
    rule: str,
    grade: str | None,
    end_boundary: bool,
    fallback: str | None,
    why_not: str | None = None,
) -> CriticalPhrases:
    identical = pair.good.text == pair.bad.text
    excluded = why_not
    if identical:
        excluded = "the good and the bad sentence are the same"
    elif marked is None:
        excluded = why_not or "the sentences differ in case or punctuation alone"
    elif _phrase(pair.good, marked.good) == _phrase(pair.bad, marked.bad):
        excluded = "the good and the bad phrase are the same"
    return CriticalPhrases(
        spans=marked,
        rule=rule,
        grade=grade,
        end_boundary=end_boundary,
        excluded=excluded,
        identical=identical,
        order_contrast=order_contrast(pair),
        sentence_wide=marked is not None
        and any(
            found.phrase.n_words >= SENTENCE_WIDE_SHARE * len(side)
            for side, found in ((pair.good, marked.good), (pair.bad, marked.bad))
        ),
        fallback=fallback,
    )


def _phrase(side: Sentence, found: Spans) -> list[str]:
    return side.lower[found.phrase.start : found.phrase.stop]
