"""Where in a stream of ids a phrase could begin: pairs of ids, pairs of spellings, neighbours, windows.

Four questions, each put to what the one before let through:

1. eight positions at a time: is the pair of ids at one of them in a bitmap that stays in the cache?
2. each position: is the pair of spellings really one that a phrase cannot avoid (`text_cut`)?
3. could the bytes left and right of the pair belong to such a phrase?
4. in which tokens would the phrase begin, and how far would it reach?

Beside the pairs there are *wild* ids that no pair can stand for: where one stands the text is searched. The
answer to the last question is a window. A window never decides that something stands there. Sequences are
walked from their end: windows then come in the order of where they end, and those that overlap are joined on
the way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.compile import uncounted
from indexer.matching.kernels.pair_loading import load_pair
from indexer.matching.kernels.text_cut import LEFT, PAIR, REACH, RIGHT, pair_hash, pair_key
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

GROUP = 8
CHUNK = 1 << 13
"""Positions that are filtered before their windows are opened: the ids are then still in the cache."""

CODE_WALL = 62
CODE_UNKNOWN = 63
LENGTH_WALL = -1

_ONE = np.uint64(1)
_LOW = np.uint64(63)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)

# What `find_windows` remembers between two calls: indices into its state.
ROW, CHUNK_STOP, IS_OPEN, FIRST, LAST, END = range(6)
STATE_SIZE = 6


class TextFilter(NamedTuple):
    """The tables of the four questions. Arrays by id have one more entry, for ids beyond the vocabulary.

    Attributes
    ----------
    bitmap : array of uint64, shape (power of two,)
        For every pair of ids the bit ``pair & 63`` of the word ``pair * multiplier >> shift``.
    multiplier, shift : uint64
        The hash of the bitmap.
    spelling : array of int32
        Spelling of each id; 0 for ids that are no whole characters.
    first_code, last_code : array of uint8
        Code of the first (last) byte of each id.
    length : array of int32
        Bytes of the spelling of each id; 0 where it has none, `LENGTH_WALL` for walls.
    pairs : array of uint64, shape (power of two, 4)
        Open hash table: pair of spellings (0: free), two sets of codes that can stand before and behind it,
        and in the halves of the last number how many bytes its phrases begin before the pair meets and how
        many have to be known behind.
    wild : array of uint8
        1 for wild ids.
    any_wild : bool
        Whether there are any.
    wild_reach : int
        How many bytes before and behind a wild id have to be known.
    """

    bitmap: Uint64Array
    multiplier: np.uint64
    shift: np.uint64
    spelling: Int32Array
    first_code: Uint8Array
    last_code: Uint8Array
    length: Int32Array
    pairs: Uint64Array
    wild: Uint8Array
    any_wild: bool
    wild_reach: int


class FilterRoom(NamedTuple):
    """Room for one chunk: flagged groups; positions of pairs and wild ids that are left; their reaches."""

    groups: Int64Array
    positions: Int64Array
    reach: Uint64Array
    wild: Int64Array


class Windows(NamedTuple):
    """Room for windows.

    Attributes
    ----------
    row : array of int64
        Sequence number.
    first, last : array of int64
        Positions of the first and last token in which an occurrence may begin.
    end : array of int64
        Position behind the last token that has to be read.
    """

    row: Int64Array
    first: Int64Array
    last: Int64Array
    end: Int64Array


@uncounted
def pair_bit(bitmap, multiplier, shift, ids, at):
    """Return a number whose lowest bit says whether the pair at a position is in the bitmap."""
    pair = load_pair(ids, at)
    return bitmap[(pair * multiplier) >> shift] >> (pair & _LOW)


@uncounted
def flag_groups(bitmap, multiplier, shift, ids, begin, end, groups):
    """Write down the groups of eight positions in ``[begin, end)`` one of which passes; return how many."""
    n = 0
    at = begin
    while at + GROUP <= end:
        bits = (
            pair_bit(bitmap, multiplier, shift, ids, at)
            | pair_bit(bitmap, multiplier, shift, ids, at + 1)
            | pair_bit(bitmap, multiplier, shift, ids, at + 2)
            | pair_bit(bitmap, multiplier, shift, ids, at + 3)
            | pair_bit(bitmap, multiplier, shift, ids, at + 4)
            | pair_bit(bitmap, multiplier, shift, ids, at + 5)
            | pair_bit(bitmap, multiplier, shift, ids, at + 6)
            | pair_bit(bitmap, multiplier, shift, ids, at + 7)
        )
        groups[n] = at
        n += np.int64(bits & _ONE)
        at += GROUP
    if at < end:
        groups[n] = at
        n += 1
    return n


@uncounted
def passing_positions(bitmap, multiplier, shift, ids, groups, n_groups, end, positions):
    """Write down the positions of the flagged groups that pass by themselves; return how many."""
    n = 0
    for g in range(n_groups):
        for at in range(groups[g], min(groups[g] + GROUP, end)):
            positions[n] = at
            n += np.int64(pair_bit(bitmap, multiplier, shift, ids, at) & _ONE)
    return n


@uncounted
def real_pairs(spelling, pairs, ids, positions, n_positions, slots):
    """Keep the positions whose pair of spellings is in the table, write down its slot; return how many."""
    mask = pairs.shape[0] - 1
    last = spelling.shape[0] - 1
    n = 0
    for k in range(n_positions):
        at = positions[k]
        left = spelling[min(np.int64(ids[at]), last)]
        right = spelling[min(np.int64(ids[at + 1]), last)]
        key = pair_key(left, right)
        slot = np.int64(pair_hash(key) >> np.uint64(20)) & mask
        while pairs[slot, PAIR] != key and pairs[slot, PAIR] != 0:
            slot = (slot + 1) & mask
        positions[n] = at
        slots[n] = slot
        n += np.int64(pairs[slot, PAIR] == key and left != 0 and right != 0)
    return n


@uncounted
def fitting_pairs(first_code, last_code, pairs, ids, start, stop, positions, slots, n_positions, reach):
    """Keep the positions whose neighbours fit, and write down their reach; return how many."""
    last = first_code.shape[0] - 1
    n = 0
    for k in range(n_positions):
        at = positions[k]
        slot = slots[k]
        before = np.uint64(CODE_WALL)
        if at > start:
            before = np.uint64(last_code[min(np.int64(ids[at - 1]), last)])
        behind = np.uint64(CODE_WALL)
        if at + 2 < stop:
            behind = np.uint64(first_code[min(np.int64(ids[at + 2]), last)])
        positions[n] = at
        reach[n] = pairs[slot, REACH]
        n += np.int64((pairs[slot, LEFT] >> before) & (pairs[slot, RIGHT] >> behind) & _ONE)
    return n


@uncounted
def wild_positions(wild, ids, begin, end, positions):
    """Write down the positions of wild ids; return how many."""
    last = wild.shape[0] - 1
    n = 0
    for at in range(begin, end):
        positions[n] = at
        n += np.int64(wild[min(np.int64(ids[at]), last)])
    return n


@uncounted
def walk_left(length, ids, start, at, n_bytes):
    """Return the first position of tokens that with the one at `at` hold `n_bytes` left of its end."""
    last = length.shape[0] - 1
    known = np.int64(length[min(np.int64(ids[at]), last)])
    while known < n_bytes and at > start:
        n = np.int64(length[min(np.int64(ids[at - 1]), last)])
        if n == LENGTH_WALL:
            break
        at -= 1
        known += n
    return at


@uncounted
def walk_right(length, ids, stop, at, n_bytes):
    """Return the position behind tokens from `at` on that hold `n_bytes`, or end in a wall."""
    last = length.shape[0] - 1
    known = np.int64(0)
    while known < n_bytes and at < stop:
        n = np.int64(length[min(np.int64(ids[at]), last)])
        at += 1
        if n == LENGTH_WALL:
            break
        known += n
    return at


@uncounted
def known_of_wild(length, ids, at):
    """Return the bytes that the walk counts for the wild id itself."""
    return np.int64(length[min(np.int64(ids[at]), length.shape[0] - 1)])


@uncounted
def close_window(state, windows, n):
    """Write down the open window; return how many there are."""
    if state[IS_OPEN]:
        windows.row[n] = state[ROW]
        windows.first[n] = state[FIRST]
        windows.last[n] = state[LAST]
        windows.end[n] = state[END]
        state[IS_OPEN] = 0
        n += 1
    return n


@uncounted
def open_windows(table, ids, start, stop, room, n_pairs, n_wild, state, windows, n):
    """Open the windows of the pairs and wild ids of a chunk, from its end on, joining those that overlap."""
    length = table.length
    while n_pairs > 0 or n_wild > 0:
        if n_wild > 0 and (n_pairs == 0 or room.wild[n_wild - 1] >= room.positions[n_pairs - 1]):
            n_wild -= 1
            last = room.wild[n_wild]
            first = walk_left(length, ids, start, last, known_of_wild(length, ids, last) + table.wild_reach)
            end = walk_right(length, ids, stop, last + 1, table.wild_reach)
        else:
            n_pairs -= 1
            last = room.positions[n_pairs]
            reach = room.reach[n_pairs]
            first = walk_left(length, ids, start, last, np.int64(reach >> _HALF))
            end = walk_right(length, ids, stop, last + 1, np.int64(reach & _LOW_HALF))
        if state[IS_OPEN] and last >= state[FIRST]:
            state[FIRST] = min(state[FIRST], first)
            state[END] = max(state[END], end)
            continue
        n = close_window(state, windows, n)
        state[IS_OPEN] = 1
        state[FIRST] = first
        state[LAST] = last
        state[END] = end
    return n


@uncounted
def find_windows(table, ids, starts, stops, first_row, room, state, windows):
    """Write down the windows of the sequences, from the last chunk of the last row on, while there is room.

    `state` holds the row and where its next chunk stops (-1: at its end); it is brought up to date.

    Returns
    -------
    n_windows : int
    done : bool
        Whether row `first_row` is done.
    """
    bitmap, multiplier, shift = table.bitmap, table.multiplier, table.shift
    n = np.int64(0)
    most = windows.row.shape[0] - CHUNK - 1
    while state[ROW] >= first_row:
        row = state[ROW]
        start, stop = starts[row], stops[row]
        if state[CHUNK_STOP] < 0:
            state[CHUNK_STOP] = stop
        while state[CHUNK_STOP] > start:
            if n > most:
                return n, False
            end = state[CHUNK_STOP]
            begin = max(end - CHUNK, start)
            n_groups = flag_groups(bitmap, multiplier, shift, ids, begin, min(end, stop - 1), room.groups)
            n_pairs = passing_positions(
                bitmap, multiplier, shift, ids, room.groups, n_groups, min(end, stop - 1), room.positions
            )
            n_pairs = real_pairs(table.spelling, table.pairs, ids, room.positions, n_pairs, room.groups)
            n_pairs = fitting_pairs(
                table.first_code, table.last_code, table.pairs, ids, start, stop,
                room.positions, room.groups, n_pairs, room.reach,
            )  # fmt: skip
            n_wild = np.int64(0)
            if table.any_wild:
                n_wild = np.int64(wild_positions(table.wild, ids, begin, end, room.wild))
            n = open_windows(table, ids, start, stop, room, n_pairs, n_wild, state, windows, n)
            state[CHUNK_STOP] = begin
        n = close_window(state, windows, n)
        state[ROW] = row - 1
        state[CHUNK_STOP] = -1
    return n, True


@uncounted
def enter_bits(pairs, ids, ids_offsets, width, multiplier, shift, bitmap):
    """Set the bits of all pairs of ids that spell a pair of the table; return how many pairs there are.

    `width` is the number of bits of an id in the stream; ids that need more are left out.
    """
    n = np.int64(0)
    for slot in range(pairs.shape[0]):
        key = pairs[slot, PAIR]
        if key == 0:
            continue
        left, right = np.int64(key >> _HALF), np.int64(key & _LOW_HALF)
        for i in range(ids_offsets[left], ids_offsets[left + 1]):
            for j in range(ids_offsets[right], ids_offsets[right + 1]):
                a, b = np.uint64(ids[i]), np.uint64(ids[j])
                if (a | b) >> width != 0:
                    continue
                pair = a | (b << width)
                bitmap[(pair * multiplier) >> shift] |= _ONE << (pair & _LOW)
                n += 1
    return n


@uncounted
def count_id_pairs(pairs, ids_offsets):
    """Return how many pairs of ids spell a pair of the table."""
    n = np.int64(0)
    for slot in range(pairs.shape[0]):
        key = pairs[slot, PAIR]
        if key != 0:
            left, right = np.int64(key >> _HALF), np.int64(key & _LOW_HALF)
            n += (ids_offsets[left + 1] - ids_offsets[left]) * (ids_offsets[right + 1] - ids_offsets[right])
    return n
