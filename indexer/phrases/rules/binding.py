"""Anaphors and binding: a reflexive or pronoun, and the noun that may or may not bind it."""

from __future__ import annotations

from indexer.phrases.noun_phrase import parse_noun_phrase, skip_auxiliaries
from indexer.phrases.rules.marks import (
    by_changed_word,
    by_structure,
    first_of,
    last_word,
    require,
    to_end,
)
from indexer.phrases.rules.rule import RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, word

REFLEXIVES = frozenset({"himself", "herself", "itself", "themselves"})
PRONOUNS = frozenset({"him", "her", "it", "them"})
COMPLEMENTIZER = frozenset({"that"})
RELATIVE_PRONOUNS = frozenset({"that", "who"})


@by_structure
def subject_head_and_reflexive(side: Sentence) -> Spans:
    """Critical: the reflexive, the last word. Context: the head noun of the matrix subject."""
    require(side, last_word(side), REFLEXIVES)
    return spans(word(last_word(side)), word(parse_noun_phrase(side.lower, 0).head))


@by_changed_word
def nominative_slot(side: Sentence, pronoun: int) -> Spans:
    """Critical: pronoun or reflexive. Context: "that" before it. The finite word after it is kept."""
    require(side, pronoun - 1, COMPLEMENTIZER)
    return spans(word(pronoun), word(pronoun - 1), word(pronoun + 1))


@by_structure
def verb_form_after_reflexive(side: Sentence) -> Spans:
    """Critical: the verb form after the reflexive. Context: the reflexive. The embedding verb is kept."""
    reflexive = first_of(side, REFLEXIVES)
    verb = reflexive - 2 if reflexive >= 2 and side.lower[reflexive - 1] == "about" else reflexive - 1
    if verb < 1 or reflexive + 1 >= len(side):
        raise RuleDoesNotApplyError("the reflexive does not stand between two verbs")
    return spans(word(reflexive + 1), word(reflexive), word(verb))


@by_structure
def embedded_subject_after_that(side: Sentence) -> Spans:
    """Critical: pronoun or reflexive, the last word. Context: head of the subject after "that"."""
    require(side, last_word(side), REFLEXIVES | PRONOUNS)
    that = first_of(side, COMPLEMENTIZER, parse_noun_phrase(side.lower, 0).stop)
    return spans(word(last_word(side)), word(parse_noun_phrase(side.lower, that + 1).head))


@by_structure
def embedded_subject_and_reflexive(side: Sentence) -> Spans:
    """Critical: the reflexive, the last word. Context: head of the embedded subject, no complementizer."""
    require(side, last_word(side), REFLEXIVES)
    return spans(word(last_word(side)), word(_embedded_head(side)))


@by_structure
def embedded_subject_itself(side: Sentence) -> Spans:
    """Critical: head of the embedded subject. Context: the reflexive, the last word."""
    require(side, last_word(side), REFLEXIVES)
    return spans(word(_embedded_head(side)), word(last_word(side)))


def _embedded_head(side: Sentence) -> int:
    verb = skip_auxiliaries(side.lower, parse_noun_phrase(side.lower, 0).stop)
    return parse_noun_phrase(side.lower, verb + 1).head


@by_structure
def clause_after_cleft_reflexive(side: Sentence) -> Spans:
    """Critical: the clause after that/who. Context: the reflexive, word 1. The phrase runs to the end."""
    require(side, 1, REFLEXIVES)
    require(side, 2, RELATIVE_PRONOUNS)
    return spans(to_end(side, 3), word(1))
