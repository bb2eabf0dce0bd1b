"""Islands: a wh-word and the place it was taken from, allowed or not."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.noun_phrase import parse_noun_phrase
from indexer.phrases.rules.marks import (
    by_changed_word,
    first_of,
    last_of,
    last_word,
    require,
    to_end,
)
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, WordRange, word

WH_WORDS = frozenset({"who", "what", "whose", "which"})
WH_DETERMINERS = frozenset({"what", "whose", "which"})


def rest_of_the_question(pair: MinimalPair) -> PairSpans:
    """Critical: first differing word to the end, the same words in another order. Context: the wh-word."""
    return PairSpans(
        _question(pair.good, pair.difference.good.start),
        _question(pair.bad, pair.difference.bad.start),
    )


def coordination_and_verb(pair: MinimalPair) -> PairSpans:
    """Critical: "and", second conjunct and verb (good); the same words reordered (bad). Context: the wh-word.

    The auxiliary may agree with one or with both conjuncts, so it is left out of the comparison.
    """
    start = first_of(pair.good, {"and"})
    if pair.good.words[2:start] != pair.bad.words[2:start]:
        raise RuleDoesNotApplyError("the first conjuncts are not the same")
    return PairSpans(_question(pair.good, start), _question(pair.bad, start))


def _question(side: Sentence, start: int) -> Spans:
    require(side, 0, WH_WORDS)
    return spans(to_end(side, start), word(0))


@by_changed_word
def embedded_wh_word(side: Sentence, changed: int) -> Spans:
    """Critical: the pronoun or embedded wh-word that differs. Context: the matrix wh-word, word 0."""
    require(side, 0, WH_WORDS)
    return spans(word(changed), word(0))


def noun_left_behind_in_coordination(pair: MinimalPair) -> PairSpans:
    """Critical: the noun. Context: the wh-word. Good: wh and noun adjacent; bad: wh ... noun.

    The noun of the bad sentence is the one whose removal leaves what the good sentence has without its own.
    """
    require(pair.good, 0, WH_DETERMINERS)
    good, bad = pair.good, pair.bad
    stop = parse_noun_phrase(good.lower, 1).noun_stop
    noun, others = good.lower[1:stop], [good.lower[0], *good.lower[stop:]]
    n_words = len(noun)
    for at in range(1, len(bad) - n_words + 1):
        left = bad.lower[:at] + bad.lower[at + n_words :]
        if bad.lower[at : at + n_words] == noun and left == others:
            return PairSpans(
                spans(word(stop - 1), word(0)),
                spans(word(at + n_words - 1), word(0)),
            )
    raise RuleDoesNotApplyError("the noun after the wh-word is not left behind in the bad sentence")


def noun_left_behind_in_echo_question(pair: MinimalPair) -> PairSpans:
    """Critical: the noun. Context: the wh-word. Good: both at the end; bad: word 0 to the end."""
    return PairSpans(
        spans(
            word(last_word(pair.good)),
            word(last_of(pair.good, WH_DETERMINERS, last_word(pair.good))),
        ),
        _wh_to_last_word(pair.bad),
    )


def noun_left_behind(pair: MinimalPair) -> PairSpans:
    """Critical: the noun. Context: the wh-word. Good: wh and noun adjacent; bad: word 0 to the last word."""
    require(pair.good, 0, WH_DETERMINERS)
    noun = parse_noun_phrase(pair.good.lower, 1).head
    return PairSpans(spans(word(noun), word(0)), _wh_to_last_word(pair.bad))


def _wh_to_last_word(side: Sentence) -> Spans:
    require(side, 0, WH_DETERMINERS)
    return Spans(word(last_word(side)), word(0), WordRange(0, len(side)))
