"""Tables for the border test, from the bytes of the vocabulary."""

from __future__ import annotations

from functools import cache

import numpy as np

from indexer.folding import is_word_character
from indexer.matching.kernels.borders import OTHER, UNSURE, WALL, WORD, NeighbourTable
from indexer.units import BoolArray, Uint8Array
from indexer.vocabulary import TokenBytes


@cache
def word_characters() -> BoolArray:
    """Return for every code point whether it is a letter or digit, as `folding` defines it."""
    table = np.fromiter(map(is_word_character, map(chr, range(0x110000))), np.bool_, 0x110000)
    table.flags.writeable = False
    return table


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
        first, last = _character_at_start(spelled), _character_at_end(spelled)
        if first:
            first_byte[token] = WORD if is_word_character(first) else OTHER
        if last:
            last_byte[token] = WORD if is_word_character(last) else OTHER
    first_byte[vocabulary.special] = WALL
    last_byte[vocabulary.special] = WALL
    return NeighbourTable(
        first_byte=first_byte,
        last_byte=last_byte,
        data=_bytes_array(vocabulary.data),
        offsets=np.ascontiguousarray(vocabulary.offsets, np.int64),
        word_characters=word_characters(),
    )


def no_neighbours() -> NeighbourTable:
    """Return the table of an unknown vocabulary: no border can be tested with it."""
    nothing = np.zeros(0, np.uint8)
    return NeighbourTable(nothing, nothing, nothing, np.zeros(1, np.int64), word_characters())


def _bytes_array(data: Uint8Array) -> Uint8Array:
    return np.ascontiguousarray(data, np.uint8)


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
