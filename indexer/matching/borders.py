"""Tables for the border test, from the bytes of the vocabulary."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from indexer.folding import every_character, folding_characters, is_mark, is_word_character
from indexer.matching.kernels.borders import (
    LEFT_BORDER,
    MARK,
    NO_POSSESSIVE,
    OTHER,
    RIGHT_BORDER,
    SEPARATOR,
    UNSURE,
    WORD,
    NeighbourTable,
)
from indexer.units import Uint8Array
from indexer.vocabulary import TokenBytes

_PLANES_WITH_MARKS = (range(0x20000), range(0xE0000, 0xE1000))
"""Where Unicode has marks at all: a million code points need not be asked for their category."""

_WORD_CHARACTERS = re.compile(r"[^\W_]+")
"""`is_word_character` of a run at once: to `re` a word is what `str.isalnum` says, and the underscore."""


@cache
def character_classes() -> Uint8Array:
    """Return `WORD`, `MARK` or `OTHER` for every code point, as `folding` defines letters and marks."""
    table = np.full(0x110000, OTHER, np.uint8)
    for run in _WORD_CHARACTERS.finditer(every_character()):
        table[run.start() : run.end()] = WORD
    for code in (code for some in _PLANES_WITH_MARKS for code in some):
        if table[code] != WORD and is_mark(chr(code)):
            table[code] = MARK
    table.flags.writeable = False
    return table


@cache
def classes_of_folds(case: str) -> Uint8Array:
    """Return the classes of characters not folded yet, by what they fold to (U+0345, a mark, to a letter)."""
    if case == "exact":
        return character_classes()
    table = character_classes().copy()
    for character, folded in folding_characters(case).items():
        bases = [found for found in map(_class_of, folded) if found != MARK]
        table[ord(character)] = bases[-1] if bases else MARK
    table.flags.writeable = False
    return table


def border_rules(*, boundary: str, possessive: str) -> int:
    """Return the rules of the settings as the kernels take them."""
    rules = LEFT_BORDER | RIGHT_BORDER if boundary == "word" else 0
    return rules | (NO_POSSESSIVE if possessive == "exclude" else 0)


def neighbour_table(vocabulary: TokenBytes) -> NeighbourTable:
    """Return what the border test has to know of a vocabulary."""
    n_ids = len(vocabulary.special)
    first_byte = np.full(n_ids, UNSURE, np.uint8)
    last_byte = np.full(n_ids, UNSURE, np.uint8)
    data = vocabulary.data.tobytes()
    offsets = vocabulary.offsets.tolist()
    for token in range(n_ids):
        spelled = data[offsets[token] : offsets[token + 1]]
        if not spelled:
            continue
        first = _character_at_start(spelled)
        if first:
            first_byte[token] = WORD if _class_of(first) != OTHER else OTHER
        while (last := _character_at_end(spelled)) and _class_of(last) == MARK:
            spelled = spelled[: -len(last.encode())]
        if last:
            last_byte[token] = _class_of(last)
    first_byte[vocabulary.special] = SEPARATOR
    last_byte[vocabulary.special] = SEPARATOR
    return NeighbourTable(
        first_byte=first_byte,
        last_byte=last_byte,
        data=np.ascontiguousarray(vocabulary.data, np.uint8),
        offsets=np.ascontiguousarray(vocabulary.offsets, np.int64),
        classes=character_classes(),
    )


def no_neighbours() -> NeighbourTable:
    """Return the table of an unknown vocabulary: no border can be tested with it."""
    nothing = np.zeros(0, np.uint8)
    return NeighbourTable(nothing, nothing, nothing, np.zeros(1, np.int64), character_classes())


def _class_of(character: str) -> int:
    if is_word_character(character):
        return WORD
    return MARK if is_mark(character) else OTHER


def _character_at_start(spelled: bytes) -> str | None:
    return next((c for n in range(1, 5) if (c := _decode_one(spelled[:n]))), None)


def _character_at_end(spelled: bytes) -> str | None:
    return next((c for n in range(1, 5) if (c := _decode_one(spelled[-n:]))), None)


def _decode_one(part: bytes) -> str | None:
    try:
        text = part.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(text) == 1 else None
