"""Runs one drawn case through the slow truth, the reference and the compiled matchers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from indexer.matching.blocks import checked_block
from indexer.matching.ids import fastest
from indexer.matching.ids.matcher import TokenMatcher
from tests.naive import naive_id_matches
from tests.reference import ReferenceMatcher
from tests.support.drawing import Piece, block_of, numbered, patterns_of, rows_of, rows_of_runs, vocabulary_of


class UnfilteredMatcher(TokenMatcher):
    """Has the automaton read every id."""

    def find(self, ids, starts, stops):
        rows = np.arange(len(starts))
        return self.find_within(checked_block(ids, starts, stops), rows, np.zeros_like(rows), stops - starts)


def search_every_id(patch: pytest.MonkeyPatch) -> None:
    """Have every matcher of ids take the automaton alone for the fastest."""
    patch.setattr(fastest, "_LEAST_IDS", 0)
    patch.setattr(fastest, "_SLOW", -1e9)
    patch.setattr(fastest, "least_seconds", lambda ways, *_: {way: -float(way) for way in ways})


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
    spelled, special, numbers = numbered([*(form for _, form in forms), *sequences])
    pairs = [(phrase, ids) for (phrase, _), ids in zip(forms, numbers, strict=False)]
    rows = numbers[len(forms) :]
    options = {"boundary": boundary, "possessive": possessive}
    expected = naive_id_matches(pairs, rows, spelled=spelled, special=special, **options)
    for kind in (ReferenceMatcher, TokenMatcher, UnfilteredMatcher):
        matcher = kind(patterns_of(pairs), vocabulary_of(spelled, special), **options)
        for dtype in (np.uint16, np.uint32):
            assert rows_of(matcher.find(*block_of(rows, dtype))) == expected, (kind, dtype)
            if kind is TokenMatcher:
                assert rows_of_runs(matcher.find_runs(*block_of(rows, dtype))) == expected, dtype
    return expected
