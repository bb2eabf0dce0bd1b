"""Quantifiers: which ones an existential, or a negative subject, allows."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.rules.marks import by_changed_word, by_structure, first_of, require
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, WordRange, word

THERE = frozenset({"there"})
SUPERLATIVES = frozenset({("at", "most"), ("at", "least")})


@by_changed_word
def quantifier_after_there(side: Sentence, quantifier: int) -> Spans:
    """Critical: the quantifier. Context: There, word 0."""
    require(side, 0, THERE)
    return spans(word(quantifier), word(0))


def quantifier_before_or_after_there(pair: MinimalPair) -> PairSpans:
    """Critical: the quantifier. Context: there, after the verb (good) or word 0 (bad)."""
    require(pair.bad, 0, THERE)
    quantifier = first_of(pair.bad, {pair.good.lower[0]}, 1)
    return PairSpans(
        spans(word(0), word(first_of(pair.good, THERE))),
        spans(word(quantifier), word(0)),
    )


def compared_quantifier_after_no(pair: MinimalPair) -> PairSpans:
    """Critical: the two words of the quantifier that differs. Context: No, word 0."""
    return PairSpans(
        _after_no(pair.good, pair.difference.good),
        _after_no(pair.bad, pair.difference.bad),
    )


def _after_no(side: Sentence, quantifier: WordRange) -> Spans:
    require(side, 0, {"no"})
    if quantifier.n_words != 2:
        raise RuleDoesNotApplyError("the quantifiers do not differ in two words")
    return spans(quantifier, word(0))


@by_structure
def determiner_and_superlative(side: Sentence) -> Spans:
    """Critical: the determiner or No, word 0. Context: at most, at least."""
    for at in range(1, len(side) - 1):
        if (side.lower[at], side.lower[at + 1]) in SUPERLATIVES:
            return spans(word(0), WordRange(at, at + 2))
    raise RuleDoesNotApplyError('neither "at most" nor "at least" in the sentence')
