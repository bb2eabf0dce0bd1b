"""The word list of the sample: common words, words of some phrases alone, and words that never come."""

from __future__ import annotations

from typing import NamedTuple

from indexer.sample.dice import Dice
from indexer.sample.lexicon import ADJECTIVES, IRREGULAR, IRREGULAR_NOUNS, PEOPLE, THINGS

_UNHEARD = ("zeppelin", "typewriter", "harpoon", "periscope", "submarine", "xylophone")


class Word(NamedTuple):
    """One word of the list.

    Attributes
    ----------
    text : str
        The word.
    age : float
        The age in years at which people learn it: made up.
    """

    text: str
    age: float


def word_list(dice: Dice) -> list[Word]:
    """Return the list; its irregular nouns and verbs stand in critical phrases alone, some late or never."""
    common = (*THINGS[:8], *PEOPLE[:4], *ADJECTIVES[:4])
    rare = (*(many for _, many in IRREGULAR_NOUNS), *(participle for _, participle in IRREGULAR))
    return [
        *(Word(text, _age(dice, 2, 6)) for text in common),
        *(Word(text, _age(dice, 4, 11)) for text in rare),
        *(Word(text, _age(dice, 9, 14)) for text in _UNHEARD),
    ]


def _age(dice: Dice, low: int, high: int) -> float:
    return (10 * low + dice.below(10 * (high - low))) / 10
