"""Lists of unequal length behave as lists of lists."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.phrases.ragged import Ragged, flatten, ragged, with_first

LISTS = st.lists(st.lists(st.integers(0, 99), max_size=4), min_size=1, max_size=6)


def listed(packed: Ragged) -> list[list[int]]:
    return [
        packed.items[start:stop].tolist()
        for start, stop in zip(packed.offsets[:-1], packed.offsets[1:], strict=True)
    ]


@given(LISTS)
def test_packing(lists: list[list[int]]) -> None:
    assert listed(ragged(lists)) == lists
    assert ragged(lists).lengths.tolist() == [len(each) for each in lists]


@given(LISTS, st.data())
def test_flattening(lists: list[list[int]], data: st.DataObject) -> None:
    number = st.integers(0, len(lists) - 1)
    picks = data.draw(st.lists(st.lists(number, max_size=4), max_size=5))
    wanted = [[item for pick in row for item in lists[pick]] for row in picks]
    assert listed(flatten(ragged(lists), ragged(picks))) == wanted


@given(LISTS, st.data())
def test_prepending(lists: list[list[int]], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=6))
    first = list(range(100, 100 + len(rows)))
    found = with_first(np.array(first, np.int64), ragged(lists), np.array(rows, np.int64))
    assert listed(found) == [[head, *lists[row]] for head, row in zip(first, rows, strict=True)]
