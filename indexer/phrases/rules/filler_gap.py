"""Filler and gap: that, who or what, and the place where an argument is missing or not."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.noun_phrase import parse_noun_phrase
from indexer.phrases.rules.marks import by_changed_word, last_word, require
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, word

THAT = frozenset({"that"})
WH = frozenset({"who", "what"})
FILLERS = THAT | WH


def relative_clause_or_object_question(pair: MinimalPair) -> PairSpans:
    """Good: NP that REST. Bad: wh REST NP. Critical: that / the wh-word. Context: the last word.

    The good phrase starts at the head of NP.
    """
    noun_phrase = parse_noun_phrase(pair.good.lower, pair.difference.good.start)
    wh = pair.difference.bad.start
    require(pair.good, noun_phrase.stop, THAT)
    require(pair.bad, wh, WH)
    return PairSpans(
        spans(word(noun_phrase.stop), word(last_word(pair.good)), word(noun_phrase.head)),
        spans(word(wh), word(last_word(pair.bad))),
    )


def relative_clause_or_subject_question(pair: MinimalPair) -> PairSpans:
    """Good: NP that VERB. Bad: wh NP VERB. Critical: that / the wh-word. Context: the verb, right after.

    The good phrase starts at the head of NP. NP may hold a relative clause of its own: "that" is the last
    word of the difference.
    """
    good, bad = pair.difference
    that, wh = good.stop - 1, bad.start
    require(pair.good, that, THAT)
    require(pair.bad, wh, WH)
    head = parse_noun_phrase(pair.good.lower, good.start).head
    if head >= that:
        raise RuleDoesNotApplyError("no noun stands before that")
    return PairSpans(
        spans(word(that), word(good.stop), word(head)),
        spans(word(wh), word(bad.stop)),
    )


@by_changed_word
def filler_to_end(side: Sentence, filler: int) -> Spans:
    """Critical: that, who or what. Context: the last word, which fills the gap or stands before it."""
    require(side, filler, FILLERS)
    return spans(word(filler), word(last_word(side)))
