"""Agreement and irregular forms: two words that must fit, one of them changed."""

from __future__ import annotations

from indexer.phrases.noun_phrase import parse_noun_phrase
from indexer.phrases.rules.marks import by_changed_word, last_of, last_word, require
from indexer.phrases.rules.rule import RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, word

DEMONSTRATIVES = frozenset({"this", "that", "these", "those"})


@by_changed_word
def subject_head_and_verb(side: Sentence, verb: int) -> Spans:
    """Critical: the changed verb. Context: the head noun of the subject."""
    head = parse_noun_phrase(side.lower, 0).head
    if head >= verb:
        raise RuleDoesNotApplyError("the changed word does not stand after a subject")
    return spans(word(verb), word(head))


@by_changed_word
def noun_and_next_word(side: Sentence, noun: int) -> Spans:
    """Critical: the changed subject noun. Context: the verb or auxiliary right after it."""
    if noun + 1 >= len(side):
        raise RuleDoesNotApplyError("no word follows the changed noun")
    return spans(word(noun), word(noun + 1))


@by_changed_word
def demonstrative_and_noun(side: Sentence, noun: int) -> Spans:
    """Critical: the changed noun. Context: the nearest demonstrative to its left."""
    return spans(word(noun), word(last_of(side, DEMONSTRATIVES, noun)))


@by_changed_word
def changed_demonstrative(side: Sentence, demonstrative: int) -> Spans:
    """Critical: the changed demonstrative. Context: the noun, always the last word of the sentence."""
    require(side, demonstrative, DEMONSTRATIVES)
    return spans(word(demonstrative), word(last_word(side)))


@by_changed_word
def attributive_participle(side: Sentence, participle: int) -> Spans:
    """Critical: the participle. Context: the noun after it. The determiner before it is kept."""
    if participle == 0:
        raise RuleDoesNotApplyError("no determiner stands before the participle")
    noun = parse_noun_phrase(side.lower, participle + 1).head
    return spans(word(participle), word(noun), word(participle - 1))
