"""Minimal pairs in BLiMP's fields, and the critical phrases they are known to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from indexer.sample.dice import Dice
from indexer.sample.lexicon import (
    ADJECTIVES,
    AGREEING,
    CONTROL,
    IRREGULAR,
    IRREGULAR_NOUNS,
    NAMES,
    PAST,
    PEOPLE,
    PLACES,
    PRESENT,
    RAISING,
    THINGS,
)


@dataclass(frozen=True)
class Phrase:
    """A critical phrase, and what may stand around it in a sentence.

    Attributes
    ----------
    text : str
        As spelled in the middle of a sentence.
    kind : str
        ``object``: a noun phrase; ``clause``: a noun and its verb, to which a determiner belongs unless it is
        a name; ``there``: "there" up to "to".
    tail : str
        How a sentence may go on after it.
    """

    text: str
    kind: str
    tail: str = ""


@dataclass(frozen=True)
class MinimalPair:
    """One item: the line of the JSON file and the phrase of each side."""

    record: dict[str, str | bool]
    good: Phrase
    bad: Phrase


def minimal_pairs(dice: Dice, pairs_per_paradigm: int) -> Iterator[MinimalPair]:
    """Yield the pairs of every paradigm, paradigm by paradigm; no two of a paradigm are equal."""
    for name, paradigm in PARADIGMS.items():
        seen: set[tuple[str, str]] = set()
        while len(seen) < pairs_per_paradigm:
            prefix, good, bad, rest, phrases = paradigm.draw(dice)
            sentences = tuple(_sentence(*words, rest) for words in zip(prefix, (good, bad), strict=True))
            if (sentences[0], sentences[1]) in seen:
                continue
            record = _record(name, paradigm, sentences, prefix, (good, bad), rest)
            record["pairID"] = str(len(seen))
            seen.add((sentences[0], sentences[1]))
            yield MinimalPair(record, *phrases)


Draw = tuple[tuple[str, str], str, str, str, tuple[Phrase, Phrase]]
"""Words before the contrast on each side, the contrast of each side, the words after it, and the phrases."""


def _sentence(prefix: str, contrast: str, rest: str) -> str:
    text = " ".join(part for part in (prefix, contrast, rest) if part)
    return text[0].upper() + text[1:] + "."


def _record(
    name: str,
    paradigm: Paradigm,
    sentences: tuple[str, ...],
    prefix: tuple[str, str],
    contrast: tuple[str, str],
    rest: str,
) -> dict[str, str | bool]:
    record: dict[str, str | bool] = {"sentence_good": sentences[0], "sentence_bad": sentences[1]}
    starts = [part[0].upper() + part[1:] for part in prefix]
    if paradigm.method == "one_prefix":
        record["one_prefix_prefix"] = starts[0]
        record["one_prefix_word_good"], record["one_prefix_word_bad"] = contrast
    if paradigm.method == "two_prefix":
        record["two_prefix_prefix_good"], record["two_prefix_prefix_bad"] = (
            f"{start} {word}" for start, word in zip(starts, contrast, strict=True)
        )
        record["two_prefix_word"] = rest.split(maxsplit=1)[0]
    return record | {
        "field": paradigm.field,
        "linguistics_term": paradigm.phenomenon,
        "UID": name,
        "simple_LM_method": True,
        "one_prefix_method": paradigm.method == "one_prefix",
        "two_prefix_method": paradigm.method == "two_prefix",
        "lexically_identical": paradigm.phenomenon == "determiner_noun_agreement",
    }


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _subject(dice: Dice) -> str:
    """Draw a subject that no agreement hangs on."""
    noun = dice.pick(PEOPLE)
    return dice.pick((dice.pick(NAMES), f"the {noun}", f"some {noun}s", f"every {noun}", f"most {noun}s"))


def _determiners(dice: Dice) -> tuple[str, str, bool]:
    """Draw a demonstrative, the one of the other number, and whether the first is the plural one."""
    singular, plural = dice.pick((("this", "these"), ("that", "those")))
    return (plural, singular, True) if dice.chance(0.5) else (singular, plural, False)


def _determiner_noun_1(dice: Dice) -> Draw:
    determiner, _, many = _determiners(dice)
    noun = dice.pick(THINGS if dice.chance(0.6) else PEOPLE)
    good, bad = (noun + "s", noun) if many else (noun, noun + "s")
    prefix = f"{_subject(dice)} {dice.pick(PAST)} {determiner}"
    phrases = Phrase(f"{determiner} {good}", "object"), Phrase(f"{determiner} {bad}", "object")
    return (prefix, prefix), good, bad, "", phrases


def _determiner_noun_2(dice: Dice) -> Draw:
    good, bad, many = _determiners(dice)
    noun = dice.pick(THINGS if dice.chance(0.6) else PEOPLE) + ("s" if many else "")
    prefix = f"{_subject(dice)} {dice.pick(PAST)}"
    phrases = Phrase(f"{good} {noun}", "object"), Phrase(f"{bad} {noun}", "object")
    return (prefix, prefix), good, bad, noun, phrases


def _determiner_noun_with_adjective(dice: Dice) -> Draw:
    determiner, _, many = _determiners(dice)
    noun = dice.pick(THINGS)
    good, bad = (noun + "s", noun) if many else (noun, noun + "s")
    start = f"{determiner} {dice.pick(ADJECTIVES)}"
    prefix = f"{_subject(dice)} {dice.pick(PAST)} {start}"
    return (
        (prefix, prefix),
        good,
        bad,
        "",
        (Phrase(f"{start} {good}", "object"), Phrase(f"{start} {bad}", "object")),
    )


def _verb(dice: Dice) -> tuple[str, str, str, str]:
    """Draw a verb for one, the same for many, what follows it in a pair, and what follows it elsewhere."""
    if dice.chance(0.3):
        one, many, rest = dice.pick(AGREEING)
        return one, many, rest, rest
    verb = dice.pick(PRESENT)
    return verb + "s", verb, dice.pick(NAMES), "the"


def _subject_verb_1(dice: Dice) -> Draw:
    one, many, rest, tail = _verb(dice)
    plural = dice.chance(0.5)
    if plural:
        noun = dice.pick(PEOPLE) + "s"
        prefix = f"{dice.pick(('the', 'some', 'these', 'most'))} {noun}"
    else:
        noun = dice.pick(PEOPLE) if dice.chance(0.6) else dice.pick(NAMES)
        prefix = noun if noun in NAMES else f"{dice.pick(('the', 'this', 'every', 'a'))} {noun}"
    good, bad = (many, one) if plural else (one, many)
    phrases = Phrase(f"{noun} {good}", "clause", tail), Phrase(f"{noun} {bad}", "clause", tail)
    return (prefix, prefix), good, bad, rest, phrases


def _subject_verb_2(dice: Dice) -> Draw:
    one, many, rest, tail = _verb(dice)
    noun, plural = dice.pick(PEOPLE), dice.chance(0.5)
    good, bad = (noun + "s", noun) if plural else (noun, noun + "s")
    verb = many if plural else one
    phrases = Phrase(f"{good} {verb}", "clause", tail), Phrase(f"{bad} {verb}", "clause", tail)
    return ("the", "the"), good, bad, f"{verb} {rest}", phrases


def _irregular_past(dice: Dice) -> Draw:
    good, bad = dice.pick(IRREGULAR)
    noun = dice.pick((dice.pick(PEOPLE), dice.pick(PEOPLE) + "s", dice.pick(NAMES)))
    prefix = noun if noun in NAMES else f"the {noun}"
    phrases = Phrase(f"{noun} {good}", "clause", "the"), Phrase(f"{noun} {bad}", "clause", "the")
    thing = dice.pick(THINGS)
    return (prefix, prefix), good, bad, dice.pick((f"the {thing}", _a(thing), f"one {thing}")), phrases


def _existential_there(dice: Dice) -> Draw:
    auxiliary = dice.pick(tuple(RAISING))
    prefix = f"there {auxiliary}".strip()
    good, bad = dice.pick(RAISING[auxiliary]), dice.pick(CONTROL[auxiliary])
    thing, posture = dice.pick(THINGS), dice.pick(("lying", "standing", "hanging"))
    rest = f"to be {_a(thing)} {posture} near the {dice.pick(PLACES)}"
    phrases = Phrase(f"{prefix} {good} to", "there", "be a"), Phrase(f"{prefix} {bad} to", "there", "be a")
    return (prefix, prefix), good, bad, rest, phrases


def _subject_verb_irregular(dice: Dice) -> Draw:
    one, many, rest, tail = _verb(dice)
    plural = dice.chance(0.5)
    noun = dice.pick(IRREGULAR_NOUNS)[plural]
    prefix = f"{dice.pick(('the', 'these', 'most') if plural else ('the', 'this', 'every'))} {noun}"
    good, bad = (many, one) if plural else (one, many)
    phrases = Phrase(f"{noun} {good}", "clause", tail), Phrase(f"{noun} {bad}", "clause", tail)
    return (prefix, prefix), good, bad, rest, phrases


class Paradigm(NamedTuple):
    """How a paradigm draws a pair, and what BLiMP says of it: field, phenomenon and scoring method."""

    draw: Callable[[Dice], Draw]
    field: str
    phenomenon: str
    method: str


PARADIGMS = {
    "determiner_noun_agreement_1": Paradigm(
        _determiner_noun_1, "morphology", "determiner_noun_agreement", "one_prefix"
    ),
    "determiner_noun_agreement_2": Paradigm(
        _determiner_noun_2, "morphology", "determiner_noun_agreement", "two_prefix"
    ),
    "determiner_noun_agreement_with_adjective_1": Paradigm(
        _determiner_noun_with_adjective, "morphology", "determiner_noun_agreement", "one_prefix"
    ),
    "regular_plural_subject_verb_agreement_1": Paradigm(
        _subject_verb_1, "morphology", "subject_verb_agreement", "one_prefix"
    ),
    "regular_plural_subject_verb_agreement_2": Paradigm(
        _subject_verb_2, "morphology", "subject_verb_agreement", "two_prefix"
    ),
    "irregular_plural_subject_verb_agreement_1": Paradigm(
        _subject_verb_irregular, "morphology", "subject_verb_agreement", "one_prefix"
    ),
    "irregular_past_participle_verbs": Paradigm(
        _irregular_past, "morphology", "irregular_forms", "one_prefix"
    ),
    "existential_there_subject_raising": Paradigm(
        _existential_there, "syntax_semantics", "control_raising", "simple"
    ),
}
