"""Lists of unequal length behave as lists of lists."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.phrases import ragged as ragged_lists
from indexer.phrases.ragged import Ragged, first_of_equals, flatten, pieces_of_owners, ragged, with_first

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


@given(LISTS, st.data(), st.booleans())
def test_the_first_of_equal_lists_of_an_owner_is_kept(
    lists: list[list[int]], data: st.DataObject, collide: bool
) -> None:
    owners = sorted(data.draw(st.lists(st.integers(0, 2), min_size=len(lists), max_size=len(lists))))
    owned = list(zip(owners, lists, strict=True))
    wanted = [number for number, each in enumerate(owned) if each not in owned[:number]]
    with pytest.MonkeyPatch.context() as patch:
        if collide:  # all lists have one hash: they are told apart all the same
            patch.setattr(ragged_lists, "_hashes", lambda owners, _: np.zeros(len(owners), np.uint64))
        assert first_of_equals(np.array(owners, np.int64), ragged(lists)).tolist() == wanted


@given(st.lists(st.integers(0, 9)).map(sorted), st.integers(1, 5))
def test_pieces_never_part_an_owner(owners: list[int], n_rows: int) -> None:
    pieces = pieces_of_owners(np.array(owners, np.int64), n_rows)
    assert [owner for piece in pieces for owner in owners[piece]] == owners
    for before, after in itertools.pairwise(pieces):
        assert owners[before.stop - 1] != owners[after.start]
