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

from indexer.matching.kernels.boundary import LEFT_BORDER, NO_POSSESSIVE, RIGHT_BORDER, is_word_byte
from indexer.matching.kernels.compile import uncounted
from indexer.matching.kernels.eight_bytes import load_eight
from indexer.matching.kernels.text_stream import CUT, WALL
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

N_WIDTHS = 5
WIDTHS = (1, 2, 4, 8, 16)
"""Bytes of a phrase that are hashed: the most of these that it has."""

BEGIN, PREFIX, PHRASES = 0, 1, 2
"""Columns of `PhraseTable.entry`."""
NO_ENTRY = -1
LOOK_AHEAD = 8
"""Bytes behind an occurrence that border rules read: an apostrophe (3), an s (1), one character (4)."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_OTHER_MULTIPLIER = np.uint64(0xC2B2AE3D27D4EB4F)


class PhraseTable(NamedTuple):
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


class Ranges(NamedTuple):
    """Stretches of a stream in which occurrences may begin.

    Attributes
    ----------
    begin, stop : array of int64
        Places of the text, half-open. Left of `begin` there is one whole character or a wall.
    limit : array of int64
        Where the text that was decoded ends: occurrences are left out that end less than `LOOK_AHEAD` bytes
        before, unless a wall stands between.
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


@uncounted
def hash_first_bytes(text, at, width_class):
    """Return a hash of the first 1, 2, 4, 8 or 16 bytes; 16 can be read."""
    low = load_eight(text, at)
    if width_class < 3:
        low &= (np.uint64(1) << np.uint64(8 << width_class)) - np.uint64(1)
    mixed = (low + np.uint64(width_class)) * _MULTIPLIER
    if width_class == 4:
        mixed ^= (mixed >> np.uint64(31)) ^ (load_eight(text, at + 8) * _OTHER_MULTIPLIER)
    mixed ^= mixed >> np.uint64(29)
    return mixed * _OTHER_MULTIPLIER


@uncounted
def common_length(entries, start, stop, text, at):
    """Return how many bytes of ``entries[start:stop]`` stand at a place of the stream."""
    k = np.int64(0)
    while start + k < stop and entries[start + k] == text[at + k]:
        k += 1
    return k


@uncounted
def longest_here(entries, texts, first, stop, text, at):
    """Return the longest of the texts [first, stop) that stands at a place; `NO_ENTRY` if none does."""
    low, high = first, stop
    common = np.int64(0)  # with the text before `low`
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
        return np.int64(NO_ENTRY)
    number = low - 1
    while number != NO_ENTRY and texts[number + 1, BEGIN] - texts[number, BEGIN] > common:
        number = texts[number, PREFIX]
    return number


@uncounted
def is_word_at(text, at, word_characters):
    """Return whether the character that holds a byte of the stream is a letter or digit."""
    value = text[at]
    if value < 0x80:
        return word_characters[value]
    if value >= CUT:
        return False
    return is_word_byte(text, max(at - 3, 0), at, at + 4, word_characters)


@uncounted
def possessive_here(text, at, word_characters):
    """Return whether 's or ’s stands at a place of the stream and ends at a word end."""
    if text[at] == 0x27:
        at += 1
    elif text[at] == 0xE2 and text[at + 1] == 0x80 and text[at + 2] == 0x99:
        at += 3
    else:
        return False
    if text[at] != 0x73 and text[at] != 0x53:
        return False
    return not is_word_at(text, at + 1, word_characters)


@uncounted
def keeps_rules(text, end, rules, word_characters):
    """Return whether what stands behind an occurrence agrees with the border rules."""
    if rules & RIGHT_BORDER and is_word_at(text, end, word_characters):
        return False
    return not (rules & NO_POSSESSIVE and possessive_here(text, end, word_characters))


@uncounted
def is_known(text, end, limit):
    """Return whether enough was decoded behind an occurrence to decide on it."""
    if end + LOOK_AHEAD <= limit:
        return True
    while end < limit and text[end] != WALL:
        end += 1
    return end < limit


@uncounted
def piece_at(piece_start, low, high, at):
    """Return the piece, of those in ``[low, high)``, that holds a byte of the text."""
    while low < high:
        middle = (low + high) >> 1
        if piece_start[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return low - 1


@uncounted
def search_ranges(table, rules, word_characters, stream, ranges, n_ranges, range_number, at, hits):
    """Write down the occurrences that begin in the ranges, from a place in range `range_number` on.

    `hits` is room for `Matches`, all arrays equally long.

    Returns
    -------
    n_hits : int
        Occurrences written.
    range_number, at : int
        The place where the room in `hits` ended; `n_ranges` and 0 if it did not.
    """
    text = stream.text
    piece_start = stream.piece_start
    piece_first, piece_last = stream.piece_first, stream.piece_last
    entries, texts, phrase = table.text, table.entry, table.phrase
    slots, table_start = table.slots, table.table_start
    filter_bits, filter_shift = table.filter_bits, table.filter_shift
    room = hits.phrase.shape[0]
    n_hits = np.int64(0)
    while range_number < n_ranges:
        at = max(at, ranges.begin[range_number])
        stop = ranges.stop[range_number]
        limit = ranges.limit[range_number]
        first_token, last_token = ranges.first_token[range_number], ranges.last_token[range_number]
        piece, stop_piece = ranges.first_piece[range_number], ranges.stop_piece[range_number]
        while at < stop:
            value = text[at]
            if (0x80 <= value < 0xC0) or (rules & LEFT_BORDER and is_word_at(text, at - 1, word_characters)):
                at += 1
                continue
            n_before = n_hits
            for width_class in range(N_WIDTHS):
                size = table_start[width_class + 1] - table_start[width_class]
                if size == 0:
                    continue
                hashed = hash_first_bytes(text, at, width_class)
                bit = hashed >> filter_shift
                if not (filter_bits[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1):
                    continue
                base = table_start[width_class]
                slot = np.int64(hashed & np.uint64(size - 1))
                while slots[base + slot, 1] != 0:
                    entry = np.int64(NO_ENTRY)
                    if slots[base + slot, 0] == hashed:
                        first = np.int64(slots[base + slot, 1] >> np.uint64(32))
                        last = np.int64(slots[base + slot, 1] & np.uint64(0xFFFFFFFF))
                        entry = longest_here(entries, texts, first, last, text, at)
                    slot = (slot + 1) & (size - 1)
                    if entry == NO_ENTRY:
                        continue
                    if n_before + table.n_on_chain > room:
                        return n_before, range_number, at
                    first_piece = piece_at(piece_start, piece, stop_piece, at)
                    offset = piece_first[first_piece]
                    if offset < first_token or offset > last_token:
                        break
                    while entry != NO_ENTRY:
                        end = at + texts[entry + 1, BEGIN] - texts[entry, BEGIN]
                        if is_known(text, end, limit) and keeps_rules(text, end, rules, word_characters):
                            last_piece = piece_at(piece_start, first_piece, stop_piece, end - 1)
                            n_tokens = piece_last[last_piece] - offset + 1
                            for k in range(texts[entry, PHRASES], texts[entry + 1, PHRASES]):
                                hits.phrase[n_hits] = phrase[k]
                                hits.row[n_hits] = stream.piece_row[first_piece]
                                hits.token_offset[n_hits] = offset
                                hits.n_tokens[n_hits] = n_tokens
                                n_hits += 1
                        entry = texts[entry, PREFIX]
            at += 1
        range_number += 1
        at = np.int64(0)
    return n_hits, range_number, at
