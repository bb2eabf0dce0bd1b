"""Append what ids spell to the stream that is searched: whole tokens at once, others byte by byte."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf, merged, uncounted
from indexer.jit.eight_bytes import store_eight
from indexer.jit.numbers import int64
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.borders import code_point, second_byte_bounds, sequence_length
from indexer.matching.text.kernels.stream import (
    BAD,
    IDENTITY_RECORD,
    N_PENDING,
    N_PIECES,
    N_TEXT,
    NOT_WHOLE,
    OFFSET,
    PENDING_FIRST,
    ROW,
    SEPARATOR,
    SPACE,
    SPACE_RECORD,
    TOKEN_PARTIAL,
    Decoder,
    Stream,
    UnicodeTable,
)
from indexer.units import TokenIds, Uint8Array

_LOW_BYTE = np.uint64(0xFF)


@leaf
def record_of(unicode: UnicodeTable, code: int) -> int:
    """Return the fold record of a code point."""
    return int64(unicode.record[(int64(unicode.block[code >> 8]) << 8) | (code & 255)])


@leaf
def put(stream: Stream, value: int) -> None:
    """Append one byte."""
    n = stream.state[N_TEXT]
    stream.text[n] = value
    stream.state[N_TEXT] = n + 1


@leaf
def put_character(decoder: Decoder, data: Uint8Array, at: int, length: int, stream: Stream) -> None:
    """Append the fold of the well-formed character ``data[at:at + length]``."""
    unicode = decoder.unicode
    record = record_of(unicode, code_point(data, at, length))
    if record == IDENTITY_RECORD:
        for k in range(length):
            put(stream, data[at + k])
        return
    if decoder.squeeze and record == SPACE_RECORD and stream.text[stream.state[N_TEXT] - 1] == SPACE:
        return
    for k in range(unicode.offsets[record], unicode.offsets[record + 1]):
        put(stream, unicode.text[k])


@leaf
def put_separator(stream: Stream) -> None:
    """Append a separator, unless one stands there."""
    n = stream.state[N_TEXT]
    if n == 0 or stream.text[n - 1] != SEPARATOR:
        put(stream, SEPARATOR)


@leaf
def begin_piece(stream: Stream, row: int, first: int, last: int) -> None:
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


@leaf
def could_begin_character(data: Uint8Array, at: int, stop: int) -> bool:
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
        low, high = second_byte_bounds(lead)
        if second < low or second > high:
            return False
    return n < 3 or (0x80 <= data[at + 2] <= 0xBF)


@leaf
def flush_pending(stream: Stream, row: int, offset: int) -> None:
    """Give up the begun character: its bytes belong to none."""
    if stream.state[N_PENDING] > 0:
        begin_piece(stream, row, offset, offset)
        for _ in range(stream.state[N_PENDING]):
            put(stream, BAD)
        stream.state[N_PENDING] = 0


@leaf
def put_bytes(decoder: Decoder, token: int, row: int, offset: int, stream: Stream) -> None:
    """Append the bytes of a token that begins or ends inside a character."""
    vocabulary = decoder.vocabulary
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
                put_character(decoder, pending, at, length, stream)
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
    # The last piece is taken back if it got no text.
    n = stream.state[N_PIECES]
    stream.state[N_PIECES] = n - int64(stream.piece_start[n - 1] == stream.state[N_TEXT])


@leaf
def append_odd_token(decoder: Decoder, token: int, row: int, offset: int, stream: Stream) -> None:
    """Append a token that is not whole, or one that stands for no text."""
    kinds = decoder.vocabulary.kind
    if token < kinds.shape[0] and kinds[token] == TOKEN_PARTIAL:
        put_bytes(decoder, token, row, offset, stream)
    else:
        flush_pending(stream, row, offset)
        put_separator(stream)


@merged
def append_tokens(
    decoder: Decoder, ids: TokenIds, start: int, at: int, stop: int, row: int, limit: int, stream: Stream
) -> int:
    """Append the tokens ``ids[at:stop]`` of the sequence that starts at `start`, up to `limit` bytes.

    Whole tokens are copied here: a call for each took five times as long.

    Returns
    -------
    int
        The token that comes next.
    """
    state, text, vocabulary = stream.state, stream.text, decoder.vocabulary
    record, offsets, spelled = vocabulary.record, vocabulary.offsets, vocabulary.text
    piece_start, piece_row = stream.piece_start, stream.piece_row
    piece_first, piece_last = stream.piece_first, stream.piece_last
    n_ids = record.shape[0] - 1
    n_text, n_pieces, squeeze = state[N_TEXT], state[N_PIECES], decoder.squeeze
    is_begun = state[N_PENDING] > 0
    while at < stop and n_text <= limit:
        token = min(int64(ids[at]), n_ids)
        offset = at - start
        n = int64(record[token, 1])
        if n == NOT_WHOLE or (is_begun and n > 0):
            state[N_TEXT], state[N_PIECES] = n_text, n_pieces
            if n == NOT_WHOLE:
                append_odd_token(decoder, token, row, offset, stream)
            else:
                flush_pending(stream, row, offset)
            n_text, n_pieces = state[N_TEXT], state[N_PIECES]
            is_begun = state[N_PENDING] > 0
        if n != NOT_WHOLE:
            bytes_left = record[token, 0]
            skip = int64(0)
            if squeeze and n > 0 and text[n_text - 1] == SPACE and bytes_left & _LOW_BYTE == SPACE:
                skip = int64(1)
                n -= 1
                bytes_left >>= np.uint64(8)
            piece_start[n_pieces] = n_text
            piece_row[n_pieces] = row
            piece_first[n_pieces] = offset
            piece_last[n_pieces] = offset
            n_pieces += int64(n > 0)
            # Eight bytes, whatever the length: what is too much is written over.
            store_eight(text, n_text, bytes_left)
            if n + skip > 8:
                begin = offsets[token] + skip
                for k in range(8 - skip, n):
                    text[n_text + k] = spelled[begin + k]
            n_text += n
        at += 1
    state[N_TEXT], state[N_PIECES] = n_text, n_pieces
    return at


@uncounted
def fill_stream(decoder: Decoder, block: Block, stream: Stream) -> bool:
    """Append sequences to the stream until the longest token might not fit or all are done.

    Returns
    -------
    bool
        Whether all sequences are done.
    """
    ids, starts, stops = block
    state = stream.state
    limit = stream.text.shape[0] - decoder.token_bytes
    if state[N_TEXT] == 0:
        put_separator(stream)
    while state[ROW] < starts.shape[0]:
        row = state[ROW]
        start, stop = starts[row], stops[row]
        at = append_tokens(decoder, ids, start, start + state[OFFSET], stop, row, limit, stream)
        state[OFFSET] = at - start
        if state[N_TEXT] > limit:
            return False
        flush_pending(stream, row, stop - start)
        put_separator(stream)
        state[ROW] = row + 1
        state[OFFSET] = 0
    return True
