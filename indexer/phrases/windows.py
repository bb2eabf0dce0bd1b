"""Cuts a field of an item into what is looked for: the whole field, or every run of so many words."""

from __future__ import annotations

from indexer.phrases.segmentation import word_ranges
from indexer.phrases.sentence import CharRange


def windows_of(text: str, n_words: int) -> list[CharRange]:
    """Return the ranges of a field that are looked for.

    Parameters
    ----------
    text : str
        The field.
    n_words : int
        Words of a window; 0: the whole field is looked for, whatever its length.

    Returns
    -------
    list of CharRange
        The whole field without white space at its ends where it has no more words than a window; otherwise
        every window, each a word behind the one before. None where the field holds no word.
    """
    words = word_ranges(text)
    if not words:
        return []
    if n_words == 0 or len(words) <= n_words:
        return [CharRange(words[0].start, words[-1].stop)]
    return [
        CharRange(first.start, last.stop) for first, last in zip(words, words[n_words - 1 :], strict=False)
    ]
