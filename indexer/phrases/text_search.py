"""Finds phrases in plain text the obvious way: the truth that id sequences are measured against.

A phrase is found in any case, with any white space between its words and either apostrophe; what it was
spelled like in the text then says which reading of "occurs" a place belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import ahocorasick

from indexer.config.match import MatchConfig
from indexer.folding import APOSTROPHES, fold, goes_on_at, word_before


class Occurrence(NamedTuple):
    """One place of a phrase in a text, as half-open code points."""

    phrase: int
    start: int
    stop: int


class TextSearch:
    """Looks for phrases in texts.

    Parameters
    ----------
    phrases : sequence of str
        The phrases; their numbers are their positions.
    match : MatchConfig
        Its boundary and possessive settings.
    """

    def __init__(self, phrases: Sequence[str], match: MatchConfig) -> None:
        self._match = match
        self._automaton = ahocorasick.Automaton()
        numbers: dict[str, list[int]] = {}
        for number, phrase in enumerate(phrases):
            folded, _ = canonical(phrase, match.case)
            numbers.setdefault(folded.strip(), []).append(number)
        for folded, owners in numbers.items():
            if folded:
                self._automaton.add_word(folded, (len(folded), owners))
        self._automaton.make_automaton()

    def find(self, text: str) -> Iterator[Occurrence]:
        """Yield every occurrence, overlapping ones too."""
        if not len(self._automaton):
            return
        folded, places = canonical(text, self._match.case)
        for last, (length, owners) in self._automaton.iter(folded):
            start, stop = places[last - length + 1], places[last] + 1
            # A character that folds to several must be inside or outside as a whole.
            if last + 1 < len(places) and places[last + 1] < stop:
                continue
            if last - length >= 0 and places[last - length] == start:
                continue
            if is_bounded(text, start, stop, self._match):
                for phrase in owners:
                    yield Occurrence(phrase, start, stop)


def canonical(text: str, case: str) -> tuple[str, Sequence[int]]:
    """Return a text without case, with one space for any white space and straight apostrophes.

    With ``case = "turkish"`` the letters I and ı, İ and i are the same.
    Also returns, for each character of it, the position in `text` that it stands for.
    """
    rule = "turkish" if case == "turkish" else "fold"
    is_plain = text.isascii() and not any(run in text for run in ("  ", "\t", "\n", "\r", "\f", "\v"))
    if is_plain and rule == "fold":
        return text.lower(), range(len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if letters and letters[-1] == " ":
                continue
            folded = " "
        else:
            folded = APOSTROPHES[0] if character in APOSTROPHES else fold(character, rule)
        letters.append(folded)
        places.extend([place] * len(folded))
    return "".join(letters), places


def is_bounded(text: str, start: int, stop: int, match: MatchConfig) -> bool:
    """Tell whether text[start:stop] stands between borders, as the match settings say."""
    if match.boundary == "word" and (word_before(text, start) or goes_on_at(text, stop)):
        return False
    return not (match.possessive == "exclude" and is_possessive(text, stop))


def is_possessive(text: str, stop: int) -> bool:
    """Tell whether 's follows, itself not followed by a letter, digit or mark."""
    return (
        text[stop : stop + 1] in APOSTROPHES
        and text[stop + 1 : stop + 2] in ("s", "S")
        and not goes_on_at(text, stop + 2)
    )
