"""Cases drawn in pieces of text, and the arrays that matchers take and give.

A sequence is a list of pieces, each piece is one token, and the vocabulary is the set of pieces. A piece
written as bytes is a token that spells just these bytes, and ``None`` is an id that stands for no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from indexer.matching.matcher import Matches, MatchRuns
from indexer.patterns import IdPatterns
from indexer.vocabulary import TokenBytes

Piece = str | bytes | None


def numbered(sequences: Sequence[Sequence[Piece]]) -> tuple[list[bytes], frozenset[int], list[list[int]]]:
    """Number the pieces: what each id spells, which ids stand for no text, and the sequences as ids."""
    pieces = sorted({piece for sequence in sequences for piece in sequence}, key=repr)
    spelled = [piece if isinstance(piece, bytes) else (piece or "").encode() for piece in pieces]
    special = frozenset(number for number, piece in enumerate(pieces) if piece is None)
    numbers = {piece: number for number, piece in enumerate(pieces)}
    return spelled, special, [[numbers[piece] for piece in sequence] for sequence in sequences]


def vocabulary_of(spelled: Sequence[bytes], special: frozenset[int] = frozenset()) -> TokenBytes:
    return TokenBytes(
        np.frombuffer(b"".join(spelled), np.uint8).copy(),
        np.cumsum([0, *map(len, spelled)]).astype(np.int64),
        np.array([number in special for number in range(len(spelled))], np.bool_),
    )


def patterns_of(pairs: Sequence[tuple[int, Sequence[int]]]) -> IdPatterns:
    return IdPatterns(
        np.array([i for _, ids in pairs for i in ids], np.uint32),
        np.cumsum([0, *(len(ids) for _, ids in pairs)]).astype(np.int64),
        np.array([phrase for phrase, _ in pairs], np.int32),
    )


def block_of(
    sequences: Sequence[Sequence[int]], dtype: type = np.uint16
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids = np.array([i for sequence in sequences for i in sequence], dtype)
    borders = np.cumsum([0, *map(len, sequences)]).astype(np.int64)
    return ids, borders[:-1], borders[1:]


def rows_of(matches: Matches) -> list[tuple[int, int, int, int]]:
    """Return (row, token_offset, phrase, n_tokens) of every occurrence."""
    columns = (matches.row, matches.token_offset, matches.phrase, matches.n_tokens)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def rows_of_runs(pieces: Iterable[MatchRuns]) -> list[tuple[int, int, int, int]]:
    """Return the same of every occurrence of some runs, in order; whole rows must have come, ascending."""
    rows, last = [], -1
    for runs in pieces:
        assert not len(runs.row) or (runs.row[0] > last and (np.diff(runs.row) >= 0).all())
        last = max([last, *runs.row.tolist()])
        rows += [
            (row, offset + k, phrase, n_tokens)
            for (row, offset, phrase, n_tokens), times in zip(rows_of(runs), runs.times.tolist(), strict=True)
            for k in range(times)
        ]
    return sorted(rows)
