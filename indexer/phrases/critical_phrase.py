"""Gives a pair its critical phrases: by the rule of its paradigm, or by the generic rule with the reason."""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple

from indexer.phrases.difference import MinimalPair
from indexer.phrases.generic import SENTENCE_WIDE_SHARE, Neighbourhood, generic_rule, order_contrast
from indexer.phrases.own_spans import NamedWords, find_words
from indexer.phrases.rules.rule import PairSpans, Paradigm, RuleDoesNotApplyError, Spans
from indexer.phrases.sentence import Sentence, WordRange, hull
from indexer.phrases.spans import PairCharSpans, in_characters

GENERIC = "generic"

_KNOWN_CHARACTERS = re.compile(r"[A-Za-z' \-]+[.?]?")
_MOST_WORDS = 60


class CriticalPhrases(NamedTuple):
    """The outcome for one pair.

    Attributes
    ----------
    spans : PairCharSpans or None
        None where no rule finds a phrase.
    rule : str
        Name of what made them: a paradigm, ``generic``, ``named words``, ``own spans`` or an own rule.
    grade : str or None
        Grade of the rule; None where there is none.
    end_boundary : bool
        The contrast is that nothing follows the phrase.
    excluded : str or None
        Why the pair takes no part in splits.
    identical, order_contrast, sentence_wide : bool
        The sentences are the same; the words are the same in another order; a phrase is nearly the whole
        sentence.
    fallback : str or None
        Why the rule that was meant for the pair was not used, or what its phrase lacks.
    """

    spans: PairCharSpans | None
    rule: str
    grade: str | None
    end_boundary: bool
    excluded: str | None
    identical: bool
    order_contrast: bool
    sentence_wide: bool
    fallback: str | None


def by_paradigm(pair: MinimalPair, paradigm: Paradigm, *, own: bool = False) -> CriticalPhrases:
    """Mark a pair by the rule of its paradigm.

    Parameters
    ----------
    pair : MinimalPair
        The pair.
    paradigm : Paradigm
        Its entry in a table of rules.
    own : bool
        The table is a user's own: sentences need not be built of the letters our rules are made for.

    Raises
    ------
    RuleDoesNotApplyError
        The sentences are not built the way the rule expects.
    """
    for side in pair[:2]:
        if not side.words:
            raise RuleDoesNotApplyError("a sentence has no words")
        if not own and not _KNOWN_CHARACTERS.fullmatch(side.text):
            raise RuleDoesNotApplyError("characters the rules of the paradigms do not know")
        if not own and len(side.words) > _MOST_WORDS:
            raise RuleDoesNotApplyError(f"more than {_MOST_WORDS} words")
    try:
        marked = paradigm.rule(pair)
    except IndexError:
        raise RuleDoesNotApplyError("the sentence is too short") from None
    _check(pair.good, marked.good)
    _check(pair.bad, marked.bad)
    return finish(pair, _chars(pair, marked), paradigm.uid, paradigm.grade, paradigm.end_boundary)


def by_generic_rule(
    pair: MinimalPair, neighbourhood: Neighbourhood, fallback: str | None = None
) -> CriticalPhrases:
    """Mark a pair by the generic rule.

    Parameters
    ----------
    pair : MinimalPair
        The pair.
    neighbourhood : Neighbourhood
        Where the context is taken.
    fallback : str, optional
        Why the rule meant for the pair was not used.
    """
    try:
        marked = generic_rule(pair, neighbourhood)
    except RuleDoesNotApplyError as reason:
        return finish(pair, None, GENERIC, fallback=fallback, why_not=str(reason))
    if marked is None:
        return finish(pair, None, GENERIC, fallback=fallback)
    if marked.good.context is None or marked.bad.context is None:
        fallback = fallback or "no word stands beside the difference"
    return finish(pair, _chars(pair, marked), GENERIC, fallback=fallback)


def by_named_words(pair: MinimalPair, named: tuple[NamedWords, NamedWords]) -> CriticalPhrases:
    """Mark a pair by words its row names: the context, and the critical words or else the difference.

    Raises
    ------
    RuleDoesNotApplyError
        The words are not in the sentence.
    """
    generic = generic_rule(pair)
    if generic is None:
        raise RuleDoesNotApplyError("the sentences do not differ")
    sides = []
    for sentence, names, found in zip(pair[:2], named, generic, strict=True):
        critical = found.critical
        if names.critical is not None:
            critical = find_words(sentence, names.critical, WordRange(critical.start, critical.start))
        context = found.context if names.context is None else find_words(sentence, names.context, critical)
        marked = Spans(critical, context, critical if context is None else hull(critical, context))
        if context is not None:
            _check(sentence, marked)
        sides.append(marked)
    return finish(pair, _chars(pair, PairSpans(*sides)), "named words")


def finish(
    pair: MinimalPair,
    marked: PairCharSpans | None,
    rule: str,
    grade: str | None = None,
    end_boundary: bool = False,
    fallback: str | None = None,
    why_not: str | None = None,
) -> CriticalPhrases:
    """Add the flags that follow from the pair and its spans.

    Parameters
    ----------
    pair : MinimalPair
        The pair.
    marked : PairCharSpans or None
        Its spans.
    rule, grade, end_boundary, fallback
        See `CriticalPhrases`.
    why_not : str, optional
        Why there are no spans.
    """
    identical = pair.good.text == pair.bad.text
    excluded = why_not
    if identical:
        excluded = "the good and the bad sentence are the same"
    elif marked is None:
        excluded = why_not or "the sentences differ in case or punctuation alone"
    elif _phrase(pair.good, marked, 0) == _phrase(pair.bad, marked, 1):
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
        and (_is_wide(pair.good, marked, 0) or _is_wide(pair.bad, marked, 1)),
        fallback=fallback,
    )


def _chars(pair: MinimalPair, marked: PairSpans) -> PairCharSpans:
    return PairCharSpans(in_characters(pair.good, marked.good), in_characters(pair.bad, marked.bad))


def _check(side: Sentence, found: Spans) -> None:
    """Refuse spans that are empty, overlap, or leave the phrase or the sentence."""
    critical, context, phrase = found
    if context is None:
        raise RuleDoesNotApplyError("the rule finds no context")
    first, second = (critical, context) if critical.start < context.start else (context, critical)
    if not (
        0 <= phrase.start <= first.start < first.stop <= second.start < second.stop <= phrase.stop
        and phrase.stop <= len(side.words)
    ):
        raise RuleDoesNotApplyError("critical and context words do not come out apart")


def _phrase(side: Sentence, marked: PairCharSpans, number: int) -> list[str]:
    start, stop = marked[number].phrase
    return side.text[start:stop].lower().split()


def _is_wide(side: Sentence, marked: PairCharSpans, number: int) -> bool:
    """Tell whether a phrase is most of the words of its sentence."""
    start, stop = marked[number].phrase
    inside = bisect.bisect_left(side.starts, stop) - bisect.bisect_left(side.starts, start)
    return inside >= SENTENCE_WIDE_SHARE * len(side.words)
