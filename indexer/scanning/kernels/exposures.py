"""What is known of the exposures of each phrase: sums, no record for each of them.

What is known of a phrase lies in one cache line. Neighbouring sequences are mostly of one bin, so each phrase
has one bin open, whose count lies in that line too; it goes to the table of bins when another is opened.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.units import Int32Array, Int64Array, Uint64Array

EXPOSURES, LAST_STEP, OPEN_BIN, OPEN_COUNT, SEQUENCES, N_PLACES, WANTED_BEFORE = range(7)
"""Columns of the sums, an array of int64 with eight numbers a phrase, a cache line. All are 0 before it is
first seen, so that nobody writes to what is known of phrases that are never seen.

Exposures outside the open bin; the latest step of any, plus one; the open bin plus one, 0 where none is open
or the step is not known; the exposures in it; how many sequences have any; how many first places are kept;
the first step, plus two, of which no place can be among them any more, 0 while there is none.
"""
N_COLUMNS = 8
_FIRST_ROOM = 4
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: neighbouring keys fall far apart


class BinTable(NamedTuple):
    """Exposures by phrase and bin.

    Attributes
    ----------
    keys : array of int64, shape (power of two,) or (0,)
        ``phrase * n_bins + bin`` of each slot, -1 where it is free. Empty where every key has its own slot.
    counts : array of uint64
        The exposures of each slot.
    n_used : array of int64, shape (1,)
        Slots in use.
    """

    keys: Int64Array
    counts: Uint64Array
    n_used: Int64Array


class PlacePool(NamedTuple):
    """The first places of all phrases; those of one lie together, in order.

    Attributes
    ----------
    first : array of int64, shape (n_phrases,)
        Where the places of each phrase lie.
    step, sequence : array of int64
        When, and in which sequence.
    token_offset, n_tokens : array of int32
        Where in it.
    n_used : array of int64, shape (1,)
        How much of the columns is given to phrases.
    """

    first: Int64Array
    step: Int64Array
    sequence: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array
    n_used: Int64Array


@leaf
def slot_of(bins: BinTable, key: int) -> int:
    """Return the slot of a key, or the free one it would have."""
    if bins.keys.shape[0] == 0:
        return key
    mask = int64(bins.keys.shape[0] - 1)
    slot = int64((np.uint64(key) * _MIX) >> np.uint64(32)) & mask
    while bins.keys[slot] != key and bins.keys[slot] >= 0:
        slot = (slot + 1) & mask
    return slot


@leaf
def add_to_bin(bins: BinTable, key: int, count: int) -> None:
    """Add exposures to a bin of a phrase; there must be a free slot."""
    slot = slot_of(bins, key)
    if bins.keys.shape[0] and bins.keys[slot] < 0:
        bins.keys[slot] = key
        bins.n_used[0] += 1
    bins.counts[slot] += np.uint64(count)


@leaf
def close_bin(sums: Int64Array, bins: BinTable, n_bins: int, phrase: int) -> None:
    """Bring the open bin of a phrase to the table."""
    if sums[phrase, OPEN_BIN] > 0:
        key = int64(phrase) * n_bins + int64(sums[phrase, OPEN_BIN]) - 1
        add_to_bin(bins, key, int64(sums[phrase, OPEN_COUNT]))
    sums[phrase, EXPOSURES] += sums[phrase, OPEN_COUNT]
    sums[phrase, OPEN_BIN] = 0
    sums[phrase, OPEN_COUNT] = 0


@leaf
def is_later(places: PlacePool, at: int, step: int, sequence: int, token_offset: int, n_tokens: int) -> bool:
    """Return whether a kept place is later than another one."""
    if places.step[at] != step:
        return bool(places.step[at] > step)
    if places.sequence[at] != sequence:
        return bool(places.sequence[at] > sequence)
    if places.token_offset[at] != token_offset:
        return bool(places.token_offset[at] > token_offset)
    return bool(places.n_tokens[at] > n_tokens)


@leaf
def copy_place(places: PlacePool, source: int, target: int) -> None:
    """Copy one place."""
    places.step[target] = places.step[source]
    places.sequence[target] = places.sequence[source]
    places.token_offset[target] = places.token_offset[source]
    places.n_tokens[target] = places.n_tokens[source]


@leaf
def make_room(sums: Int64Array, places: PlacePool, phrase: int, most: int) -> None:
    """Give a phrase room for more places, twice as many; what it had is left unused."""
    old, n = int64(places.first[phrase]), int64(sums[phrase, N_PLACES])
    new = int64(places.n_used[0])
    for k in range(n):
        copy_place(places, old + k, new + k)
    places.n_used[0] += min(most, max(_FIRST_ROOM, 2 * n))
    places.first[phrase] = new


@leaf
def is_full(n_places: int) -> bool:
    """Return whether the room of a phrase is taken: there is room for 4 places, then 8, 16 and so on."""
    return bool(n_places == 0 or (n_places >= _FIRST_ROOM and n_places & (n_places - 1) == 0))


@leaf
def keep_place(
    sums: Int64Array,
    places: PlacePool,
    most: int,
    phrase: int,
    step: int,
    sequence: int,
    token_offset: int,
    n_tokens: int,
) -> None:
    """Put a place among the first `most` of its phrase, if it is one of them; the last one may fall out."""
    n = int64(sums[phrase, N_PLACES])
    first = int64(places.first[phrase])
    if n == most:
        if not is_later(places, first + n - 1, step, sequence, token_offset, n_tokens):
            if sequence > places.sequence[first + n - 1]:  # as all that come are: the step is done with
                sums[phrase, WANTED_BEFORE] = places.step[first + n - 1] + 2
            return
        n -= 1
    elif is_full(n):
        make_room(sums, places, phrase, most)
        first = int64(places.first[phrase])
    at = first + n
    while at > first and is_later(places, at - 1, step, sequence, token_offset, n_tokens):
        copy_place(places, at - 1, at)
        at -= 1
    places.step[at] = step
    places.sequence[at] = sequence
    places.token_offset[at] = token_offset
    places.n_tokens[at] = n_tokens
    sums[phrase, N_PLACES] = n + 1
    if n + 1 == most:
        # An equal step can still matter: of a sequence that is visited more than once.
        sums[phrase, WANTED_BEFORE] = places.step[first + n] + 3


@uncounted
def copy_bins(old: BinTable, new: BinTable) -> None:
    """Copy all bins to a larger table."""
    for slot in range(old.keys.shape[0]):
        if old.keys[slot] >= 0:
            add_to_bin(new, int64(old.keys[slot]), int64(old.counts[slot]))
