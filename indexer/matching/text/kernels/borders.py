"""Borders in the stream that is searched: what the character beside a place is, and what marks belong to."""

from __future__ import annotations

from indexer.jit.bisection import n_below
from indexer.jit.compile import leaf, uncounted
from indexer.jit.numbers import int64
from indexer.matching.kernels.borders import MARK, OTHER, WORD, class_of_byte
from indexer.matching.text.kernels.stream import (
    BAD,
    DECODED_END,
    LETTER,
    LONGEST_CHARACTER,
    N_PIECES,
    N_TEXT,
    Stream,
)
from indexer.units import Uint8Array


@leaf
def class_at(text: Uint8Array, at: int, classes: Uint8Array) -> tuple[int, int]:
    """Return the class of the character that holds a byte of the stream, and where it begins."""
    value = text[at]
    if value < 0x80:
        return int64(classes[value]), at
    if value >= DECODED_END:
        return int64(OTHER), at
    return class_of_byte(text, max(at - 3, 0), at, at + 4, classes)


@leaf
def goes_on_at(text: Uint8Array, at: int, classes: Uint8Array) -> bool:
    """Return whether the character at a place of the stream goes on with the one before: no border."""
    if text[at] < 0x80:
        return bool(classes[text[at]] != OTHER)
    found, _ = class_at(text, at, classes)
    return found != OTHER


@leaf
def word_before(text: Uint8Array, at: int, classes: Uint8Array) -> bool:
    """Return whether the last character before a place of the stream that is no mark is a letter or digit.

    The stream holds all marks before the place and what they belong to, or a separator.
    """
    if text[at - 1] < 0x80:
        return bool(classes[text[at - 1]] == WORD)
    found, at = class_at(text, at - 1, classes)
    while found == MARK:
        found, at = class_at(text, at - 1, classes)
    return found == WORD


@uncounted
def slide_stream(stream: Stream, done: int, classes: Uint8Array) -> int:
    """Drop the text before `done` but for the character to its left; return where that place is now.

    A place inside a character moves behind it. Where the character to the left is a mark, what it belongs to
    would be lost; so a sign takes its place that is a letter if that is one, or a digit.
    """
    state, text = stream.state, stream.text
    while done < state[N_TEXT] and 0x80 <= text[done] < 0xC0:
        done += 1
    if class_at(text, done - 1, classes)[0] == MARK:
        text[done - 1] = LETTER if word_before(text, done, classes) else BAD
    keep = max(done - LONGEST_CHARACTER, 0)
    n = state[N_TEXT] - keep
    for k in range(n):
        text[k] = text[keep + k]
    first = max(n_below(stream.piece_start[: state[N_PIECES]], keep + 1) - 1, 0)
    n_pieces = state[N_PIECES] - first
    for k in range(n_pieces):
        stream.piece_start[k] = stream.piece_start[first + k] - keep
        stream.piece_row[k] = stream.piece_row[first + k]
        stream.piece_first[k] = stream.piece_first[first + k]
        stream.piece_last[k] = stream.piece_last[first + k]
    state[N_TEXT] = n
    state[N_PIECES] = n_pieces
    return done - keep
