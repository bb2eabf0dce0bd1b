"""What counts as the same character, as a letter, and as white space: one definition for every matcher."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from indexer.errors import ConfigError

APOSTROPHES = ("'", "’")
"""The characters that may open a possessive ``'s``: U+0027 and U+2019."""


CASES = ("fold", "turkish", "exact")
"""What `[match] case` may be."""

_TURKISH_LOWER = str.maketrans({"I": "ı", "İ": "i"})


def fold(text: str, case: str) -> str:
    """Return the text as it is compared.

    Parameters
    ----------
    text : str
        Any text.
    case : {"fold", "turkish", "exact"}
        ``fold``: full Unicode case folding of every code point by itself (`str.casefold`), no normalisation
        after it. Folding may lengthen a text: ``ß`` becomes ``ss``, ``ﬁ`` becomes ``fi``. It is idempotent.
        ``turkish``: the same, but I folds to ı and İ to i, as in Turkish and Azeri: the entries of status T
        in Unicode's CaseFolding.txt, which `str.casefold` leaves out.
        ``exact``: nothing changes.

    Raises
    ------
    ConfigError
        `case` is something else.
    """
    if case == "fold":
        return text.casefold()
    if case == "turkish":
        return text.translate(_TURKISH_LOWER).casefold()
    if case == "exact":
        return text
    raise ConfigError(f"match.case is {case!r}", expected=" or ".join(CASES))


def upper(text: str, case: str) -> str:
    """Return a text in capitals; with ``case = "turkish"`` that of i is İ."""
    return (text.replace("i", "İ") if case == "turkish" else text).upper()


def lower(text: str, case: str) -> str:
    """Return a text in small letters; with ``case = "turkish"`` that of I is ı, and that of İ is i."""
    return (text.translate(_TURKISH_LOWER) if case == "turkish" else text).lower()


MARK_CATEGORIES = ("Mn", "Mc", "Me", "Cf")
"""General categories of characters that belong to the one before them: marks, joiners, format characters."""

ZERO_WIDTH_SPACE = "\u200b"
"""The one format character that parts words: Unicode leaves it out of the rule for marks."""

_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


@cache
def folding_characters(case: str) -> dict[str, str]:
    """Return the characters of several bytes that folding changes, each with its fold."""
    return {
        c: folded
        for c in map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x20000)])
        if (folded := fold(c, case)) != c
    }


def every_character() -> str:
    """Return all code points, ascending: a text is told about faster than one character after another."""
    return np.arange(0x110000, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")


def is_word_character(character: str) -> bool:
    """Return whether a character is a letter or a digit of any script (`str.isalnum`)."""
    return character.isalnum()


def is_mark(character: str) -> bool:
    """Return whether a character belongs to the one before it, in words as in their borders.

    These are Extend, Format and ZWJ of Unicode's word boundaries (UAX #29, rule WB4): combining marks, the
    joiners, format characters such as the soft hyphen, variation selectors, skin tones. The zero-width space
    is none.
    """
    if unicodedata.category(character) in MARK_CATEGORIES:
        return character != ZERO_WIDTH_SPACE
    return character in _SKIN_TONES


def word_before(text: str, at: int) -> bool:
    """Return whether the last character of ``text[:at]`` that is no mark is a letter or digit."""
    while at > 0 and is_mark(text[at - 1]):
        at -= 1
    return at > 0 and is_word_character(text[at - 1])


def goes_on_at(text: str, at: int) -> bool:
    """Return whether the character at a place continues what stands before it: letter, digit or mark."""
    return at < len(text) and (is_word_character(text[at]) or is_mark(text[at]))


def squeeze_white_space(text: str) -> str:
    """Read a text as ``whitespace = "any"`` does: a run of white space is one space (`str.isspace`)."""
    squeezed: list[str] = []
    for character in text:
        if not character.isspace():
            squeezed.append(character)
        elif not squeezed or squeezed[-1] != " ":
            squeezed.append(" ")
    return "".join(squeezed)
