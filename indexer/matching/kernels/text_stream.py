"""From token ids to the stream that is searched: the folded text of the sequences, one after another.

A character may be split over tokens, so a token is either *whole*, and its folded text is copied from a
table, or its bytes walk one by one through a small buffer until they make a character. Three bytes that
never occur in UTF-8 stand for what is no text: `BAD` for a byte that belongs to no character, `WALL` for
the ends of sequences and for ids that spell nothing, `CUT` where decoding stopped. No phrase
holds one of them, so none runs across one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.kernels.boundary import code_point, sequence_length
from indexer.matching.kernels.compile import merged, uncounted
from indexer.matching.kernels.eight_bytes import store_eight
from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

CUT = 0xFD
WALL = 0xFE
BAD = 0xFF

TOKEN_WHOLE = 0
TOKEN_PARTIAL = 1
TOKEN_SPECIAL = 2

NOT_WHOLE = 0xFFFFFFFF

IDENTITY_RECORD = 0
SPACE_RECORD = 1

SPACE = 0x20
MAX_GROWTH = 3
"""Bytes of a folded character for each of its own bytes, at most (U+0390: 2 bytes fold to 6)."""

LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8, at most."""
PADDING = 16
"""Bytes behind the text that may be read, whatever they hold."""

# What `fill_stream` remembers between two calls: indices into its state.
ROW = 0
OFFSET = 1
N_PENDING = 2
PENDING_FIRST = 3
N_TEXT = 4
N_PIECES = 5
STATE_SIZE = 6


class UnicodeTable(NamedTuple):
    """How code points fold. Code point c has the record ``record[block[c >> 8] << 8 | c & 255]``.

    Attributes
    ----------
    block : array of uint16, shape (0x1100,)
        Which distinct block of 256 records the code points of each block have.
    record : array of uint16
        `IDENTITY_RECORD`: the character folds to itself; others: to ``text[offsets[r]:offsets[r + 1]]``.
    offsets : array of int32
        Where the text of each record starts.
    text : array of uint8
        Folded characters in UTF-8.
    """

    block: Int64Array
    record: Int64Array
    offsets: Int32Array
    text: Uint8Array


class VocabularyTable(NamedTuple):
    """What each id spells, folded where that does not depend on its neighbours.

    Attributes
    ----------
    kind : array of uint8, shape (n_ids,)
        `TOKEN_WHOLE`, `TOKEN_PARTIAL` or `TOKEN_SPECIAL`.
    offsets : array of int64, shape (n_ids + 1,)
        Where the text of each id starts.
    text : array of uint8
        Folded text of whole tokens, raw bytes of partial ones.
    record : array of uint64, shape (n_ids + 1, 2)
        What copying needs of an id in one place, the last row for ids beyond the vocabulary: the first eight
        bytes of a whole one, the first byte lowest; its length, or `NOT_WHOLE`.
    """

    kind: Uint8Array
    offsets: Int64Array
    text: Uint8Array
    record: Uint64Array


class Stream(NamedTuple):
    """A window of the folded text, and the tokens it came from.

    Attributes
    ----------
    text : array of uint8
        Folded text, `WALL` and `BAD`.
    piece_start : array of int64
        Where each piece of the text starts; a piece is what one token, or one split character, gave.
    piece_row : array of int64
        The sequence it lies in.
    piece_first, piece_last : array of int32
        Offsets of the first and last token the characters of the piece touch.
    pending : array of uint8, shape (8,)
        Bytes of a character whose end has not come yet.
    state : array of int64, shape (STATE_SIZE,)
        How far the stream has got.
    """

    text: Uint8Array
    piece_start: Int64Array
    piece_row: Int64Array
    piece_first: Int32Array
    piece_last: Int32Array
    pending: Uint8Array
    state: Int64Array


@uncounted
def record_of(unicode, code):
    """Return the fold record of a code point."""
    return np.int64(unicode.record[(np.int64(unicode.block[code >> 8]) << 8) | (code & 255)])


@uncounted
def put(stream, value):
    """Append one byte."""
    n = stream.state[N_TEXT]
    stream.text[n] = value
    stream.state[N_TEXT] = n + 1


@uncounted
def put_character(unicode, squeeze, data, at, length, stream):
    """Append the fold of the well-formed character ``data[at:at + length]``."""
    record = record_of(unicode, code_point(data, at, length))
    if record == IDENTITY_RECORD:
        for k in range(length):
            put(stream, data[at + k])
        return
    if squeeze and record == SPACE_RECORD and stream.text[stream.state[N_TEXT] - 1] == SPACE:
        return
    for k in range(unicode.offsets[record], unicode.offsets[record + 1]):
        put(stream, unicode.text[k])


@uncounted
def put_wall(stream):
    """Append a wall, unless one stands there."""
    n = stream.state[N_TEXT]
    if n == 0 or stream.text[n - 1] != WALL:
        put(stream, WALL)


@uncounted
def begin_piece(stream, row, first, last):
    """Begin a piece at the end of the text; a piece that got no text is overwritten."""
    n_text = stream.state[N_TEXT]
    n = stream.state[N_PIECES]
    if n > 0 and stream.piece_start[n - 1] == n_text:
        n -= 1
    stream.piece_start[n] = n_text
    stream.piece_row[n] = row
    stream.piece_first[n] = first
    stream.piece_last[n] = last
    stream.state[N_PIECES] = n + 1


@uncounted
def could_begin_character(data, at, stop):
    """Return whether ``data[at:stop]`` begins a well-formed character that still lacks bytes."""
    lead = data[at]
    if lead < 0xC2 or lead > 0xF4:
        return False
    n = stop - at
    length = 2 if lead < 0xE0 else (3 if lead < 0xF0 else 4)
    if n >= length:
        return False
    if n > 1:
        second = data[at + 1]
        low, high = 0x80, 0xBF
        if lead == 0xE0:
            low = 0xA0
        elif lead == 0xED:
            high = 0x9F
        elif lead == 0xF0:
            low = 0x90
        elif lead == 0xF4:
            high = 0x8F
        if second < low or second > high:
            return False
    return n < 3 or (0x80 <= data[at + 2] <= 0xBF)


@uncounted
def flush_pending(stream, row, offset):
    """Give up the begun character: its bytes belong to none."""
    if stream.state[N_PENDING] > 0:
        begin_piece(stream, row, offset, offset)
        for _ in range(stream.state[N_PENDING]):
            put(stream, BAD)
        stream.state[N_PENDING] = 0


@uncounted
def put_whole(vocabulary, squeeze, token, row, offset, stream):
    """Append a token of whole characters; one that spells nothing leaves a begun character as it is."""
    start, stop = vocabulary.offsets[token], vocabulary.offsets[token + 1]
    if start == stop:
        return
    flush_pending(stream, row, offset)
    n = stream.state[N_TEXT]
    if squeeze and start < stop and vocabulary.text[start] == SPACE and stream.text[n - 1] == SPACE:
        start += 1
    if start == stop:
        return
    begin_piece(stream, row, offset, offset)
    for k in range(start, stop):
        stream.text[n] = vocabulary.text[k]
        n += 1
    stream.state[N_TEXT] = n


@uncounted
def put_bytes(vocabulary, unicode, squeeze, token, row, offset, stream):
    """Append the bytes of a token that begins or ends inside a character."""
    pending = stream.pending
    split = stream.state[N_PENDING] > 0
    begin_piece(stream, row, stream.state[PENDING_FIRST] if split else offset, offset)
    for k in range(vocabulary.offsets[token], vocabulary.offsets[token + 1]):
        n = stream.state[N_PENDING]
        pending[n] = vocabulary.text[k]
        n += 1
        # Drop bytes from the front until the rest is a character, or the beginning of one.
        at = 0
        while at < n:
            length = sequence_length(pending, at, n)
            if length == 0 and could_begin_character(pending, at, n):
                break
            if length > 0:
                put_character(unicode, squeeze, pending, at, length, stream)
                at += length
            else:
                put(stream, BAD)
                at += 1
            if split:
                split = False
                begin_piece(stream, row, offset, offset)
        if at == n:
            stream.state[N_PENDING] = 0
            continue
        if at > 0 or n == 1:
            stream.state[PENDING_FIRST] = offset
        for j in range(at, n):
            pending[j - at] = pending[j]
        stream.state[N_PENDING] = n - at
    drop_empty_piece(stream)


@uncounted
def drop_empty_piece(stream):
    """Take back the last piece if it got no text."""
    n = stream.state[N_PIECES]
    if n > 0 and stream.piece_start[n - 1] == stream.state[N_TEXT]:
        stream.state[N_PIECES] = n - 1


@uncounted
def append_odd_token(vocabulary, unicode, squeeze, token, row, offset, stream):
    """Append a token of any kind, whatever character is pending."""
    kind = vocabulary.kind[token] if token < vocabulary.kind.shape[0] else TOKEN_SPECIAL
    if kind == TOKEN_WHOLE:
        put_whole(vocabulary, squeeze, token, row, offset, stream)
    elif kind == TOKEN_PARTIAL:
        put_bytes(vocabulary, unicode, squeeze, token, row, offset, stream)
    else:
        flush_pending(stream, row, offset)
        put_wall(stream)


@merged
def append_tokens(vocabulary, unicode, squeeze, ids, start, at, stop, row, limit, stream):
    """Append the tokens ``ids[at:stop]`` of the sequence that starts at `start`, up to `limit` bytes.

    Whole tokens are copied here: a call for each took five times as long.

    Returns
    -------
    int
        The token that comes next.
    """
    state, text = stream.state, stream.text
    record, offsets, spelled = vocabulary.record, vocabulary.offsets, vocabulary.text
    piece_start, piece_row = stream.piece_start, stream.piece_row
    piece_first, piece_last = stream.piece_first, stream.piece_last
    n_ids = record.shape[0] - 1
    n_text, n_pieces = state[N_TEXT], state[N_PIECES]
    odd = squeeze or state[N_PENDING] > 0
    while at < stop and n_text <= limit:
        token = min(np.int64(ids[at]), n_ids)
        offset = at - start
        n = np.int64(record[token, 1])
        if odd or n == NOT_WHOLE:
            state[N_TEXT], state[N_PIECES] = n_text, n_pieces
            append_odd_token(vocabulary, unicode, squeeze, token, row, offset, stream)
            n_text, n_pieces = state[N_TEXT], state[N_PIECES]
            odd = squeeze or state[N_PENDING] > 0
        else:
            piece_start[n_pieces] = n_text
            piece_row[n_pieces] = row
            piece_first[n_pieces] = offset
            piece_last[n_pieces] = offset
            n_pieces += np.int64(n > 0)
            # Eight bytes, whatever the length: what is too much is written over.
            store_eight(text, n_text, record[token, 0])
            if n > 8:
                begin = offsets[token]
                for k in range(8, n):
                    text[n_text + k] = spelled[begin + k]
            n_text += n
        at += 1
    state[N_TEXT], state[N_PIECES] = n_text, n_pieces
    return at


@uncounted
def fill_stream(vocabulary, unicode, squeeze, ids, starts, stops, room, stream):
    """Append sequences to the stream until less than `room` bytes are free or all are done.

    `room` is what the longest token can need. `squeeze` is ``whitespace = "any"``.

    Returns
    -------
    bool
        Whether all sequences are done.
    """
    state = stream.state
    limit = stream.text.shape[0] - room
    if state[N_TEXT] == 0:
        put_wall(stream)
    while state[ROW] < starts.shape[0]:
        row = state[ROW]
        start, stop = starts[row], stops[row]
        at = append_tokens(
            vocabulary, unicode, squeeze, ids, start, start + state[OFFSET], stop, row, limit, stream
        )
        state[OFFSET] = at - start
        if state[N_TEXT] > limit:
            return False
        flush_pending(stream, row, stop - start)
        put_wall(stream)
        state[ROW] = row + 1
        state[OFFSET] = 0
    return True


@uncounted
def slide_stream(stream, done):
    """Drop the text before `done` but for the character to its left; return where that place is now."""
    state = stream.state
    keep = max(done - LONGEST_CHARACTER, 0)
    n = state[N_TEXT] - keep
    for k in range(n):
        stream.text[k] = stream.text[keep + k]
    first = max(np.searchsorted(stream.piece_start[: state[N_PIECES]], keep, side="right") - 1, 0)
    n_pieces = state[N_PIECES] - first
    for k in range(n_pieces):
        stream.piece_start[k] = stream.piece_start[first + k] - keep
        stream.piece_row[k] = stream.piece_row[first + k]
        stream.piece_first[k] = stream.piece_first[first + k]
        stream.piece_last[k] = stream.piece_last[first + k]
    state[N_TEXT] = n
    state[N_PIECES] = n_pieces
    return done - keep
