"""The reference matcher: pyahocorasick and plain Python.

It shares no code with the kernels, and answers the same question in the same form.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import ahocorasick
import numpy as np

from indexer.errors import ConfigError
from indexer.folding import APOSTROPHES, is_mark, is_word_character
from indexer.matching.matcher import Matches
from indexer.patterns import IdPatterns
from indexer.units import Int64Array, TokenIds
from indexer.vocabulary import TokenBytes


class ReferenceMatcher:
    """Finds every occurrence of token-id patterns, slowly; parameters as of `TokenMatcher`."""

    def __init__(
        self, patterns: IdPatterns, vocabulary: TokenBytes | None, *, boundary: str, possessive: str
    ) -> None:
        if vocabulary is None and (boundary != "none" or possessive != "include"):
            raise ConfigError("borders of words cannot be tested without a tokenizer", path="match.boundary")
        self._word = boundary == "word"
        self._no_possessive = possessive == "exclude"
        self._spelled: list[bytes] = []
        self._special: list[bool] = []
        if vocabulary is not None:
            data, offsets = vocabulary.data.tobytes(), vocabulary.offsets.tolist()
            self._spelled = [data[a:b] for a, b in pairwise(offsets)]
            self._special = vocabulary.special.tolist()
        forms: dict[tuple[int, ...], list[int]] = {}
        for p, phrase in enumerate(patterns.phrase.tolist()):
            ids = tuple(patterns.ids[patterns.offsets[p] : patterns.offsets[p + 1]].tolist())
            forms.setdefault(ids, []).append(phrase)
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_SEQUENCE)
        for ids, phrases in forms.items():
            self._automaton.add_word(ids, (ids, phrases))
        self._automaton.make_automaton()

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``."""
        rows: list[tuple[int, int, int, int]] = []
        if len(self._automaton):
            for row, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True)):
                rows += [(row, *hit) for hit in self._find_in(tuple(ids[start:stop].tolist()))]
        table = np.array(rows, np.int64).reshape(-1, 4)
        return Matches(
            phrase=table[:, 2].astype(np.int32),
            row=table[:, 0].copy(),  # a view would keep all four columns
            token_offset=table[:, 1].astype(np.int32),
            n_tokens=table[:, 3].astype(np.int32),
        )

    def _find_in(self, sequence: tuple[int, ...]) -> list[tuple[int, int, int]]:
        shortest: dict[tuple[int, int], int] = {}
        text = self._text(sequence) if self._spelled else None
        for last, (ids, phrases) in self._automaton.iter(sequence):
            first, stop = last + 1 - len(ids), last + 1
            offset = first
            if text is not None:
                if not text.keeps_rules(first, stop, self._word, self._no_possessive):
                    continue
                offset = text.first_token_touched(first, stop)
            for phrase in phrases:
                n_tokens = stop - offset
                place = (offset, phrase)
                shortest[place] = min(n_tokens, shortest.get(place, n_tokens))
        return [(offset, phrase, n_tokens) for (offset, phrase), n_tokens in sorted(shortest.items())]

    def _text(self, sequence: tuple[int, ...]) -> SpelledText:
        separators = [i >= len(self._special) or self._special[i] for i in sequence]
        return SpelledText(
            [
                b"" if separator else self._spelled[i]
                for i, separator in zip(sequence, separators, strict=True)
            ],
            separators,
        )


class SpelledText:
    """The text one sequence spells: for every token border the bytes and characters around it.

    Parameters
    ----------
    tokens : list of bytes
        What each token spells; nothing for separators.
    separators : list of bool
        Which tokens stand for no text.
    """

    def __init__(self, tokens: list[bytes], separators: list[bool]) -> None:
        self.tokens = tokens
        self.separators = separators
        # After every separator one byte that can be part of no character, so that text never runs across it.
        self.data = b""
        self.border = [0]
        for token, separator in zip(tokens, separators, strict=True):
            self.data += b"\xff" if separator else token
            self.border.append(len(self.data))
        self.character_of_byte = "".join(self._character_of_each_byte())

    def _character_of_each_byte(self) -> Iterator[str]:
        for character in self.data.decode("utf-8", "surrogateescape"):
            yield character * len(character.encode("utf-8", "surrogateescape"))

    def keeps_rules(self, first: int, stop: int, word: bool, no_possessive: bool) -> bool:
        """Return whether the occurrence of the tokens [first, stop) stands between word borders."""
        begin, end = self.border[first], self.border[stop]
        inside = self.data[begin:end].decode("utf-8", "surrogateescape")
        if word:
            if not inside[:1].isspace() and self._word_before(begin):
                return False
            if self._goes_on_at(end):
                return False
        if no_possessive:
            for apostrophe in APOSTROPHES:
                for s in "sS":
                    possessive = (apostrophe + s).encode()
                    if self.data.startswith(possessive, end) and not self._goes_on_at(end + len(possessive)):
                        return False
        return True

    def _word_before(self, byte: int) -> bool:
        while byte > 0 and is_mark(self.character_of_byte[byte - 1]):
            byte -= 1
        return byte > 0 and is_word_character(self.character_of_byte[byte - 1])

    def _goes_on_at(self, byte: int) -> bool:
        if byte == len(self.data):
            return False
        return is_word_character(self.character_of_byte[byte]) or is_mark(self.character_of_byte[byte])

    def first_token_touched(self, first: int, stop: int) -> int:
        """Return the first of the tokens [first, stop) that holds more than leading white space."""
        spelled = b"".join(self.tokens[first:stop]).decode("utf-8", "surrogateescape")
        text = spelled.lstrip()
        if not text:
            return first
        text_begins = self.border[first] + len(spelled[: len(spelled) - len(text)].encode())
        return max(token for token in range(first, stop) if self.border[token] <= text_begins)
