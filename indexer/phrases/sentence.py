"""A sentence cut into words, and ranges of words in it."""

from __future__ import annotations

import re
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


def hull(*ranges: WordRange) -> WordRange:
    """Return the smallest range that holds all of `ranges`."""
    return WordRange(min(r.start for r in ranges), max(r.stop for r in ranges))


def word(index: int) -> WordRange:
    """Return the range of one word."""
    return WordRange(index, index + 1)


class Sentence:
    """A sentence and its words.

    Parameters
    ----------
    text : str
        The sentence as the source spells it.
    starts, stops : sequence of int
        Half-open range of each word in `text`, in code points.

    Attributes
    ----------
    words : list of str
        The words as spelled.
    lower : list of str
        The words in lower case.
    """

    __slots__ = ("lower", "starts", "stops", "text", "words")

    def __init__(self, text: str, starts: Sequence[int], stops: Sequence[int]) -> None:
        self.text = text
        self.starts = starts
        self.stops = stops
        self.words = [text[start:stop] for start, stop in zip(starts, stops, strict=True)]
        self.lower = [each.lower() for each in self.words]

    def __len__(self) -> int:
        return len(self.words)

    def chars(self, words: WordRange) -> CharRange:
        """Return the range of code points a non-empty range of words covers."""
        return CharRange(self.starts[words.start], self.stops[words.stop - 1])

    def joined(self, words: WordRange) -> str:
        """Return the words of a range as spelled, with what stands between them."""
        start, stop = self.chars(words)
        return self.text[start:stop]


def split_at_spaces(text: str) -> Sentence:
    """Cut a sentence at white space; the final marks do not belong to its last word."""
    found = [match.span() for match in _WORD.finditer(text)]
    return _without_final_marks(text, found)


def split_at_segments(text: str, segments: Iterable[str]) -> Sentence:
    """Cut a sentence where a word segmenter does.

    Raises
    ------
    ValueError
        The segments, joined, are not the sentence (white space apart).
    """
    found: list[tuple[int, int]] = []
    position = 0
    for segment in segments:
        wanted = segment.strip()
        if not wanted:
            continue
        start = text.find(wanted, position)
        if start < 0 or text[position:start].strip():
            raise ValueError(f"the segment {wanted!r} does not follow at character {position}")
        position = start + len(wanted)
        found.append((start, position))
    if text[position:].strip():
        raise ValueError(f"no segment covers the text from character {position}")
    return _without_final_marks(text, found)


def _without_final_marks(text: str, found: list[tuple[int, int]]) -> Sentence:
    while found:
        start, stop = found[-1]
        while stop > start and text[stop - 1] in FINAL_PUNCTUATION:
            stop -= 1
        if stop > start:
            found[-1] = (start, stop)
            break
        found.pop()
    return Sentence(text, [start for start, _ in found], [stop for _, stop in found])
