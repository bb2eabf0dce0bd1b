"""Runs one drawn case through the slow truth, the reference and the compiled matcher.

A case is drawn in pieces of text: a sequence is a list of pieces, each piece is one token, and the
vocabulary is the set of pieces. A piece written as bytes is a token that spells just these bytes, and
``None`` is an id that stands for no text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.unfiltered import WalkingMatcher
from indexer.matching.matcher import IdPatterns, Matches
from indexer.matching.reference import ReferenceMatcher
from indexer.vocabulary import TokenBytes
from tests.naive import naive_id_matches

Piece = str | bytes | None


def vocabulary_of(spelled: Sequence[bytes], special: frozenset[int]) -> TokenBytes:
    return TokenBytes(
        np.frombuffer(b"".join(spelled), np.uint8).copy(),
        np.cumsum([0, *map(len, spelled)]).astype(np.int64),
        np.array([i in special for i in range(len(spelled))], np.bool_),
    )


def patterns_of(pairs: Sequence[tuple[int, Sequence[int]]]) -> IdPatterns:
    return IdPatterns(
        np.array([i for _, ids in pairs for i in ids], np.uint32),
        np.cumsum([0, *(len(ids) for _, ids in pairs)]).astype(np.int64),
        np.array([phrase for phrase, _ in pairs], np.int32),
    )


def block_of(sequences: Sequence[Sequence[int]], dtype: type) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids = np.array([i for sequence in sequences for i in sequence], dtype)
    borders = np.cumsum([0, *map(len, sequences)])
    return ids, borders[:-1], borders[1:]


def rows_of(matches: Matches) -> list[tuple[int, int, int, int]]:
    """Return (row, token_offset, phrase, n_tokens) of every occurrence."""
    columns = (matches.row, matches.token_offset, matches.phrase, matches.n_tokens)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def found(
    forms: Sequence[tuple[int, Sequence[Piece]]],
    *sequences: Sequence[Piece],
    boundary: str = "word",
    possessive: str = "include",
) -> list[tuple[int, int, int, int]]:
    """Return what every matcher finds, the same for all: rows of (row, token_offset, phrase, n_tokens).

    Parameters
    ----------
    forms : sequence of (phrase, pieces)
        The patterns.
    *sequences : sequence of pieces
        The sequences of one block.
    """
    pieces = sorted({p for _, form in forms for p in form} | {p for s in sequences for p in s}, key=repr)
    spelled = [p if isinstance(p, bytes) else (p or "").encode() for p in pieces]
    special = frozenset(i for i, p in enumerate(pieces) if p is None)
    ids_of = {p: i for i, p in enumerate(pieces)}
    pairs = [(phrase, [ids_of[p] for p in form]) for phrase, form in forms]
    rows = [[ids_of[p] for p in sequence] for sequence in sequences]
    options = {"boundary": boundary, "possessive": possessive}
    expected = naive_id_matches(pairs, rows, spelled=spelled, special=special, **options)
    for kind in (ReferenceMatcher, TokenMatcher, WalkingMatcher):
        matcher = kind(patterns_of(pairs), vocabulary_of(spelled, special), **options)
        for dtype in (np.uint16, np.uint32):
            assert rows_of(matcher.find(*block_of(rows, dtype))) == expected, (kind, dtype)
    return expected
