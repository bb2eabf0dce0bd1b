"""Agreement and irregular forms: two words that must fit, one of them changed."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.noun_phrase import parse_noun_phrase
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, WordRange, hull, word

DEMONSTRATIVES = frozenset({"this", "that", "these", "those"})


def one_changed_word(pair: MinimalPair) -> tuple[int, int]:
    """Return the number of the changed word on each side.

    Raises
    ------
    RuleDoesNotApplyError
        More or fewer than one word changed.
    """
    good, bad = pair.difference
    if good.n_words != 1 or bad.n_words != 1:
        raise RuleDoesNotApplyError("not exactly one word differs")
    return good.start, bad.start


def subject_head_and_verb(pair: MinimalPair) -> PairSpans:
    """Critical: the changed verb. Context: the head noun of the subject."""
    return PairSpans(*(_subject_and(side, at) for side, at in _changed(pair)))


def _subject_and(side: Sentence, verb: int) -> Spans:
    head = parse_noun_phrase(side.lower, 0).head
    if head >= verb:
        raise RuleDoesNotApplyError("the changed word does not stand after a subject")
    return spans(word(verb), word(head))


def noun_and_next_word(pair: MinimalPair) -> PairSpans:
    """Critical: the changed subject noun. Context: the verb or auxiliary right after it."""
    return PairSpans(*(_with_next(side, at) for side, at in _changed(pair)))


def _with_next(side: Sentence, at: int) -> Spans:
    if at + 1 >= len(side):
        raise RuleDoesNotApplyError("no word follows the changed word")
    return spans(word(at), word(at + 1))


def demonstrative_and_noun(pair: MinimalPair) -> PairSpans:
    """Critical: the changed noun. Context: the nearest demonstrative to its left."""
    return PairSpans(*(_with_demonstrative(side, at) for side, at in _changed(pair)))


def _with_demonstrative(side: Sentence, noun: int) -> Spans:
    for at in range(noun - 1, -1, -1):
        if side.lower[at] in DEMONSTRATIVES:
            return spans(word(noun), word(at))
    raise RuleDoesNotApplyError("no demonstrative stands before the changed noun")


def changed_demonstrative(pair: MinimalPair) -> PairSpans:
    """Critical: the changed demonstrative. Context: the noun, the last word of the sentence."""
    return PairSpans(*(_demonstrative_to_end(side, at) for side, at in _changed(pair)))


def _demonstrative_to_end(side: Sentence, at: int) -> Spans:
    if side.lower[at] not in DEMONSTRATIVES:
        raise RuleDoesNotApplyError("the changed word is no demonstrative")
    if at + 1 >= len(side):
        raise RuleDoesNotApplyError("no noun follows the demonstrative")
    return spans(word(at), word(len(side) - 1))


def attributive_participle(pair: MinimalPair) -> PairSpans:
    """Critical: the changed participle. Context: the noun after it. The determiner before it is kept."""
    return PairSpans(*(_attributive(side, at) for side, at in _changed(pair)))


def _attributive(side: Sentence, at: int) -> Spans:
    if at == 0 or at + 1 >= len(side):
        raise RuleDoesNotApplyError("the participle does not stand between a determiner and a noun")
    return Spans(word(at), word(at + 1), hull(word(at - 1), word(at + 1)))


def _changed(pair: MinimalPair) -> tuple[tuple[Sentence, int], tuple[Sentence, int]]:
    good, bad = one_changed_word(pair)
    return (pair.good, good), (pair.bad, bad)


def from_start(stop: int) -> WordRange:
    """Return the range from the first word of the sentence to word `stop` (excluded)."""
    return WordRange(0, stop)
