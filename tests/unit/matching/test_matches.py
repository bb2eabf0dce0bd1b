"""Occurrences are ordered by (row, token_offset, phrase, n_tokens), however large the numbers are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.matching.matcher import Matches, ordered

SMALL = st.integers(0, 5)
LARGE = st.one_of(SMALL, st.integers(0, 2**31 - 1))


def occurrences(number):
    return st.lists(st.tuples(number, number, number, number), max_size=30)


@given(st.one_of(occurrences(SMALL), occurrences(LARGE)))
def test_order(rows):
    row, offset, phrase, n_tokens = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else [[]] * 4
    )
    found = ordered(
        Matches(
            phrase=np.asarray(phrase, np.int32),
            row=np.asarray(row, np.int64),
            token_offset=np.asarray(offset, np.int32),
            n_tokens=np.asarray(n_tokens, np.int32),
        )
    )
    columns = (found.row, found.token_offset, found.phrase, found.n_tokens)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == sorted(rows)
    assert [column.dtype for column in columns] == [np.int64, np.int32, np.int32, np.int32]
