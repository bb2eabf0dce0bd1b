"""Ellipsis in noun phrases: an adjective or noun that is left out of the second conjunct, or left behind."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.noun_phrase import parse_noun_phrase
from indexer.phrases.rules.marks import first_of, last_word
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, spans
from indexer.phrases.sentence import Sentence, WordRange, word

LONG_ADJECTIVES = (("out", "in", "the", "open"),)
"""Adjectives of several words."""


def adjective_before_noun_or_stranded(pair: MinimalPair) -> PairSpans:
    """Critical: the adjective, in the first conjunct (good) or last (bad). Context: the bare quantifier.

    Good: P ADJ REST. Bad: P REST ADJ. The quantifier is the last word of REST; the phrase is all but P.
    """
    good, bad = pair.good, pair.bad
    start = pair.difference.good.start
    ours, theirs = good.lower[start:], bad.lower[start:]
    for n_words in range(1, len(ours)):
        if ours[n_words:] + ours[:n_words] == theirs:
            adjective = WordRange(len(bad) - n_words, len(bad))
            return PairSpans(
                spans(WordRange(start, start + n_words), word(last_word(good))),
                spans(adjective, word(adjective.start - 1), word(start)),
            )
    raise RuleDoesNotApplyError("the adjective of the good sentence is not stranded in the bad one")


def noun_or_stranded_adjective(pair: MinimalPair) -> PairSpans:
    """Critical: the final noun (good), the stranded adjective (bad). Context: the first conjunct's noun.

    Good: P NOUN and REST ADJ2 NOUN. Bad: P ADJ1 NOUN and REST ADJ2. The phrase is all but P. Of a compound
    noun the head alone is marked, in both conjuncts; an "of" that dangles at the end goes with the last noun.
    """
    good, bad = pair.good, pair.bad
    start = pair.difference.good.start
    noun = WordRange(start, first_of(good, {"and"}, start))
    if not noun.n_words or not _is_at_end(good, noun):
        raise RuleDoesNotApplyError("the good sentence does not end in the noun of its first conjunct")
    rest = good.lower[noun.start : len(good) - noun.n_words]
    adjective_words = len(bad) - start - len(rest)
    inner = WordRange(start + adjective_words, start + adjective_words + noun.n_words)
    if adjective_words < 1 or bad.lower[inner.start :] != rest:
        raise RuleDoesNotApplyError("the bad sentence has no stranded adjective")
    phrase_start = word(start)
    head = _head(good, noun)
    final = WordRange(len(good) - noun.stop + head.start, len(good))
    return PairSpans(
        spans(final, head, phrase_start),
        spans(_final_adjective(bad), _head(bad, inner), phrase_start),
    )


def _is_at_end(side: Sentence, noun: WordRange) -> bool:
    return side.lower[noun.start : noun.stop] == side.lower[len(side) - noun.n_words :]


def _head(side: Sentence, noun: WordRange) -> WordRange:
    return word(parse_noun_phrase(side.lower, noun.start).head)


def _final_adjective(side: Sentence) -> WordRange:
    for adjective in LONG_ADJECTIVES:
        if tuple(side.lower[-len(adjective) :]) == adjective:
            return WordRange(len(side) - len(adjective), len(side))
    return word(last_word(side))
