"""Unicode as arrays: how every code point is folded."""

from __future__ import annotations

from functools import cache

import numpy as np

from indexer.folding import every_character, fold
from indexer.matching.text.kernels.stream import IDENTITY_RECORD, SPACE_RECORD, UnicodeTable

_BLOCK = 256
_SURROGATES = range(0xD800, 0xE000)


def _is_one_word(characters: str) -> bool:
    """Return whether there is no white space among characters."""
    return characters.split() == [characters]


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
    folds: dict[str, int] = {}
    rows: dict[bytes, int] = {}
    block_of = []
    every = every_character()
    for start in range(0, len(every), _BLOCK):
        characters = every[start : start + _BLOCK]
        records = np.full(_BLOCK, IDENTITY_RECORD, np.uint16)
        # Nearly all blocks stay as they are, and need not be looked at one character after another.
        if start not in _SURROGATES and (
            fold(characters, case) != characters or not _is_one_word(characters)
        ):
            for i, character in enumerate(characters):
                if whitespace == "any" and character.isspace():
                    records[i] = SPACE_RECORD
                elif (folded := fold(character, case)) != character:
                    records[i] = folds.setdefault(folded, SPACE_RECORD + 1 + len(folds))
        block_of.append(rows.setdefault(records.tobytes(), len(rows)))
    spelled = [b"", b" ", *(folded.encode() for folded in folds)]
    return UnicodeTable(
        block=np.array(block_of, np.uint16),
        record=np.frombuffer(b"".join(rows), np.uint16),
        offsets=np.cumsum([0, *map(len, spelled)]).astype(np.int32),
        text=np.frombuffer(b"".join(spelled), np.uint8),
    )
