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

from indexer.matching.kernels.boundary import LEFT_BORDER, NO_POSSESSIVE, RIGHT_BORDER
from indexer.matching.kernels.compile import inlined, kernel
from indexer.matching.kernels.text_stream import WALL
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

N_WIDTHS = 4
WIDTHS = (1, 2, 4, 8)
"""Bytes of a phrase that are hashed: the most of these that it has."""

NO_ENTRY = -1
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
LOOK_AHEAD = 8
"""Bytes behind an occurrence that border rules read: an apostrophe (3), an s (1), one more."""


class PhraseTable(NamedTuple):
    """Distinct folded texts, sorted by (width class, bytes).

    Attributes
    ----------
    text : array of uint8
        All texts, one after another, in that order.
    offsets : array of int64, shape (n_texts + 1,)
        Where each begins.
    prefix : array of int32, shape (n_texts,)
        The longest other text of the same class that begins this one; `NO_ENTRY` if none does.
    phrase : array of int32
        Phrases that have the text ``t``: ``phrase[phrase_offsets[t]:phrase_offsets[t + 1]]``.
    phrase_offsets : array of int64
        See `phrase`.
    n_on_chain : int
        The most phrases that can begin at one place.
    longest : int
        Bytes of the longest text.
    slot_key, slot_first, slot_stop : arrays
        Open hash tables of all classes, one behind the other: first bytes, and the texts that begin so.
        ``slot_stop`` 0 marks a free slot.
    table_start : array of int64, shape (N_WIDTHS + 1,)
        Where each table starts; their sizes are powers of two, or 0.
    filter_bits : array of uint64
        One bit for each hash of first bytes, all classes together.
    filter_shift : int
        Turns a hash into a bit number.
    """

    text: Uint8Array
    offsets: Int64Array
    prefix: Int32Array
    phrase: Int32Array
    phrase_offsets: Int64Array
    n_on_chain: int
    longest: int
    slot_key: Uint64Array
    slot_first: Int32Array
    slot_stop: Int32Array
    table_start: Int64Array
    filter_bits: Uint64Array
    filter_shift: np.uint64


class StreamHits(NamedTuple):
    """Room for occurrences in a stream, all arrays equally long.

    Attributes
    ----------
    phrase, row, token_offset, n_tokens
        As in `Matches`.
    """

    phrase: Int32Array
    row: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array


@inlined
def first_bytes(text, at, width):
    """Return `width` bytes as one number, the first lowest."""
    value = np.uint64(0)
    for k in range(width):
        value |= np.uint64(text[at + k]) << np.uint64(8 * k)
    return value


@inlined
def hash_of(key, width):
    """Return a hash of the first `width` bytes."""
    mixed = (key + np.uint64(width)) * MULTIPLIER
    return (mixed ^ (mixed >> np.uint64(29))) * MULTIPLIER


@inlined
def sorted_by_first_bytes(table, width_class, key, hashed):
    """Return the range of texts that begin with these bytes."""
    base = table.table_start[width_class]
    size = table.table_start[width_class + 1] - base
    at = np.int64(hashed >> np.uint64(20)) & (size - 1)
    while table.slot_stop[base + at] != 0:
        if table.slot_key[base + at] == key:
            return np.int64(table.slot_first[base + at]), np.int64(table.slot_stop[base + at])
        at = (at + 1) & (size - 1)
    return np.int64(0), np.int64(0)


@inlined
def common_length(table, entry, text, at, n):
    """Return how many bytes of a text stand at a place of the stream."""
    start, stop = table.offsets[entry], table.offsets[entry + 1]
    k = np.int64(0)
    while start + k < stop and at + k < n and table.text[start + k] == text[at + k]:
        k += 1
    return k


@inlined
def longest_here(table, first, stop, text, at, n):
    """Return the longest of the texts [first, stop) that stands at a place; `NO_ENTRY` if none does."""
    low, high = first, stop
    while low < high:
        middle = (low + high) >> 1
        k = common_length(table, middle, text, at, n)
        start = table.offsets[middle]
        if start + k == table.offsets[middle + 1] or (at + k < n and table.text[start + k] < text[at + k]):
            low = middle + 1
        else:
            high = middle
    if low == first:
        return np.int64(NO_ENTRY)
    entry = low - 1
    k = common_length(table, entry, text, at, n)
    while entry != NO_ENTRY and table.offsets[entry + 1] - table.offsets[entry] > k:
        entry = np.int64(table.prefix[entry])
    return entry


@inlined
def possessive_here(text, word, at):
    """Return whether 's or ’s stands at a place of the stream and ends at a word end."""
    if text[at] == 0x27:
        at += 1
    elif text[at] == 0xE2 and text[at + 1] == 0x80 and text[at + 2] == 0x99:
        at += 3
    else:
        return False
    if text[at] != 0x73 and text[at] != 0x53:
        return False
    return word[at + 1] == 0


@inlined
def write_hits(table, rules, entry, stream, n, at, hits, n_hits):
    """Write down the text at a place and all that begin it, where they keep the border rules.

    Returns
    -------
    int
        Occurrences in `hits`.
    """
    pieces = stream.piece_start[: stream.state[5]]
    first_piece = np.int64(-1)
    while entry != NO_ENTRY:
        end = at + table.offsets[entry + 1] - table.offsets[entry]
        keeps = not (rules & RIGHT_BORDER and stream.word[end])
        if keeps and rules & NO_POSSESSIVE:
            keeps = not possessive_here(stream.text, stream.word, end)
        if keeps:
            if first_piece < 0:
                first_piece = np.searchsorted(pieces, at, side="right") - 1
            last_piece = np.searchsorted(pieces, end - 1, side="right") - 1
            token_offset = stream.piece_first[first_piece]
            n_tokens = stream.piece_last[last_piece] - token_offset + 1
            for k in range(table.phrase_offsets[entry], table.phrase_offsets[entry + 1]):
                hits.phrase[n_hits] = table.phrase[k]
                hits.row[n_hits] = stream.piece_row[first_piece]
                hits.token_offset[n_hits] = token_offset
                hits.n_tokens[n_hits] = n_tokens
                n_hits += 1
        entry = np.int64(table.prefix[entry])
    return n_hits


@kernel
def search_stream(table, rules, stream, begin, stop, hits):
    """Write down the occurrences that begin in ``stream.text[begin:stop]``.

    Behind `stop` the stream must hold ``table.longest + LOOK_AHEAD`` more bytes, or end in a wall.

    Returns
    -------
    n_hits : int
        Occurrences written.
    next_place : int
        The place where the room in `hits` ended; `stop` if it did not.
    """
    n = stream.state[4]
    text, word = stream.text, stream.word
    room = hits.phrase.shape[0]
    n_hits = 0
    for at in range(begin, stop):
        if rules & LEFT_BORDER and word[at - 1]:
            continue
        if text[at] >= WALL:
            continue
        n_before = n_hits
        for width_class in range(N_WIDTHS):
            if table.table_start[width_class + 1] == table.table_start[width_class]:
                continue
            width = 1 << width_class
            if at + width > n:
                break
            key = first_bytes(text, at, width)
            hashed = hash_of(key, width)
            bit = hashed >> table.filter_shift
            if not (table.filter_bits[np.int64(bit >> np.uint64(6))] >> (bit & np.uint64(63))) & np.uint64(1):
                continue
            first, last = sorted_by_first_bytes(table, width_class, key, hashed)
            if first == last:
                continue
            entry = longest_here(table, first, last, text, at, n)
            if entry == NO_ENTRY:
                continue
            if n_before + table.n_on_chain > room:
                return n_before, at
            n_hits = write_hits(table, rules, entry, stream, n, at, hits, n_hits)
    return n_hits, stop
