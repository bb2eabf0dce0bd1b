"""Runs one drawn case of the text unit through the naive search and through both searches of the matcher."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.text.matcher import TextMatcher
from tests.naive import naive_text_matches
from tests.support.drawing import Piece, block_of, numbered, rows_of, vocabulary_of

Row = tuple[int, int, int, int]


def found(
    phrases: Sequence[str],
    *sequences: Sequence[Piece],
    case: str = "fold",
    boundary: str = "word",
    possessive: str = "include",
    whitespace: str = "exact",
) -> list[Row]:
    """Return what every search finds, the same for all: rows of (row, token_offset, phrase, n_tokens)."""
    spelled, special, rows = numbered(sequences)
    match = {"case": case, "boundary": boundary, "possessive": possessive, "whitespace": whitespace}
    expected = naive_text_matches(list(enumerate(phrases)), rows, spelled=spelled, special=special, **match)
    vocabulary = vocabulary_of(spelled, special)
    for dtype in (np.uint16, np.uint32):
        ids, starts, stops = block_of(rows, dtype)
        for fast in (False, True):
            matcher = TextMatcher(phrases, np.arange(len(phrases), dtype=np.int32), vocabulary, **match)
            if fast:
                matcher.prepare(ids)
            assert rows_of(matcher.find(ids, starts, stops)) == expected, (dtype, fast)
    return expected


def count(phrase: str, *pieces: Piece, **match: str) -> int:
    """Return how often a phrase occurs in one sequence."""
    return len(found([phrase], pieces, **match))
