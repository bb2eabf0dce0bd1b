"""What counts as the same character, as a letter, and as white space: one definition for every matcher."""

from __future__ import annotations

from indexer.errors import ConfigError

APOSTROPHES = ("'", "’")
"""The characters that may open a possessive ``'s``: U+0027 and U+2019."""


def fold(text: str, case: str) -> str:
    """Return the text as it is compared.

    Parameters
    ----------
    text : str
        Any text.
    case : {"fold", "exact"}
        ``fold``: full Unicode case folding of every code point by itself (`str.casefold`), no normalisation
        after it. Folding may lengthen a text: ``ß`` becomes ``ss``, ``ﬁ`` becomes ``fi``. It is idempotent.
        ``exact``: nothing changes.

    Raises
    ------
    ConfigError
        `case` is something else.
    """
    if case == "fold":
        return text.casefold()
    if case == "exact":
        return text
    raise ConfigError(f"match.case is {case!r}", expected="fold or exact")


def is_word_character(character: str) -> bool:
    """Return whether a character continues a word: a letter or a digit of any script (`str.isalnum`).

    Boundaries are tested on folded characters. The combining dot in the fold of ``İ`` is a mark, no letter.
    """
    return character.isalnum()


def squeeze_white_space(text: str) -> str:
    """Read a text as ``whitespace = "any"`` does: a run of white space is one space (`str.isspace`)."""
    squeezed: list[str] = []
    for character in text:
        if not character.isspace():
            squeezed.append(character)
        elif not squeezed or squeezed[-1] != " ":
            squeezed.append(" ")
    return "".join(squeezed)
