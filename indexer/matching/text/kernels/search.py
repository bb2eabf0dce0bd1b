"""Which phrases begin at a place of the folded text: prefix table, sorted phrases, chain of prefixes.

All phrases that begin at a place are prefixes of the text S from there on. Let the phrases be sorted, and let
q be the last one that is not behind S. Every phrase that is a prefix of S is a prefix of q too: whatever is
sorted between a prefix of S and S begins with that prefix. So one binary search finds q, and the links
from each phrase to the longest other phrase that begins it lead through all the answers.
A hash table of the first bytes keeps places where nothing can begin away from the search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.bit_counting import lowest_bit
from indexer.jit.compile import leaf, merged, uncounted
from indexer.jit.eight_bytes import load_eight
from indexer.jit.numbers import int64
from indexer.matching.kernels.borders import NO_POSSESSIVE, RIGHT_BORDER, possessive_length
from indexer.matching.kernels.matches import Matches
from indexer.matching.text.kernels.borders import goes_on_at
from indexer.matching.text.kernels.candidates import Candidates, keep_known, list_candidates, next_slot
from indexer.matching.text.kernels.stream import SEPARATOR, Stream
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

BEGIN, PREFIX, PHRASES = 0, 1, 2
"""Columns of `TextTable.entry`."""
NO_ENTRY = -1
LOOK_AHEAD = 8
"""Bytes behind an occurrence that border rules read: an apostrophe (3), an s (1), one character (4)."""


class TextTable(NamedTuple):
    """Distinct folded texts, sorted by (width class, bytes).

    Attributes
    ----------
    text : array of uint8
        All texts, one after another, in that order.
    entry : array of int64, shape (n_texts + 1, 3)
        What is asked of a text, in one place: where it begins; the longest other text of the same class that
        begins it, or `NO_ENTRY`; where its phrases begin.
    phrase : array of int32
        The phrases that have each text.
    n_on_chain : int
        The most phrases that can begin at one place.
    longest : int
        Bytes of the longest text.
    slots : array of uint64, shape (n_slots, 2)
        Open hash tables of all classes, one behind the other: hash of the first bytes, and the texts that
        begin so, the first in the high half and the one behind the last in the low half; 0 if free.
    table_start : array of int64, shape (N_WIDTHS + 1,)
        Where each table starts; their sizes are powers of two, or 0.
    filter_bits : array of uint64
        One bit for each hash of first bytes, all classes together.
    filter_shift : int
        Turns a hash into a bit number.
    rules : int
        The border rules that occurrences keep, see `indexer.matching.kernels.borders`.
    classes : array of uint8, shape (0x110000,)
        What each code point is: a letter or digit, a mark, or neither.
    """

    text: Uint8Array
    entry: Int64Array
    phrase: Int32Array
    n_on_chain: int
    longest: int
    slots: Uint64Array
    table_start: Int64Array
    filter_bits: Uint64Array
    filter_shift: np.uint64
    rules: int
    classes: Uint8Array


class Ranges(NamedTuple):
    """Stretches of a stream in which occurrences may begin.

    Attributes
    ----------
    begin, stop : array of int64
        Places of the text, half-open. Left of `begin` there is one whole character or a separator.
    limit : array of int64
        Where the text that was decoded ends: occurrences are left out that end less than `LOOK_AHEAD` bytes
        before, unless a separator stands between.
    first_token, last_token : array of int32
        Offsets of the tokens in which occurrences may begin.
    first_piece, stop_piece : array of int64
        The pieces of the stream that hold its text, half-open.
    """

    begin: Int64Array
    stop: Int64Array
    limit: Int64Array
    first_token: Int32Array
    last_token: Int32Array
    first_piece: Int64Array
    stop_piece: Int64Array


@leaf
def common_length(entries: Uint8Array, start: int, stop: int, text: Uint8Array, at: int) -> int:
    """Return how many bytes of ``entries[start:stop]`` stand at a place of the stream.

    Eight bytes are compared at a time; eight behind either end can be read.
    """
    k = int64(0)
    while start + k < stop:
        differs = load_eight(entries, start + k) ^ load_eight(text, at + k)
        if differs != 0:
            k += int64(lowest_bit(differs)) >> 3
            break
        k += 8
    return min(k, stop - start)


@leaf
def longest_here(
    entries: Uint8Array, texts: Int64Array, first: int, stop: int, text: Uint8Array, at: int
) -> int:
    """Return the longest of the texts [first, stop) that stands at a place; `NO_ENTRY` if none does."""
    low, high = first, stop
    common = int64(0)  # with the text before `low`
    while low < high:
        middle = (low + high) >> 1
        start, end = texts[middle, BEGIN], texts[middle + 1, BEGIN]
        k = common_length(entries, start, end, text, at)
        if start + k == end or entries[start + k] < text[at + k]:
            low = middle + 1
            common = k
        else:
            high = middle
    if low == first:
        return int64(NO_ENTRY)
    number = low - 1
    while number != NO_ENTRY and texts[number + 1, BEGIN] - texts[number, BEGIN] > common:
        number = texts[number, PREFIX]
    return number


@leaf
def keeps_rules(table: TextTable, text: Uint8Array, end: int) -> bool:
    """Return whether what stands behind an occurrence agrees with the border rules."""
    if table.rules & RIGHT_BORDER and goes_on_at(text, end, table.classes):
        return False
    if not table.rules & NO_POSSESSIVE:
        return True
    length = possessive_length(text, end, text.shape[0])
    return length == 0 or goes_on_at(text, end + length, table.classes)


@uncounted
def is_known(text: Uint8Array, end: int, limit: int) -> bool:
    """Return whether enough was decoded behind an occurrence to decide on it."""
    if end + LOOK_AHEAD <= limit:
        return True
    while end < limit and text[end] != SEPARATOR:
        end += 1
    return end < limit


@leaf
def piece_at(piece_start: Int64Array, low: int, high: int, at: int) -> int:
    """Return the piece, of those in ``[low, high)``, that holds a byte of the text."""
    while low < high:
        middle = (low + high) >> 1
        if piece_start[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low - 1


@merged
def write_hits(
    table: TextTable,
    stream: Stream,
    ranges: Ranges,
    candidates: Candidates,
    c: int,
    hits: Matches,
    n_hits: int,
) -> int:
    """Write down the phrases that begin at a candidate and keep the rules; return how many there are then."""
    text, texts, slots = stream.text, table.entry, table.slots
    at, width_class, hashed = candidates.at[c], candidates.width_class[c], candidates.hashed[c]
    range_number, slot = candidates.range_number[c], candidates.slot[c]
    limit = ranges.limit[range_number]
    piece, stop_piece = ranges.first_piece[range_number], ranges.stop_piece[range_number]
    base = table.table_start[width_class]
    size = table.table_start[width_class + 1] - base
    while slot >= 0:
        first = int64(slots[base + slot, 1] >> np.uint64(32))
        last = int64(slots[base + slot, 1] & np.uint64(0xFFFFFFFF))
        entry = longest_here(table.text, texts, first, last, text, at)
        slot = next_slot(table, width_class, hashed, (slot + 1) & (size - 1))
        if entry == NO_ENTRY:
            continue
        first_piece = piece_at(stream.piece_start, piece, stop_piece, at)
        offset = stream.piece_first[first_piece]
        if offset < ranges.first_token[range_number] or offset > ranges.last_token[range_number]:
            break
        while entry != NO_ENTRY:
            end = at + texts[entry + 1, BEGIN] - texts[entry, BEGIN]
            if is_known(text, end, limit) and keeps_rules(table, text, end):
                last_piece = piece_at(stream.piece_start, first_piece, stop_piece, end - 1)
                n_tokens = stream.piece_last[last_piece] - offset + 1
                for k in range(texts[entry, PHRASES], texts[entry + 1, PHRASES]):
                    hits.phrase[n_hits] = table.phrase[k]
                    hits.row[n_hits] = stream.piece_row[first_piece]
                    hits.token_offset[n_hits] = offset
                    hits.n_tokens[n_hits] = n_tokens
                    n_hits += 1
            entry = texts[entry, PREFIX]
    return n_hits


@uncounted
def search_ranges(
    table: TextTable,
    stream: Stream,
    ranges: Ranges,
    n_ranges: int,
    range_number: int,
    at: int,
    candidates: Candidates,
    hits: Matches,
) -> tuple[int, int, int]:
    """Write down the occurrences that begin in the ranges, from a place in range `range_number` on.

    `candidates` is space; so is `hits`, for `Matches`, all arrays equally long.

    Returns
    -------
    n_hits : int
        Occurrences written.
    range_number, at : int
        The place where the space in `hits` ended; `n_ranges` and 0 if it did not.
    """
    capacity = hits.phrase.shape[0]
    n_hits = int64(0)
    while range_number < n_ranges:
        n, range_number, at = list_candidates(
            table, stream.text, ranges, n_ranges, range_number, at, candidates
        )
        n = keep_known(table, candidates, n)
        n_before = n_hits
        for c in range(n):
            if c == 0 or candidates.at[c] != candidates.at[c - 1]:
                n_before = n_hits
                if n_before + table.n_on_chain > capacity:
                    return n_before, candidates.range_number[c], candidates.at[c]
            n_hits = write_hits(table, stream, ranges, candidates, c, hits, n_hits)
    return n_hits, range_number, at
