"""Argument structure: a verb and the noun it takes, or does not take."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.noun_phrase import AUXILIARIES, parse_noun_phrase, skip_auxiliaries, word_list
from indexer.phrases.rules.marks import by_structure, last_of, to_end
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, WordRange, word

PARTICLES = word_list("up down out over away off apart around")
BY = frozenset({"by"})
BE = word_list("is are was were isn't aren't wasn't weren't")


@by_structure
def participle_and_agent(side: Sentence) -> Spans:
    """Critical: head noun of the by-phrase. Context: first word of the participle."""
    by = last_of(side, BY, len(side))
    participle = last_of(side, BE, by) + 1
    return spans(word(parse_noun_phrase(side.lower, by + 1).head), word(participle))


@by_structure
def subject_head_and_lexical_verb(side: Sentence) -> Spans:
    """Critical: head noun of the subject. Context: the lexical verb, one word."""
    subject = parse_noun_phrase(side.lower, 0)
    verb = skip_auxiliaries(side.lower, subject.stop)
    if verb >= len(side):
        raise RuleDoesNotApplyError("no lexical verb follows the subject")
    return spans(word(subject.head), word(verb))


def verb_and_object(pair: MinimalPair) -> PairSpans:
    """Critical: the verb, with its particle or preposition. Context: head noun of the object.

    The verb is the difference; where one side of it is empty ("talk to" / "talk") it takes the word before.
    Auxiliaries at its left are dropped, a shared particle at its right is kept.
    """
    good, bad = _widened(pair)
    return PairSpans(_verb_with_object(pair.good, good), _verb_with_object(pair.bad, bad))


def _verb_with_object(side: Sentence, differing: WordRange) -> Spans:
    verb = _without_auxiliaries(side, differing)
    if side.lower[verb.stop] in PARTICLES:
        verb = WordRange(verb.start, verb.stop + 1)
    return spans(verb, word(parse_noun_phrase(side.lower, verb.stop).head))


def subject_and_objectless_verb(pair: MinimalPair) -> PairSpans:
    """Critical: the verb, to the end of the sentence. Context: head noun of the subject."""
    good, bad = _widened(pair)
    return PairSpans(_subject_and_rest(pair.good, good), _subject_and_rest(pair.bad, bad))


def _subject_and_rest(side: Sentence, differing: WordRange) -> Spans:
    verb = _without_auxiliaries(side, to_end(side, differing.start))
    head = parse_noun_phrase(side.lower, 0).head
    if head >= verb.start:
        raise RuleDoesNotApplyError("no subject stands before the verb")
    return spans(verb, word(head))


@by_structure
def passive_with_agent(side: Sentence) -> Spans:
    """Critical: the participle. Context: the form of be before it. The phrase takes "by" as well."""
    by = last_of(side, BY, len(side))
    return _be_and_participle(side, by, word(by))


@by_structure
def passive_without_agent(side: Sentence) -> Spans:
    """Critical: the participle, to the end of the sentence. Context: the form of be before it."""
    return _be_and_participle(side, len(side))


def _be_and_participle(side: Sentence, stop: int, *more: WordRange) -> Spans:
    be = last_of(side, BE, stop)
    if be + 1 >= stop:
        raise RuleDoesNotApplyError("no participle follows the form of be")
    return spans(WordRange(be + 1, stop), word(be), *more)


def _widened(pair: MinimalPair) -> tuple[WordRange, WordRange]:
    good, bad = pair.difference
    if good.n_words and bad.n_words:
        return good, bad
    if not good.n_words and not bad.n_words:
        raise RuleDoesNotApplyError("the sentences do not differ")
    return WordRange(good.start - 1, good.stop), WordRange(bad.start - 1, bad.stop)


def _without_auxiliaries(side: Sentence, differing: WordRange) -> WordRange:
    """Drop auxiliaries at the left, but keep the last word: "have" is a lexical verb there."""
    start = differing.start
    while start + 1 < differing.stop and side.lower[start] in AUXILIARIES:
        start += 1
    return WordRange(start, differing.stop)
