"""Which kind of byte stands beside a pair of tokens: 32 classes, so that a set of them is one number."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.units import Uint8Array

DIGIT, SPACE, OTHER, HIGH, SEPARATOR, ANY = 26, 27, 28, 29, 30, 31
"""Classes behind those of the letters a to z. Any: of a token that does not tell; every set holds it."""

EVERY = np.uint64(0xFFFFFFFF)
_ONE = np.uint64(1)
NO_WORD = (
    (_ONE << np.uint64(SPACE))
    | (_ONE << np.uint64(OTHER))
    | (_ONE << np.uint64(HIGH))
    | (_ONE << np.uint64(SEPARATOR))
    | (_ONE << np.uint64(ANY))
)
"""The classes of what may border on a word; a byte of a character of several bytes may be anything."""


@uncounted
def edge_class(value: int) -> int:
    """Return the class of a byte of folded text."""
    if 0x61 <= value <= 0x7A:
        return value - 0x61
    if value >= 0x80:
        return HIGH
    if value == 0x20:
        return SPACE
    return DIGIT if 0x30 <= value <= 0x39 else OTHER


@leaf
def set_of(value: int) -> np.uint64:
    """Return the set of the class of a byte, and of `ANY`."""
    return (_ONE << np.uint64(edge_class(value))) | (_ONE << np.uint64(ANY))


@leaf
def classes_beside(
    text: Uint8Array, start: int, stop: int, left: int, right: int, left_word: bool, right_word: bool
) -> np.uint64:
    """Return the classes of what can stand before ``text[left]`` and behind ``text[right - 1]``.

    The phrase is ``text[start:stop]``; tokens may begin before it and end behind it.

    Returns
    -------
    uint64
        Two sets: in the low half what can stand before, in the high half what can stand behind.
    """
    before, behind = EVERY, EVERY
    if left > start:
        before = set_of(int64(text[left - 1]))
    elif left == start and left_word:
        before = NO_WORD
    if right < stop:
        behind = set_of(int64(text[right]))
    elif right == stop and right_word:
        behind = NO_WORD
    return before | (behind << np.uint64(32))
