"""Negative polarity: "ever", or an adverb in its place, and what could license it."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.noun_phrase import AUXILIARIES
from indexer.phrases.rules.marks import by_changed_word, by_structure, first_of, last_of, require
from indexer.phrases.rules.rule import PairSpans, Spans, spans
from indexer.phrases.sentence import Sentence, word

EVER = frozenset({"ever"})
ONLY = frozenset({"only"})
NOT = frozenset({"not"})
FOCUS = frozenset({"only", "even"})


def inverted_auxiliary_and_ever(pair: MinimalPair) -> PairSpans:
    """Critical: ever. Context: the inverted auxiliary, word 0 (good); the auxiliary before ever (bad)."""
    good, bad = first_of(pair.good, EVER), first_of(pair.bad, EVER)
    require(pair.good, 0, AUXILIARIES)
    auxiliary = last_of(pair.bad, AUXILIARIES, bad)
    return PairSpans(spans(word(good), word(0)), spans(word(bad), word(auxiliary), word(0)))


@by_changed_word
def first_word_and_adverb(side: Sentence, adverb: int) -> Spans:
    """Critical: the adverb or ever. Context: word 0, where a licensor stands or could stand."""
    return spans(word(adverb), word(0))


@by_structure
def focus_particle_and_ever(side: Sentence) -> Spans:
    """Critical: Only or Even, word 0. Context: ever."""
    require(side, 0, FOCUS)
    return spans(word(0), word(first_of(side, EVER)))


@by_structure
def only_and_ever(side: Sentence) -> Spans:
    """Critical: only, wherever it stands. Context: ever."""
    only = first_of(side, ONLY)
    return spans(word(only), word(first_of(side, EVER, only)))


@by_changed_word
def adverb_before_ever(side: Sentence, adverb: int) -> Spans:
    """Critical: not, or the adverb in its place. Context: ever, the next word."""
    require(side, adverb + 1, EVER)
    return spans(word(adverb), word(adverb + 1))


@by_structure
def not_and_ever(side: Sentence) -> Spans:
    """Critical: not, wherever it stands. Context: ever."""
    ever = first_of(side, EVER)
    return spans(word(last_of(side, NOT, ever)), word(ever))
