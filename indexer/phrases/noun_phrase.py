"""Finds the head noun of a noun phrase that starts at a known word, with closed word lists alone.

It needs no lexicon of verbs and no tagger because the subjects of the paradigms have no adjectives:

1. skip a quantifier of several words, or one determiner;
2. take one noun: a compound of the list, otherwise one word;
3. while it ends in ``'s`` or ``s'`` it is a possessor: go on with the next noun;
4. the head is the last word of that noun;
5. after ``of`` or ``about`` a noun phrase follows and belongs to this one; the head stays;
6. a ``who`` or ``that`` that follows opens a relative clause, which is not part of what is parsed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from indexer.phrases.rules.rule import RuleDoesNotApplyError


def word_list(words: str) -> frozenset[str]:
    """Return the words of a line as a closed list."""
    return frozenset(words.split())


NUMERALS = word_list("one two three four five six seven eight nine ten")
DETERMINERS = NUMERALS | word_list(
    "the a an some this that these those every each all most many few no several"
)

QUANTIFIERS = (("a", "lot", "of"), ("a", "few"))
"""Quantifiers of several words without a numeral."""

COMPARED_QUANTIFIERS = (("fewer", "than"), ("more", "than"), ("at", "least"), ("at", "most"))
"""Quantifiers of two words before a numeral."""

COMPOUNDS = frozenset(
    tuple(compound.split())
    for compound in (
        "newspaper article",
        "newspaper articles",
        "high school",
        "high schools",
        "college campus",
        "college campuses",
        "art gallery",
        "art galleries",
        "grocery store",
        "grocery stores",
        "public park",
        "public parks",
        "movie theater",
        "movie theaters",
        "french teacher",
        "french teachers",
        "piano teacher",
        "piano teachers",
        "best friend",
        "best friends",
        "ice cream",
        "current events",
        "winston churchill",
        "harvard university",
        "great lakes",
    )
)
"""Nouns of two words; the second is the head."""

NOUN_PREPOSITIONS = frozenset({"of", "about"})

AUXILIARIES = word_list(
    "is are was were has have had do does did will would can could should might may must "
    "isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't can't cannot "
    "couldn't shouldn't mightn't mayn't mustn't"
)
"""Auxiliaries and their contracted negations."""


class NounPhrase(NamedTuple):
    """A parsed noun phrase.

    Attributes
    ----------
    head : int
        Word number of the head noun.
    stop : int
        Word number after the phrase, its ``of`` and ``about`` phrases included.
    noun_stop : int
        Word number after the noun itself, before any ``of`` or ``about``.
    """

    head: int
    stop: int
    noun_stop: int


def parse_noun_phrase(lower: Sequence[str], start: int) -> NounPhrase:
    """Parse the noun phrase that starts at word `start`.

    Parameters
    ----------
    lower : sequence of str
        The words of the sentence in lower case.
    start : int
        Its first word.

    Raises
    ------
    RuleDoesNotApplyError
        The sentence ends before a noun was met.
    """
    here = _noun_stop(lower, skip_determiner(lower, start))
    while _is_possessor(lower[here - 1]):
        here = _noun_stop(lower, skip_determiner(lower, here))
    noun_stop = here
    if here < len(lower) and lower[here] in NOUN_PREPOSITIONS:
        here = parse_noun_phrase(lower, here + 1).stop
    return NounPhrase(head=noun_stop - 1, stop=here, noun_stop=noun_stop)


def skip_determiner(lower: Sequence[str], start: int) -> int:
    """Return the word after the determiner or quantifier at `start`, or `start` where there is none."""
    for quantifier in QUANTIFIERS:
        if tuple(lower[start : start + len(quantifier)]) == quantifier:
            return start + len(quantifier)
    if tuple(lower[start : start + 2]) in COMPARED_QUANTIFIERS and lower[start + 2 : start + 3]:
        return start + (3 if lower[start + 2] in NUMERALS else 2)
    if start < len(lower) and lower[start] in DETERMINERS:
        return start + 1
    return start


def skip_auxiliaries(lower: Sequence[str], start: int) -> int:
    """Return the first word from `start` on that is no auxiliary and no ``not``."""
    while start < len(lower) and (lower[start] in AUXILIARIES or lower[start] == "not"):
        start += 1
    return start


def _noun_stop(lower: Sequence[str], start: int) -> int:
    if start >= len(lower):
        raise RuleDoesNotApplyError("the sentence ends where a noun is expected")
    if start + 1 < len(lower):
        second = lower[start + 1]
        bare = second[:-2] if second.endswith("'s") else second.removesuffix("'")
        if (lower[start], bare) in COMPOUNDS:
            return start + 2
    return start + 1


def _is_possessor(noun: str) -> bool:
    return noun.endswith(("'s", "s'"))
