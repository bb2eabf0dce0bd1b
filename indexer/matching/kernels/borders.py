"""Does an occurrence stand between word borders? Decided on the bytes around it, whatever tokens they lie in.

The rule is about characters, the stream is made of tokens, and a character may be split over several.
So the question is put to a byte: is the character that holds it a letter or digit? UTF-8 answers that
from three bytes on either side. A mark belongs to the character before it: behind an occurrence it goes on
with it, before one the character decides that the mark belongs to, however many marks stand between.
Almost always the neighbouring token alone knows: `first_byte` and `last_byte` hold its answer, and only a
token that begins or ends inside a character, or holds nothing but marks, needs its own neighbours.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.matching.kernels.block import Row
from indexer.units import Int64Array, TokenIds, Uint8Array

OTHER = 0
WORD = 1
UNSURE = 2
SEPARATOR = 3
MARK = 4

LEFT_BORDER = WORD_BEFORE = 1
RIGHT_BORDER = WORD_AFTER = 2
NO_POSSESSIVE = POSSESSIVE_AFTER = 4
"""Each rule is the number of the fact it forbids."""

_REACH = 8  # bytes to the right: a curly apostrophe (3), an s (1), one whole character (4)
_BACK = 4
WINDOW_BYTES = _BACK + _REACH


class NeighbourTable(NamedTuple):
    """What the border test knows of the vocabulary.

    Attributes
    ----------
    first_byte : array of uint8, shape (n_ids,)
        Whether the character that holds a token's first byte goes on with what stands before it: `WORD` for a
        letter, digit or mark, else `OTHER`; `UNSURE` where the token does not hold all of it or spells
        nothing, `SEPARATOR` for special ids.
    last_byte : array of uint8, shape (n_ids,)
        The same of a token's last character that is no mark: `WORD` for a letter or digit. `UNSURE` where the
        token does not hold all of it, or only marks.
    data : array of uint8
        Bytes of all tokens.
    offsets : array of int64, shape (n_ids + 1,)
        Where each token's bytes start.
    classes : array of uint8, shape (0x110000,)
        What each code point is: `WORD` for letters and digits, `MARK`, or `OTHER`.
    """

    first_byte: Uint8Array
    last_byte: Uint8Array
    data: Uint8Array
    offsets: Int64Array
    classes: Uint8Array


@leaf
def second_byte_bounds(lead: int) -> tuple[int, int]:
    """Return the least and the largest byte that may follow the first one of a character of several bytes."""
    low, high = 0x80, 0xBF
    if lead == 0xE0:
        low = 0xA0
    elif lead == 0xED:
        high = 0x9F
    elif lead == 0xF0:
        low = 0x90
    elif lead == 0xF4:
        high = 0x8F
    return low, high


@leaf
def sequence_length(data: Uint8Array, at: int, stop: int) -> int:
    """Return the bytes of the well-formed UTF-8 character that starts here; 0 where none does."""
    lead = data[at]
    if lead < 0x80:
        return 1
    if lead < 0xC2 or lead > 0xF4:
        return 0
    length = 2 if lead < 0xE0 else (3 if lead < 0xF0 else 4)
    if at + length > stop:
        return 0
    low, high = second_byte_bounds(lead)
    if data[at + 1] < low or data[at + 1] > high:
        return 0
    for k in range(2, length):
        if data[at + k] < 0x80 or data[at + k] > 0xBF:
            return 0
    return length


@leaf
def code_point(data: Uint8Array, at: int, length: int) -> int:
    """Return the code point of the well-formed character of `length` bytes that starts here."""
    lead = int64(data[at])
    if length == 1:
        return lead
    value = lead & (0x7F >> length)
    for k in range(1, length):
        value = (value << 6) | (int64(data[at + k]) & 0x3F)
    return value


@leaf
def class_of_byte(data: Uint8Array, start: int, at: int, stop: int, classes: Uint8Array) -> tuple[int, int]:
    """Return the class of the character that holds byte `at` of ``data[start:stop]``, and where it begins.

    A byte that belongs to no well-formed character is `OTHER` and begins at itself.
    """
    for back in range(4):
        lead = at - back
        if lead < start:
            break
        length = sequence_length(data, lead, stop)
        if length > back:
            return int64(classes[code_point(data, lead, length)]), lead
        if data[lead] < 0x80 or data[lead] > 0xBF:
            break
    return int64(OTHER), at


@leaf
def is_separator(table: NeighbourTable, token: int) -> bool:
    """Return whether an id stands for no text: special, or beyond the vocabulary."""
    return bool(token >= table.first_byte.shape[0] or table.first_byte[token] == SEPARATOR)


@leaf
def base_before(
    offsets: Int64Array,
    data: Uint8Array,
    kinds: Uint8Array,
    separator: int,
    classes: Uint8Array,
    ids: TokenIds,
    start: int,
    border: int,
    skip: int,
) -> tuple[int, int]:
    """Read back from a token border to the character that marks before it belong to.

    Parameters
    ----------
    offsets : array of int64, shape (n_ids + 1,)
        Where each token's bytes start.
    data : array of uint8
        Bytes of all tokens.
    kinds : array of uint8, shape (n_ids,)
        `separator` for tokens that stand for no text.
    ids, start, border
        Tokens ``ids[start:border]`` are read, from the end.
    skip : int
        Bytes before the border that are passed over.

    Returns
    -------
    base : int
        `WORD` or `OTHER`: the class of the last character that is no mark. `OTHER` too where there is none,
        or where a byte stands that belongs to no character.
    token_at : int
        The token that holds its first byte; where there is none, the first that was read.
    """
    token_at = int64(border)
    begin = at = int64(0)
    value = n_tail = int64(0)
    second = int64(0)
    while True:
        while at == begin:
            if token_at == start:
                return int64(OTHER), token_at
            token = int64(ids[token_at - 1])
            if token >= kinds.shape[0] or kinds[token] == separator:
                return int64(OTHER), token_at
            token_at -= 1
            begin, at = int64(offsets[token]), int64(offsets[token + 1])
        at -= 1
        if skip > 0:
            skip -= 1
            continue
        byte = int64(data[at])
        if 0x80 <= byte <= 0xBF and n_tail < 3:
            value |= (byte & 0x3F) << (6 * n_tail)
            n_tail += 1
            second = byte
            continue
        if byte < 0x80:
            length = int64(1)
        elif byte < 0xC2 or byte > 0xF4:
            length = int64(0)
        else:
            length = int64(2 if byte < 0xE0 else (3 if byte < 0xF0 else 4))
        if length != n_tail + 1:
            return int64(OTHER), token_at
        if length == 1:
            value = byte
        else:
            low, high = second_byte_bounds(byte)
            if second < low or second > high:
                return int64(OTHER), token_at
            value |= (byte & (0x7F >> length)) << (6 * n_tail)
        if classes[value] != MARK:
            return int64(classes[value]), token_at
        value = n_tail = int64(0)


@leaf
def read_around(table: NeighbourTable, row: Row, border: int, window: Uint8Array) -> tuple[int, int]:
    """Copy the bytes around a token border into `window`, the border at its `_BACK`; return their range."""
    first = _BACK
    token_at = border - 1
    while first > 0 and token_at >= row.start:
        token = int64(row.ids[token_at])
        if is_separator(table, token):
            break
        at = table.offsets[token + 1]
        while first > 0 and at > table.offsets[token]:
            at -= 1
            first -= 1
            window[first] = table.data[at]
        token_at -= 1
    last = _BACK
    token_at = border
    while last < _BACK + _REACH and token_at < row.stop:
        token = int64(row.ids[token_at])
        if is_separator(table, token):
            break
        at = table.offsets[token]
        while last < _BACK + _REACH and at < table.offsets[token + 1]:
            window[last] = table.data[at]
            at += 1
            last += 1
        token_at += 1
    return first, last


@leaf
def possessive_length(window: Uint8Array, at: int, last: int) -> int:
    """Return the bytes of the 's or ’s that stands at a byte of the window; 0 where none does."""
    length = 0
    if at < last and window[at] == 0x27:
        length = 1
    elif at + 2 < last and window[at] == 0xE2 and window[at + 1] == 0x80 and window[at + 2] == 0x99:
        length = 3
    if length == 0 or at + length >= last or (window[at + length] | 0x20) != 0x73:
        return 0
    return length + 1


@leaf
def border_facts(table: NeighbourTable, row: Row, border: int, window: Uint8Array) -> int:
    """Return what stands around a token border: a sum of `WORD_BEFORE`, `WORD_AFTER`, `POSSESSIVE_AFTER`."""
    first, last = read_around(table, row, border, window)
    facts = int64(0)
    if first < _BACK:
        found, lead = class_of_byte(window, first, _BACK - 1, last, table.classes)
        if found == MARK:
            found, _ = base_before(
                table.offsets, table.data, table.first_byte, SEPARATOR, table.classes,
                row.ids, row.start, border, _BACK - lead
            )  # fmt: skip
        facts |= WORD_BEFORE * int64(found != OTHER)
    # What stands behind the border, and behind the possessive that does.
    possessive = possessive_length(window, _BACK, last)
    for at in (_BACK, _BACK + possessive):
        if at < last and class_of_byte(window, first, at, last, table.classes)[0] != OTHER:
            facts |= WORD_AFTER if at == _BACK else int64(0)
        elif at > _BACK:
            facts |= POSSESSIVE_AFTER
    return facts


@leaf
def is_word_bounded(
    table: NeighbourTable, rules: int, row: Row, first: int, last: int, window: Uint8Array
) -> bool:
    """Return whether the occurrence ``ids[first:last]`` of a row keeps the rules.

    `rules` is a sum of `LEFT_BORDER`, `RIGHT_BORDER` and `NO_POSSESSIVE`; `window` is space for
    `WINDOW_BYTES` bytes.
    """
    for side in range(2):
        # One loop body for both borders: the code around it is compiled once.
        border = last if side == 0 else first
        neighbour = last if side == 0 else first - 1
        forbidden = (rules & (RIGHT_BORDER | NO_POSSESSIVE)) if side == 0 else (rules & LEFT_BORDER)
        if forbidden == 0 or neighbour < row.start or neighbour >= row.stop:
            continue
        token = int64(row.ids[neighbour])
        if is_separator(table, token):
            continue
        answer = table.first_byte[token] if side == 0 else table.last_byte[token]
        if answer == WORD and forbidden & (LEFT_BORDER | RIGHT_BORDER):
            return False
        in_doubt = answer == UNSURE or forbidden & NO_POSSESSIVE
        if in_doubt and border_facts(table, row, border, window) & forbidden:
            return False
    return True
