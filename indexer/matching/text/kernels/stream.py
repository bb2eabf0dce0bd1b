"""The stream that is searched: the folded text of the sequences, one after another.

A character may be split over tokens, so a token is either *whole*, and its folded text is copied from a
table, or its bytes traversal one by one through a small buffer until they make a character. Three bytes that
never occur in UTF-8 stand for what is no text: `BAD` for a byte that belongs to no character, `SEPARATOR` for
the ends of sequences and for ids that spell nothing, `DECODED_END` where decoding stopped. No phrase
holds one of them, so none runs across one.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.units import Int32Array, Int64Array, Uint8Array, Uint64Array

DECODED_END = 0xFD
SEPARATOR = 0xFE
BAD = 0xFF

TOKEN_WHOLE = 0
TOKEN_PARTIAL = 1
TOKEN_SPECIAL = 2

NOT_WHOLE = 0xFFFFFFFF

IDENTITY_RECORD = 0
SPACE_RECORD = 1

SPACE = 0x20
LETTER = 0x61
"""Stands in the place of a letter or digit that marks before a place belong to."""

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


class Decoder(NamedTuple):
    """How ids become text.

    Attributes
    ----------
    vocabulary : VocabularyTable
        What each id spells.
    unicode : UnicodeTable
        How characters fold that are split over ids.
    classes : array of uint8, shape (0x110000,)
        What each code point folds to: a letter or digit, a mark, or neither.
    squeeze : bool
        Whether a run of white space becomes one space.
    token_bytes : int
        Bytes of text that one token can make, at most.
    """

    vocabulary: VocabularyTable
    unicode: UnicodeTable
    classes: Uint8Array
    squeeze: bool
    token_bytes: int


class Stream(NamedTuple):
    """A window of the folded text, and the tokens it came from.

    Attributes
    ----------
    text : array of uint8
        Folded text, `SEPARATOR` and `BAD`.
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
