"""Runs one drawn case of the text unit through the naive search and through both searches of the matcher.

A case is drawn in pieces of text: a sequence is a list of pieces, each piece is one token, and the
vocabulary is the set of pieces. A piece written as bytes is a token that spells just these bytes, ``None``
is an id that stands for no text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.text.matcher import TextMatcher
from indexer.vocabulary import TokenBytes
from tests.naive import naive_text_matches

Piece = str | bytes | None
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
    pieces = sorted({piece for sequence in sequences for piece in sequence}, key=repr)
    spelled = [piece if isinstance(piece, bytes) else (piece or "").encode() for piece in pieces]
    special = frozenset(number for number, piece in enumerate(pieces) if piece is None)
    rows = [[pieces.index(piece) for piece in sequence] for sequence in sequences]
    match = {"case": case, "boundary": boundary, "possessive": possessive, "whitespace": whitespace}
    expected = naive_text_matches(list(enumerate(phrases)), rows, spelled=spelled, special=special, **match)
    vocabulary = TokenBytes(
        data=np.frombuffer(b"".join(spelled), np.uint8),
        offsets=np.cumsum([0, *map(len, spelled)]).astype(np.int64),
        special=np.array([number in special for number in range(len(spelled))], np.bool_),
    )
    borders = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    for dtype in (np.uint16, np.uint32):
        ids = np.array([token for row in rows for token in row], dtype)
        for fast in (False, True):
            matcher = TextMatcher(phrases, np.arange(len(phrases), dtype=np.int32), vocabulary, **match)
            if fast:
                matcher.prepare(ids)
            matches = matcher.find(ids, borders[:-1], borders[1:])
            columns = (matches.row, matches.token_offset, matches.phrase, matches.n_tokens)
            assert list(zip(*(c.tolist() for c in columns), strict=True)) == expected, (dtype, fast)
    return expected


def count(phrase: str, *pieces: Piece, **match: str) -> int:
    """Return how often a phrase occurs in one sequence."""
    return len(found([phrase], pieces, **match))
