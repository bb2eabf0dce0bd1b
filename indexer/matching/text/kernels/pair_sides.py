"""Which side of a pair an id can be: the first question of the text unit, put to every id.

A pair of ids that no occurrence avoids has a left and a right one. Half of all text is ids that are the left
of some pair, half is ids that are the right of one. Few enough are both, one behind the other: so each id has
a byte that says which it can be, one load from the first-level cache, and 64 neighbours are compared at a
time. Pairs are dealt to three classes by how frequent their left id is, and a left one of one class does not
pass with a right one of another: 23 % of the positions are left (GPT-NeoX), 27 % without classes.
"""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.text.kernels.pair_records import PAIR
from indexer.matching.text.kernels.tries import Spellings
from indexer.units import TokenIds, Uint8Array, Uint64Array

N_CLASSES = 3
CROSSING = np.uint8(1 << 6)
"""Marks ids around which the text is searched whatever stands beside them; see `prefilter`."""

_LEFT = np.uint8(1)
_RIGHT = np.uint8(1 << N_CLASSES)
_ALL_LEFT = np.uint8((1 << N_CLASSES) - 1)
_TO_LEFT = np.uint8(N_CLASSES)
_HALF = np.uint64(32)
_LOW_HALF = np.uint64(0xFFFFFFFF)


@uncounted
def enter_sides(
    pairs: Uint64Array, spellings: Spellings, class_of_spelling: Uint8Array, sides: Uint8Array
) -> None:
    """Enter the sides of all ids that spell the left or right side of a pair of the table."""
    ids, ids_offsets = spellings.ids, spellings.ids_offsets
    for slot in range(pairs.shape[0]):
        key = pairs[slot, PAIR]
        if key == 0:
            continue
        left, right = int64(key >> _HALF), int64(key & _LOW_HALF)
        which = class_of_spelling[left]
        for k in range(ids_offsets[left], ids_offsets[left + 1]):
            sides[ids[k]] |= _LEFT << which
        for k in range(ids_offsets[right], ids_offsets[right + 1]):
            sides[ids[k]] |= _RIGHT << which


@leaf
def read_sides(sides: Uint8Array, ids: TokenIds, begin: int, end: int, of_place: Uint8Array) -> None:
    """Fill the sides of the ids ``[begin, end)``; unknown ids have those of the last row."""
    last = np.uint64(sides.shape[0] - 1)
    # Places are unsigned: signed ones could count from the end, which takes two more instructions.
    for at in range(np.uint64(begin), np.uint64(end)):
        of_place[at - np.uint64(begin)] = sides[min(np.uint64(ids[at]), last)]


@leaf
def test_pairs(of_place: Uint8Array, n: int, tests: Uint8Array) -> None:
    """Fill for each of `n` places whether it can be the left and the next one the right of a pair."""
    for k in range(np.uint64(n)):
        tests[k] = of_place[k] & (of_place[k + np.uint64(1)] >> _TO_LEFT) & _ALL_LEFT


@leaf
def test_crossing(of_place: Uint8Array, n: int, tests: Uint8Array) -> None:
    """Fill for each of `n` places whether a crossing id stands there."""
    for k in range(np.uint64(n)):
        tests[k] = of_place[k] & CROSSING
