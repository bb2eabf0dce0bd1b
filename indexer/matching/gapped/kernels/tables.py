"""Gapped patterns, and occurrences of their parts, as the kernels take them."""

from __future__ import annotations

from typing import NamedTuple

from indexer.units import BoolArray, Int32Array, Int64Array, TokenIds, Uint8Array

SEPARATOR_WORDS = 255
"""What `GapTable.words_of_id` says of an id that stands for no text, and of one beyond the vocabulary."""
MOST_WORDS = 254
"""What it says of an id that holds as many words and more: that never denies a pair."""


class GapTable(NamedTuple):
    """Gapped patterns.

    Attributes
    ----------
    offsets : array of int64, shape (n_patterns + 1,)
        Pattern g has the places ``offsets[g]`` to ``offsets[g + 1] - 1``.
    part : array of int32
        Part number of each place.
    least, most : array of int32
        How much may lie between the part of a place and the one before it.
    in_words : array of bool
        Whether that is counted in words; else in ids.
    by_words : array of bool, shape (n_patterns,)
        Whether any gap of a pattern is counted in words.
    phrase : array of int32, shape (n_patterns,)
        The phrase each pattern stands for.
    words_of_id : array of uint8, shape (n_ids,)
        How many words begin inside each id for certain, whatever stands beside it; `SEPARATOR_WORDS` if it
        stands for no text. Empty where no gap is counted in words.
    most_words_of_id : int
        The largest of them that is no separator.
    special : array of bool, shape (n_ids,) or (0,)
        Which ids stand for no text; empty if that is not known.
    """

    offsets: Int64Array
    part: Int32Array
    least: Int32Array
    most: Int32Array
    in_words: BoolArray
    by_words: BoolArray
    phrase: Int32Array
    words_of_id: Uint8Array
    most_words_of_id: int
    special: BoolArray


class PatternsByPart(NamedTuple):
    """Patterns by the part they are looked for from, one of the n part numbers.

    Part p is the last one of ``pattern[offsets[p]:offsets[p + 1]]``, and the first one of
    ``pattern[offsets[n + p]:offsets[n + p + 1]]``.
    """

    offsets: Int64Array
    pattern: Int32Array


class Parts(NamedTuple):
    """Occurrences of parts, ordered by row and beginning, and what they stand in.

    Attributes
    ----------
    ids : array of uint16 or uint32
        Token ids.
    starts : array of int64
        Where each row starts in them: a sequence, or a stretch of one.
    part : array of int32
        Part number, from 0.
    row : array of int64
        The row it stands in.
    begin, end : array of int32
        The ids it touches, half-open, from the start of its row.
    first, stop : array of int64
        Where it stands, half-open: two parts overlap where these do. In ids, or in bytes of folded text.
    text_first, text_stop : array of int64
        The text before it ends at `text_first`, the text behind it begins at `text_stop`.
    words_before : array of int64, shape (n_text + 1,)
        How many words begin before each byte of the text.
    goes_on_at : array of int64, shape (n_text + 1,)
        Where the letter stands by which a word that began before a byte goes on behind it, marks between or
        not; `n_text` if it does not. These four are empty where no gap is counted in words.
    """

    ids: TokenIds
    starts: Int64Array
    part: Int32Array
    row: Int64Array
    begin: Int32Array
    end: Int32Array
    first: Int64Array
    stop: Int64Array
    text_first: Int64Array
    text_stop: Int64Array
    words_before: Int64Array
    goes_on_at: Int64Array


class Sizes(NamedTuple):
    """The most ids, and the most words beginning inside an id, of any occurrence of each part."""

    ids: Int64Array
    words: Int64Array


class Stretches(NamedTuple):
    """Stretches of rows, in ids from the start of the row, half-open."""

    row: Int64Array
    begin: Int64Array
    end: Int64Array
