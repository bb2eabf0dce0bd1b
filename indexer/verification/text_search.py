"""Phrases in the text that ids spell: pyahocorasick over plainly decoded text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ahocorasick

from indexer.config.match import MatchConfig
from indexer.verification.spelled_text import Spelling, fold_text, is_bounded, runs_of


class Occurrence(NamedTuple):
    """A phrase in one sequence.

    Attributes
    ----------
    phrase : int
        Its number.
    offset, n_tokens : int
        The tokens it touches.
    begin, end : int
        Half-open: characters of the folded text of the sequence where it was found in text, else tokens.
    """

    phrase: int
    offset: int
    n_tokens: int
    begin: int
    end: int


class TextSearch:
    """Finds texts in sequences of ids.

    Parameters
    ----------
    texts : mapping of int to str
        By number of the phrase.
    spelling : Spelling
        What ids spell.
    match : MatchConfig
        What counts as an occurrence.
    """

    def __init__(self, texts: Mapping[int, str], spelling: Spelling, match: MatchConfig) -> None:
        self._spelling = spelling
        self._match = match
        self._automaton = ahocorasick.Automaton()
        by_text: dict[str, list[int]] = {}
        for number, text in texts.items():
            read = fold_text(text, match.case, match.whitespace)
            if read:
                by_text.setdefault(read, []).append(number)
        for read, numbers in by_text.items():
            self._automaton.add_word(read, (len(read), numbers))
        if by_text:
            self._automaton.make_automaton()
        self._is_empty = not by_text

    def find(self, ids: Sequence[int]) -> list[Occurrence]:
        """Return the occurrences in one sequence; two places in one token are two."""
        match, found = self._match, []
        n_before = 0
        for run in runs_of(ids, self._spelling) if not self._is_empty else ():
            text = run.folded(match.case, match.whitespace)
            characters = None
            for last, (length, numbers) in self._automaton.iter(text):
                first, stop = last + 1 - length, last + 1
                if not is_bounded(text, first, stop, boundary=match.boundary, possessive=match.possessive):
                    continue
                if characters is None:
                    characters = run.folded_characters(match.case, match.whitespace)
                offset, end = characters[first].first, characters[last].last + 1
                found += [
                    Occurrence(number, offset, end - offset, n_before + first, n_before + stop)
                    for number in numbers
                ]
            n_before += len(text)
        return found
