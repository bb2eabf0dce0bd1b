"""The vocabulary of the text unit: what each id spells, folded where its neighbours cannot change that."""

from __future__ import annotations

import numpy as np

from indexer.folding import fold
from indexer.matching.text.kernels.stream import (
    BAD,
    NOT_WHOLE,
    TOKEN_PARTIAL,
    TOKEN_SPECIAL,
    TOKEN_WHOLE,
    VocabularyTable,
)
from indexer.units import Int64Array, Uint8Array, Uint64Array
from indexer.vocabulary import TokenBytes


def vocabulary_table(vocabulary: TokenBytes, *, case: str, whitespace: str) -> VocabularyTable:
    """Return the table that `fill_stream` takes."""
    n_ids = len(vocabulary.special)
    data = vocabulary.data.tobytes()
    bounds = vocabulary.offsets.tolist()
    kind = np.full(n_ids, TOKEN_WHOLE, np.uint8)
    kind[vocabulary.special] = TOKEN_SPECIAL
    spelled: list[bytes] = []
    for token in range(n_ids):
        raw = data[bounds[token] : bounds[token + 1]]
        if kind[token] == TOKEN_SPECIAL:
            raw = b""
        elif not is_whole(raw):
            kind[token] = TOKEN_PARTIAL
            spelled.append(raw)
            continue
        spelled.append(fold_bytes(raw, case=case, whitespace=whitespace))
    offsets = np.append(0, np.cumsum([len(text) for text in spelled], dtype=np.int64))
    text = np.frombuffer(b"".join(spelled), np.uint8)
    record = np.zeros((n_ids + 1, 2), np.uint64)
    record[:-1, 0] = end_bytes(kind, offsets, text)[0]
    record[:, 1] = NOT_WHOLE
    record[:-1, 1][kind == TOKEN_WHOLE] = np.diff(offsets)[kind == TOKEN_WHOLE]
    return VocabularyTable(kind=kind, offsets=offsets, text=text, record=record)


def end_bytes(kind: Uint8Array, offsets: Int64Array, text: Uint8Array) -> tuple[Uint64Array, Uint64Array]:
    """Return the first and the last eight bytes of whole ids as numbers.

    The first byte is the lowest of the first, the last byte the highest of the last; what is not there is 0.
    """
    first, last = np.zeros((len(kind), 8), np.uint8), np.zeros((len(kind), 8), np.uint8)
    begin, end = offsets[:-1], offsets[1:]
    for k in range(8):
        has = np.flatnonzero((kind == TOKEN_WHOLE) & (end - begin > k))
        first[has, k] = text[begin[has] + k]
        last[has, 7 - k] = text[end[has] - 1 - k]
    return first.view("<u8").ravel().astype(np.uint64), last.view("<u8").ravel().astype(np.uint64)


def is_whole(raw: bytes) -> bool:
    """Return whether bytes read the same whatever stands before and behind them.

    They do if they do not begin with a continuation byte, which could end a character begun before, and do
    not end in the beginning of one.
    """
    if raw.isascii():
        return True
    if 0x80 <= raw[0] <= 0xBF:
        return False
    return not any(
        0xC2 <= raw[-back] <= 0xF4 and _lacks_bytes(raw[-back:]) for back in range(1, min(len(raw), 3) + 1)
    )


def _lacks_bytes(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def fold_bytes(raw: bytes, *, case: str, whitespace: str) -> bytes:
    """Return bytes as they stand in the stream."""
    if raw.isascii() and whitespace == "exact":
        return fold(raw.decode(), case).encode()
    parts: list[bytes] = []
    for character in raw.decode("utf-8", "surrogateescape"):
        if "\udc80" <= character <= "\udcff":
            parts.append(bytes([BAD]))
        elif whitespace == "any" and character.isspace():
            if not parts or parts[-1] != b" ":
                parts.append(b" ")
        else:
            parts.append(fold(character, case).encode())
    return b"".join(parts)


def characters_touched(raw: bytes) -> tuple[str, bytes]:
    """Return the whole characters in bytes, without the end of one before, and the begun one behind."""
    n_head = 0
    while n_head < len(raw) and 0x80 <= raw[n_head] <= 0xBF:
        n_head += 1
    n_tail = next((k for k in range(1, min(len(raw) - n_head, 3) + 1) if _lacks_bytes(raw[-k:])), 0)
    middle = raw[n_head : len(raw) - n_tail]
    return middle.decode("utf-8", "surrogateescape"), raw[len(raw) - n_tail :]
