"""Which tokens can reach across a split point: they hold the bytes on both sides of it."""

from __future__ import annotations

import numpy as np

from indexer.matching.text.kernels.tries import Spellings

_SPACE = 0x20


def ids_across_spaces(spellings: Spellings, across: set[tuple[bytes, bytes]]) -> list[int]:
    """Return the ids that can reach across a space: they hold it and the bytes beside it.

    Parameters
    ----------
    spellings : Spellings
        Of the vocabulary.
    across : set of (bytes, bytes)
        The byte before and the byte behind each split point; nothing at the end of a phrase.
    """
    left = {a for a, _ in across}
    left_of_end = {a for a, b in across if not b}
    data = spellings.text.tobytes()
    found: list[int] = []
    spaces = np.flatnonzero(spellings.text == _SPACE)
    holder = np.searchsorted(spellings.offsets, spaces, side="right") - 1
    for number in np.unique(holder[spaces > spellings.offsets[holder]]).tolist():
        begin, end = int(spellings.offsets[number]), int(spellings.offsets[number + 1])
        text = data[begin:end]
        at = text.find(b" ", 1)
        while at > 0:
            before, behind = text[at - 1 : at], text[at + 1 : at + 2]
            if (before, behind) in across or before in left_of_end or (not behind and before in left):
                found += spellings.ids[
                    spellings.ids_offsets[number] : spellings.ids_offsets[number + 1]
                ].tolist()
                break
            at = text.find(b" ", at + 1)
    return found
