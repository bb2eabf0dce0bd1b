"""Where in a stream of ids a phrase could stand: pairs of ids, pairs of spellings, bytes around them.

Four questions, each put to what the one before let through:

1. can the ids at a position be the left and the right one of a pair that a phrase cannot avoid
   (`pair_sides`)? 64 positions at a time;
2. is the pair of ids in a bitmap that stays in the cache?
3. is the pair of spellings really such a pair (`mandatory_pairs`), and do the bytes beside it go on as
   phrases with this pair do?
4. do the bytes left and right of the split point stand around a split point of some phrase?

Beside the pairs there are *crossing* ids that no pair can stand for: where one stands the text is searched.
The filter never decides that something stands there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.jit.pair_loading import load_pair
from indexer.jit.prefetching import prefetch
from indexer.jit.simd import AT_ONCE, places_of
from indexer.matching.kernels.block import Row
from indexer.matching.kernels.fingerprint_table import pair_bucket, pair_slot
from indexer.matching.kernels.pair_bitmap import PairBitmap, word_of
from indexer.matching.text.kernels.edge_classes import SEPARATOR
from indexer.matching.text.kernels.pair_records import CLASS_SHIFT, CLASSES, ROLE_SHIFT, ROLES, pair_key
from indexer.matching.text.kernels.pair_sides import read_sides, test_crossing, test_pairs
from indexer.matching.text.kernels.split_context import bytes_before, bytes_from, is_split
from indexer.units import Int32Array, Int64Array, TokenIds, Uint8Array, Uint16Array, Uint64Array

RUN = 1 << 13
"""Positions that are put to the first question together: what lies between stays in the first-level cache."""
SEPARATOR_LENGTH = -1

_NO_PAIR = np.uint64(0)
_ONE = np.uint64(1)
_LOW = np.uint64(63)


class TextPrefilter(NamedTuple):
    """The tables of the four questions. Arrays by id have one more entry, for ids beyond the vocabulary.

    Attributes
    ----------
    sides : array of uint8
        Which side of a pair each id can be, and whether it is crossing (`pair_sides`).
    bitmap : PairBitmap
        For every pair of ids two bits of its word: the left id and the right id modulo 64. One bit a pair let
        through 3 times as many positions that have no phrase's pair.
    width : uint64
        Bits of an id.
    spelling : array of int32
        Spelling of each id; 0 for ids that are no whole characters.
    first_bytes, last_bytes : array of uint64, shape (n_ids + 1, 2)
        The first (last) eight bytes of each id's spelling, the first byte lowest (the last byte highest),
        with zeros for what is not there; and its length, 0 where it has none.
    length : array of int32
        Bytes of the spelling of each id; 0 where it has none, `SEPARATOR_LENGTH` for separators.
    tags : array of uint64, shape (power of two,)
        Pairs of spellings, as in `prefilter.IdPrefilter`.
    known : array of uint64, shape (4 * buckets, 2)
        What is known of the pair in each slot, and what can stand beside it (`pair_records.enter_pair`).
    edges : array of uint8, shape (n_ids + 1, 2)
        The classes of the first and the last byte of each id (`edge_classes`).
    split_bits : array of uint64, shape (power of two,)
        Two bits in one word for the bytes around the split point of each phrase.
    crossing_reach : int
        How many bytes before and behind a crossing id have to be known.
    """

    sides: Uint8Array
    bitmap: PairBitmap
    width: np.uint64
    spelling: Int32Array
    first_bytes: Uint64Array
    last_bytes: Uint64Array
    length: Int32Array
    tags: Uint64Array
    known: Uint64Array
    edges: Uint8Array
    split_bits: Uint64Array
    crossing_reach: int


class PrefilterScratch(NamedTuple):
    """Buffers for one chunk.

    Attributes
    ----------
    sides, tests, places : arrays of uint8 and uint16
        The sides of the ids of a run, a question put to all of them, and where the answer was not 0.
    positions, info, beside, crossing : arrays, shape (n_positions,)
        Positions that are left, what is known of their pairs and of what can stand beside them, and crossing
        ids.
    split, owner : array of int64, shape (ROLES * n_positions,)
        Places where a split point would stand, and the positions that tell so.
    before, behind : array of uint64, as long
        The bytes on either side of these places.
    """

    sides: Uint8Array
    tests: Uint8Array
    places: Uint16Array
    positions: Int64Array
    info: Uint64Array
    beside: Uint64Array
    crossing: Int64Array
    split: Int64Array
    owner: Int64Array
    before: Uint64Array
    behind: Uint64Array


def new_prefilter_scratch(n: int) -> PrefilterScratch:
    """Return space for `n` positions; nothing of it is touched before it is used."""
    wide = ROLES * n
    return PrefilterScratch(
        sides=np.empty(RUN + 1, np.uint8),
        tests=np.empty(RUN, np.uint8),
        places=np.empty(RUN + AT_ONCE, np.uint16),
        positions=np.empty(n, np.int64),
        info=np.empty(n, np.uint64),
        beside=np.empty(n, np.uint64),
        crossing=np.empty(n, np.int64),
        split=np.empty(wide, np.int64),
        owner=np.empty(wide, np.int64),
        before=np.empty(wide, np.uint64),
        behind=np.empty(wide, np.uint64),
    )


@leaf
def pair_bit(bitmap: PairBitmap, width: np.uint64, ids: TokenIds, at: int) -> np.uint64:
    """Return a number whose lowest bit says whether the pair at a position is in the bitmap."""
    pair: np.uint64 = load_pair(ids, at)
    word = word_of(bitmap, pair)
    return (word >> (pair & _LOW)) & (word >> ((pair >> width) & _LOW))


@leaf
def keep_places(
    table: TextPrefilter, ids: TokenIds, begin: int, places: Uint16Array, n_places: int, positions: Int64Array
) -> int:
    """Write down the places, counted from `begin`, whose pair is in the bitmap; return how many."""
    bitmap, width = table.bitmap, table.width
    n = int64(0)
    for k in range(n_places):
        at = begin + int64(places[k])
        positions[n] = at
        n += int64(pair_bit(bitmap, width, ids, at) & _ONE)
    return n


@uncounted
def passing_positions(
    table: TextPrefilter, ids: TokenIds, begin: int, end: int, scratch: PrefilterScratch
) -> tuple[int, int]:
    """Write down the positions in ``[begin, end)`` that pass the first two questions, and crossing ids.

    The id at `end` is read if there is one.

    Returns
    -------
    n_positions, n_crossing : int
    """
    n_positions = n_crossing = 0
    for first in range(begin, end, RUN):
        last = min(first + RUN, end)
        read_sides(table.sides, ids, first, min(last + 1, ids.shape[0]), scratch.sides)
        test_pairs(scratch.sides, min(last, ids.shape[0] - 1) - first, scratch.tests)
        n_places = places_of(scratch.tests, min(last, ids.shape[0] - 1) - first, scratch.places)
        positions = scratch.positions[n_positions:]
        n_positions += keep_places(table, ids, first, scratch.places, n_places, positions)
        test_crossing(scratch.sides, last - first, scratch.tests)
        n_places = places_of(scratch.tests, last - first, scratch.places)
        for k in range(n_places):
            scratch.crossing[n_crossing] = first + int64(scratch.places[k])
            n_crossing += 1
    return n_positions, n_crossing


@uncounted
def real_pairs(table: TextPrefilter, ids: TokenIds, n_positions: int, scratch: PrefilterScratch) -> int:
    """Keep the positions whose pair of spellings is in the table, with what is known of it; return how many.

    Each loop asks for what the next one reads, and none has a branch that depends on the ids: with branches
    it took 1.7 times as long.
    """
    spelling, tags, known, positions = table.spelling, table.tags, table.known, scratch.positions
    # What is known of a pair is read last; until then its key and its slot lie in its place.
    keys, slots = scratch.beside, scratch.info
    last = spelling.shape[0] - 1
    for k in range(n_positions):
        at = positions[k]
        left = spelling[min(int64(ids[at]), last)]
        right = spelling[min(int64(ids[at + 1]), last)]
        key = pair_key(left, right) if left != 0 and right != 0 else _NO_PAIR
        keys[k] = key
        prefetch(tags, pair_bucket(tags, key))
    n = 0
    for k in range(n_positions):
        key = keys[k]
        slot, is_pair = pair_slot(tags, key)
        positions[n] = positions[k]
        slots[n] = slot
        n += int64(is_pair and key != _NO_PAIR)
        prefetch(known, slot)
    for k in range(n):
        slot = int64(slots[k])
        scratch.info[k], scratch.beside[k] = known[slot, 0], known[slot, 1]
    return n


@uncounted
def keep_edges(edges: Uint8Array, row: Row, first: int, last: int, scratch: PrefilterScratch) -> int:
    """Keep those of the positions [first, last) of one sequence with bytes beside the pair as phrases have.

    They are moved to `first`; returns where they end. Of the pairs in real text a third is left.
    """
    ids, start, stop = row
    beyond = edges.shape[0] - 1
    positions, info, beside = scratch.positions, scratch.info, scratch.beside
    n = first
    for k in range(first, last):
        at = positions[k]
        token_before = min(int64(ids[max(at - 1, start)]), beyond)
        token_behind = min(int64(ids[min(at + 2, stop - 1)]), beyond)
        before = np.uint64(edges[token_before, 1]) if at > start else np.uint64(SEPARATOR)
        behind = np.uint64(edges[token_behind, 0]) if at + 2 < stop else np.uint64(SEPARATOR)
        fits = (beside[k] >> before) & (beside[k] >> (behind + np.uint64(32))) & _ONE
        positions[n] = at
        info[n] = info[k]
        n += int64(fits)
    return n


@uncounted
def keep_splits(table: TextPrefilter, row: Row, first: int, last: int, scratch: PrefilterScratch) -> int:
    """Keep those of the positions [first, last) of one sequence where the split point of a phrase stands.

    They are moved to `first`; returns where they end. Every question is put to all places before the next
    one, so that the misses of many places overlap.
    """
    first_bytes, last_bytes, split_bits = table.first_bytes, table.last_bytes, table.split_bits
    positions, info = scratch.positions, scratch.info
    last = keep_edges(table.edges, row, first, last, scratch)
    split, owner, before, behind = scratch.split, scratch.owner, scratch.before, scratch.behind
    n = int64(0)
    for k in range(first, last):
        roles = info[k] >> ROLE_SHIFT
        for role in range(ROLES):
            split[n] = positions[k] + role
            owner[n] = k
            n += int64((roles >> np.uint64(role)) & _ONE)
    for k in range(n):
        before[k] = bytes_before(last_bytes, row.ids, row.start, split[k])
    for k in range(n):
        behind[k] = bytes_from(first_bytes, row.ids, row.stop, split[k])
    end = first
    kept = int64(-1)
    for k in range(n):
        at = owner[k]
        if at != kept and is_split(split_bits, (info[at] >> CLASS_SHIFT) & CLASSES, before[k], behind[k]):
            kept = at
            positions[end] = positions[at]
            info[end] = info[at]
            end += 1
    return end


@leaf
def scan(
    table: TextPrefilter, ids: TokenIds, begin: int, end: int, scratch: PrefilterScratch
) -> tuple[int, int]:
    """Write down the positions in ``[begin, end)`` of real pairs and of crossing ids, across sequences.

    The id at `end` is read if there is one.

    Returns
    -------
    n_pairs, n_crossing : int
    """
    n_pairs, n_crossing = passing_positions(table, ids, begin, end, scratch)
    return real_pairs(table, ids, n_pairs, scratch), n_crossing
