"""A sentence cut into words, and ranges of words in it."""

from __future__ import annotations

import itertools
import operator
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

FINAL_PUNCTUATION = ".?!…。．？！؟۔।॥"
"""Marks that end a sentence; cut from the end of its last word."""

_WORD = re.compile(r"\S+")


class WordRange(NamedTuple):
    """Half-open range of words."""

    start: int
    stop: int

    @property
    def n_words(self) -> int:
        """Return how many words it holds."""
        return self.stop - self.start


class CharRange(NamedTuple):
    """Half-open range of code points."""

    start: int
    stop: int


def hull(first: WordRange, second: WordRange, *more: WordRange) -> WordRange:
    """Return the smallest range that holds all of these."""
    start, stop = min(first[0], second[0]), max(first[1], second[1])
    for each in more:
        start, stop = min(start, each[0]), max(stop, each[1])
    return WordRange(start, stop)


def word(index: int) -> WordRange:
    """Return the range of one word."""
    return WordRange(index, index + 1)


class Sentence:
    """A sentence and its words.

    Parameters
    ----------
    text : str
        The sentence as the source spells it.
    words : list of str
        Its words as spelled.
    starts : sequence of int
        Where each word begins in `text`, in code points.

    Attributes
    ----------
    lower : list of str
        The words in lower case and composed (NFC), for comparison.
    """

    __slots__ = ("lower", "starts", "text", "words")

    def __init__(self, text: str, words: list[str], starts: Sequence[int]) -> None:
        self.text = text
        self.words = words
        self.starts = starts
        if text.isascii():
            self.lower = list(map(str.lower, words))
        else:
            # One letter, composed or not, is the same letter; offsets stay those of the text as given.
            self.lower = [unicodedata.normalize("NFC", each).lower() for each in words]

    def __len__(self) -> int:
        return len(self.words)

    def chars(self, words: WordRange) -> CharRange:
        """Return the range of code points a non-empty range of words covers."""
        last = words.stop - 1
        return CharRange(self.starts[words.start], self.starts[last] + len(self.words[last]))

    def joined(self, words: WordRange) -> str:
        """Return the words of a range as spelled, with what stands between them."""
        start, stop = self.chars(words)
        return self.text[start:stop]


def split_at_spaces(text: str) -> Sentence:
    """Cut a sentence at white space; the final marks do not belong to its last word."""
    words = text.split()
    if " ".join(words) == text:
        # Each word begins one character behind the one before; the last sum is behind the text.
        starts = list(
            itertools.accumulate(map(operator.add, map(len, words), itertools.repeat(1)), initial=0)
        )
    else:
        starts = [match.start() for match in _WORD.finditer(text)]
    return _without_final_marks(text, words, starts)


def split_at_segments(text: str, segments: Iterable[str]) -> Sentence:
    """Cut a sentence where a word segmenter does.

    Raises
    ------
    ValueError
        The segments, joined, are not the sentence (white space apart).
    """
    words: list[str] = []
    starts: list[int] = []
    position = 0
    for segment in segments:
        wanted = segment.strip()
        if not wanted:
            continue
        start = text.find(wanted, position)
        if start < 0 or text[position:start].strip():
            raise ValueError(f"the segment {wanted!r} does not follow at character {position}")
        position = start + len(wanted)
        words.append(wanted)
        starts.append(start)
    if text[position:].strip():
        raise ValueError(f"no segment covers the text from character {position}")
    return _without_final_marks(text, words, starts)


def _without_final_marks(text: str, words: list[str], starts: list[int]) -> Sentence:
    while words:
        words[-1] = words[-1].rstrip(FINAL_PUNCTUATION)
        if words[-1]:
            break
        words.pop()
    return Sentence(text, words, starts[: len(words)])
