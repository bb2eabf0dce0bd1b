"""Decides what the words of a sentence are: between spaces, single characters, or what a segmenter says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from indexer.phrases.entry_point import load_function
from indexer.phrases.sentence import CharRange, Sentence, split_at_segments, split_at_spaces

Segmenter: TypeAlias = Callable[[str], Sequence[str]]

_UNSPACED = (
    "\u0e00-\u0e7f"  # Thai
    "\u0e80-\u0eff"  # Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3031-\u3035"  # marks that stand among Han and Kana
    "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\ua000-\ua48f"  # Yi
    "\U00020000-\U0003ffff"  # Han, further planes
)
_WORD = re.compile(r"\S+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Dependent vowels, tone marks and variation selectors belong to the character before them.
_DEPENDENT = (
    "\u0300-\u036f\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u0f90-\u0fbc"
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u109a-\u109d"
    "\u17b4-\u17d3\u17dd\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f\u200d\U000e0100-\U000e01ef"
)
_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
WORDS = f"[{_UNSPACED}][{_DEPENDENT}]*|[^{_SPACE}{_UNSPACED}]+"
"""A regular expression of the words of a text, as Python and DuckDB both read it: white space is spelled out,
since that of DuckDB is ASCII alone."""
_CHARACTER_OR_WORD = re.compile(WORDS)


def is_unspaced(text: str) -> bool:
    """Tell whether a text holds letters of a script that puts no spaces between words."""
    return not text.isascii() and _IS_UNSPACED.search(text) is not None


def split(sentence: str | Sequence[str], segmenter: Segmenter | None = None) -> Sentence:
    """Cut a sentence into words.

    Parameters
    ----------
    sentence : str or sequence of str
        A text, or its regions: each is then one word.
    segmenter : callable, optional
        Cuts a text of a script without spaces into words.

    Notes
    -----
    Without a segmenter, letters of scripts without spaces are words of one character (with what depends on
    it); letters of other scripts among them stay together.

    Raises
    ------
    ValueError
        The segmenter returned something other than the text in pieces.
    """
    if not isinstance(sentence, str):
        text = join_regions(sentence)
        return split_at_segments(text, sentence)
    if not is_unspaced(sentence):
        return split_at_spaces(sentence)
    if segmenter is not None:
        return split_at_segments(sentence, segmenter(sentence))
    return split_at_segments(sentence, _CHARACTER_OR_WORD.findall(sentence))


def word_ranges(text: str) -> list[CharRange]:
    """Return where the words of a text stand, with their marks: nothing but white space lies between them.

    A letter of a script without spaces is a word of its own, with what depends on it.
    """
    words = _CHARACTER_OR_WORD if is_unspaced(text) else _WORD
    return [CharRange(*match.span()) for match in words.finditer(text)]


def join_regions(regions: Sequence[str]) -> str:
    """Return the text of regions: with spaces between them, without in scripts that have none."""
    kept = [region for region in regions if region.strip()]
    return ("" if kept and all(map(is_unspaced, kept)) else " ").join(kept)


def load_segmenter(spelled: str | None, base: Path) -> Segmenter | None:
    """Load ``file.py:function``; None where none is configured.

    Raises
    ------
    ConfigError
        There is no such file or function.
    """
    return None if spelled is None else load_function(spelled, base, "segmenter")
