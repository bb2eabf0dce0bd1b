"""Where in the text a phrase may begin: the places whose first bytes are those of one.

A phrase that stands there costs some look-ups in tables of megabytes, each of which waits for the one before.
So the places are listed first, and the memory is asked for what will be read of each: many waits overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from indexer.jit.compile import leaf, merged
from indexer.jit.eight_bytes import load_eight
from indexer.jit.numbers import int64
from indexer.jit.prefetching import prefetch
from indexer.matching.kernels.borders import LEFT_BORDER, MARK, WORD
from indexer.matching.text.kernels.borders import class_at, word_before
from indexer.units import Int64Array, Uint8Array, Uint64Array

if TYPE_CHECKING:
    from indexer.matching.text.kernels.search import Ranges, TextTable

N_WIDTHS = 5
WIDTHS = (1, 2, 4, 8, 16)
"""Bytes of a phrase that are hashed: the most of these that it has."""
MOST_CANDIDATES = 512

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_OTHER_MULTIPLIER = np.uint64(0xC2B2AE3D27D4EB4F)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


class Candidates(NamedTuple):
    """Buffers for `MOST_CANDIDATES`, ordered by range and place.

    Attributes
    ----------
    range_number, at : array of int64
        In which range, and where in the text.
    width_class : array of int64
        How many of its first bytes were looked up, see `WIDTHS`.
    hashed : array of uint64
        Their hash.
    slot : array of int64
        The first slot of the table with that hash.
    """

    range_number: Int64Array
    at: Int64Array
    width_class: Int64Array
    hashed: Uint64Array
    slot: Int64Array


def new_candidates() -> Candidates:
    """Return space for candidates."""
    n = MOST_CANDIDATES
    return Candidates(
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.uint64),
        np.empty(n, np.int64),
    )


@leaf
def hash_first_bytes(text: Uint8Array, at: int, width_class: int) -> np.uint64:
    """Return a hash of the first 1, 2, 4, 8 or 16 bytes; 16 can be read."""
    low: np.uint64 = load_eight(text, at)
    if width_class < 3:
        low &= (np.uint64(1) << np.uint64(8 << width_class)) - np.uint64(1)
    mixed = (low + np.uint64(width_class)) * _MULTIPLIER
    if width_class == 4:
        mixed ^= (mixed >> np.uint64(31)) ^ (load_eight(text, at + 8) * _OTHER_MULTIPLIER)
    mixed ^= mixed >> np.uint64(29)
    return mixed * _OTHER_MULTIPLIER


@leaf
def list_candidates(
    table: TextTable,
    text: Uint8Array,
    ranges: Ranges,
    n_ranges: int,
    range_number: int,
    at: int,
    candidates: Candidates,
) -> tuple[int, int, int]:
    """List candidates from a place in range `range_number` on, while there is space.

    Returns
    -------
    n : int
        Candidates; those of one place are listed all or none.
    range_number, at : int
        The place to go on from; `n_ranges` and 0 if there is none.
    """
    slots, table_start = table.slots, table.table_start
    rules, classes = table.rules, table.classes
    filter_bits, filter_shift = table.filter_bits, table.filter_shift
    n = int64(0)
    in_word = False
    while range_number < n_ranges:
        at = max(at, ranges.begin[range_number])
        asked = int64(-1)
        stop = ranges.stop[range_number]
        while at < stop:
            value = text[at]
            if 0x80 <= value < 0xC0:
                at += 1
                continue
            if rules & LEFT_BORDER:
                if text[at - 1] < 0x80:
                    in_word = classes[text[at - 1]] == WORD
                else:
                    found, before = class_at(text, at - 1, classes)
                    # A mark belongs to what stands before it: asked a character ago, or read back to.
                    if found != MARK:
                        in_word = found == WORD
                    elif before != asked:
                        in_word = word_before(text, before, classes)
                    asked = at
                if in_word:
                    at += 1
                    continue
            if n + N_WIDTHS > MOST_CANDIDATES:
                return n, range_number, at
            for width_class in range(N_WIDTHS):
                size = table_start[width_class + 1] - table_start[width_class]
                if size == 0:
                    continue
                hashed = hash_first_bytes(text, at, width_class)
                bit = hashed >> filter_shift
                slot = table_start[width_class] + int64(hashed & np.uint64(size - 1))
                candidates.range_number[n] = range_number
                candidates.at[n] = at
                candidates.width_class[n] = width_class
                candidates.hashed[n] = hashed
                if (filter_bits[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1):
                    prefetch(slots, slot)
                    n += 1
            at += 1
        range_number += 1
        at = int64(0)
    return n, range_number, at


@merged
def next_slot(table: TextTable, width_class: int, hashed: np.uint64, slot: int) -> int:
    """Return the first slot with a hash from a slot of its table on, -1 if an empty one comes before."""
    slots, base = table.slots, table.table_start[width_class]
    size = table.table_start[width_class + 1] - base
    while slots[base + slot, 1] != 0:
        if slots[base + slot, 0] == hashed:
            return slot
        slot = (slot + 1) & (size - 1)
    return int64(-1)


@leaf
def keep_known(table: TextTable, candidates: Candidates, n_candidates: int) -> int:
    """Keep the candidates whose hash is in the table, and ask for what is read of them; return how many."""
    n = int64(0)
    for k in range(n_candidates):
        width_class, hashed = candidates.width_class[k], candidates.hashed[k]
        size = table.table_start[width_class + 1] - table.table_start[width_class]
        slot = next_slot(table, width_class, hashed, int64(hashed & np.uint64(size - 1)))
        candidates.range_number[n] = candidates.range_number[k]
        candidates.at[n] = candidates.at[k]
        candidates.width_class[n] = width_class
        candidates.hashed[n] = hashed
        candidates.slot[n] = slot
        if slot >= 0:
            prefetch(table.entry, middle_entry(table, width_class, slot))
            n += 1
    for k in range(n):
        middle = middle_entry(table, candidates.width_class[k], candidates.slot[k])
        prefetch(table.text, table.entry[middle, 0])
    return n


@merged
def middle_entry(table: TextTable, width_class: int, slot: int) -> int:
    """Return the text in the middle of those of a slot: with it a search among them begins."""
    texts = table.slots[table.table_start[width_class] + slot, 1]
    return int64(((texts >> _HALF) + (texts & _LOW_HALF)) >> np.uint64(1))
