"""Unicode as arrays: how every code point is folded."""

from __future__ import annotations

from functools import cache

import numpy as np

from indexer.folding import fold
from indexer.matching.text.kernels.stream import IDENTITY_RECORD, SPACE_RECORD, UnicodeTable

_BLOCK = 256
_SURROGATES = range(0xD800, 0xE000)


@cache
def unicode_table(case: str, whitespace: str) -> UnicodeTable:
    """Return the table that folds characters in kernels.

    Parameters
    ----------
    case : {"fold", "turkish", "exact"}
        As `indexer.folding.fold`.
    whitespace : {"exact", "any"}
        ``any``: every white-space character becomes a space.
    """
    code_points = [chr(i) for i in range(0x110000)]
    record_of = np.full(len(code_points), IDENTITY_RECORD, np.uint16)
    folds: dict[str, int] = {}
    for i, character in enumerate(code_points):
        if i in _SURROGATES:
            continue
        if whitespace == "any" and character.isspace():
            record_of[i] = SPACE_RECORD
        elif (folded := fold(character, case)) != character:
            record_of[i] = folds.setdefault(folded, SPACE_RECORD + 1 + len(folds))
    spelled = [b"", b" ", *(folded.encode() for folded in folds)]
    blocks, block_of = np.unique(record_of.reshape(-1, _BLOCK), axis=0, return_inverse=True)
    return UnicodeTable(
        block=block_of.ravel().astype(np.uint16),
        record=np.ascontiguousarray(blocks.ravel(), np.uint16),
        offsets=np.cumsum([0, *map(len, spelled)]).astype(np.int32),
        text=np.frombuffer(b"".join(spelled), np.uint8),
    )
