"""The sentences of the sample's corpus: some hold a critical phrase, most hold none."""

from __future__ import annotations

from typing import ClassVar

from indexer.sample.dice import Dice
from indexer.sample.lexicon import ADJECTIVES, DAYS, NAMES, PAST, PEOPLE, PLACES, THINGS
from indexer.sample.pairs import Phrase

_PLAIN = (
    "The {person} {past} the {thing} near the {place}.",
    "On {day} {name} {past} a {adjective} {thing}.",
    "{name} and {name2} {past} every {thing} near the {place}.",
    "Nobody at the {place} {past} the {adjective} {thing}.",
    "The {adjective} {thing}, which {name} {past} on {day}, stood behind the {place}.",
    '"My {thing} came from the {place}," said {name}.',
    "After the {person} left, {name} {past} her {thing} and one {adjective} {thing2}.",
    "Did the {person} of the {place} ask for the {thing}?",
    "By the {place} the {person}'s {thing} lay beside a {adjective} {thing2} (and one {thing}).",
    "Some years later, {name} would sell the {thing} to a {person} from the {place}.",
)

_OBJECT = (
    "{name} {past} {phrase} near the {place}.",
    "On {day} the {person} came for {phrase}, and {name} laughed.",
    "{Phrase}, said {name}, came from the {place}.",
    '"{Phrase} again!" cried the {person}.',
    "Nobody in the {place} would speak of {phrase}.",
    "By the {place} ({phrase} in hand) {name} waited for the {person}.",
)

_OWNER = "{name} {past} {phrase}'s {thing2} on {day}."
_CLAUSE = (
    "{The}{phrase} {tail}.",
    "On {day} {the}{phrase} {tail}.",
    '"{The}{phrase} {tail}," said {name}.',
    "{name} heard that {the}{phrase} {tail}, and smiled.",
    "When {the}{phrase} {tail}, the {person} of the {place} {past} one {thing}.",
)

_THERE = (
    "{Phrase} {tail} near the {place}.",
    "{name} said that {phrase} {tail} by the {place}.",
    '"{Phrase} {tail}," the {person} called.',
    "On {day} {phrase} {tail} at the {place}, said {name}.",
)

_LOUD = "NOTICE FROM THE {place}: {sentence}"


def plain_sentence(dice: Dice) -> str:
    """Return a sentence without demonstratives, present tenses or irregular pasts after a noun."""
    return dice.pick(_PLAIN).format_map(_Words(dice))


def sentence_with(phrase: Phrase, dice: Dice) -> str:
    """Return a sentence that holds a phrase: at its start, inside it, in quotes, brackets or capitals."""
    words = _Words(dice)
    text = phrase.text
    words["phrase"], words["Phrase"] = text, text[0].upper() + text[1:]
    if phrase.kind == "object":
        frame = _OWNER if dice.chance(0.05) and not text.endswith("s") else dice.pick(_OBJECT)
    elif phrase.kind == "there":
        frame = dice.pick(_THERE)
        words["tail"] = f"{phrase.tail} {dice.pick(ADJECTIVES)} {dice.pick(THINGS)}"
    else:
        frame = dice.pick(_CLAUSE)
        words["the"], words["The"] = ("", "") if text[0].isupper() else ("the ", "The ")
        words["tail"] = f"the {dice.pick(THINGS)}" if phrase.tail == "the" else phrase.tail
    sentence = frame.format_map(words)
    if dice.chance(0.02):
        sentence = _LOUD.format(place=words["place"].upper(), sentence=sentence.upper())
    return sentence


class _Words(dict[str, str]):
    """Words for the slots of a frame, drawn when a slot asks for one."""

    _LISTS: ClassVar = {
        "person": PEOPLE,
        "thing": THINGS,
        "thing2": THINGS,
        "adjective": ADJECTIVES,
        "place": PLACES,
        "day": DAYS,
        "past": PAST,
        "name": NAMES,
        "name2": NAMES,
    }

    def __init__(self, dice: Dice) -> None:
        super().__init__()
        self._dice = dice

    def __missing__(self, slot: str) -> str:
        """Draw a word."""
        word = self._dice.pick(self._LISTS[slot])
        self[slot] = word
        return word
