"""Token ids decoded plainly: bytes to text, text folded one character after another, borders of words.

Written from docs/matching.md, not from the code that scans.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_POSSESSIVES = ("'s", "'S", "’s", "’S")
_SKIN_TONES = "🏻🏼🏽🏾🏿"


@dataclass(frozen=True)
class Spelling:
    """What every id spells.

    Attributes
    ----------
    of_id : list of bytes
        By id.
    separators : frozenset of int
        Ids that stand for no text. Ids beyond the list are separators too.
    """

    of_id: list[bytes]
    separators: frozenset[int]

    def is_separator(self, token: int) -> bool:
        """Return whether an id stands for no text."""
        return token >= len(self.of_id) or token in self.separators


class Character(NamedTuple):
    """A folded character, and the first and last token of its sequence that hold a byte of it."""

    text: str
    first: int
    last: int


class Run:
    """Tokens of a sequence between two separators, which spell text together.

    Parameters
    ----------
    ids : sequence of int
        The tokens.
    first_token : int
        Where in the sequence the first of them stands.
    spelling : Spelling
        What they spell.
    """

    def __init__(self, ids: Sequence[int], first_token: int, spelling: Spelling) -> None:
        self.first_token = first_token
        self.tokens = [spelling.of_id[token] for token in ids]
        self.data = b"".join(self.tokens)

    @cached_property
    def text(self) -> str:
        """Return the text; bytes that are no UTF-8 become lone surrogates."""
        return self.data.decode("utf-8", "surrogateescape")

    @cached_property
    def byte_borders(self) -> list[int]:
        """Return where each token begins in the bytes, and where the last one ends."""
        borders = [0]
        for token in self.tokens:
            borders.append(borders[-1] + len(token))
        return borders

    @cached_property
    def character_borders(self) -> list[int]:
        """Return where each character begins in the bytes, and where the last one ends."""
        borders = [0]
        for character in self.text:
            borders.append(borders[-1] + _n_bytes(character))
        return borders

    def folded(self, case: str, whitespace: str) -> str:
        """Return the text as it is searched."""
        return fold_text(self.text, case, whitespace)

    def folded_characters(self, case: str, whitespace: str) -> list[Character]:
        """Return the same one character after another, each with the tokens it touches."""
        token_of_byte = [self.first_token + number for number, token in enumerate(self.tokens) for _ in token]
        found: list[Character] = []
        at = 0
        for character in self.text:
            first = token_of_byte[at]
            at += _n_bytes(character)
            last = token_of_byte[at - 1]
            if whitespace == "any" and character.isspace():
                if not found or found[-1].text != " ":
                    found.append(Character(" ", first, last))
                continue
            found.extend(Character(one, first, last) for one in fold_text(character, case, "exact"))
        return found


def runs_of(ids: Sequence[int], spelling: Spelling) -> Iterator[Run]:
    """Yield the runs of tokens between separators."""
    separators, n_ids = spelling.separators, len(spelling.of_id)
    begin = 0
    for separator in [
        *(at for at, token in enumerate(ids) if token in separators or token >= n_ids),
        len(ids),
    ]:
        if separator > begin:
            yield Run(ids[begin:separator], begin, spelling)
        begin = separator + 1


def fold_text(text: str, case: str, whitespace: str) -> str:
    """Return text as it is compared; with ``whitespace = "any"`` each run of white space is one space."""
    if whitespace == "any":
        parts: list[str] = []
        for character in text:
            if not character.isspace():
                parts.append(character)
            elif not parts or parts[-1] != " ":
                parts.append(" ")
        text = "".join(parts)
    if case == "turkish":
        text = text.replace("I", "ı").replace("İ", "i")
    return text if case == "exact" else text.casefold()


def is_mark(character: str) -> bool:
    """Return whether a character belongs to the one before it: marks, joiners, format characters."""
    if character in ("", "\N{ZERO WIDTH SPACE}"):
        return False
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") or character in _SKIN_TONES


def word_goes_on(character: str) -> bool:
    """Return whether no word ends before a character; nothing (an end) is ``""``."""
    return character.isalnum() or is_mark(character)


def is_bounded(text: str, first: int, stop: int, *, boundary: str, possessive: str) -> bool:
    """Return whether ``text[first:stop]`` stands as the match settings want it."""
    if boundary == "word":
        before = first - 1
        while before >= 0 and is_mark(text[before]):
            before -= 1
        if before >= 0 and text[before].isalnum():
            return False
        if word_goes_on(text[stop : stop + 1]):
            return False
    if possessive == "exclude" and text[stop : stop + 2] in _POSSESSIVES:
        return word_goes_on(text[stop + 2 : stop + 3])
    return True


def words_in(text: str) -> int:
    """Return the number of words: longest runs of letters and digits, each with the marks behind it."""
    n_words, inside = 0, False
    for character in text:
        if is_mark(character):
            continue
        n_words += character.isalnum() and not inside
        inside = character.isalnum()
    return n_words


def _n_bytes(character: str) -> int:
    return len(character.encode("utf-8", "surrogateescape"))
