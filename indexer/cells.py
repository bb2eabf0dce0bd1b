"""How wide a text is where letters are all as wide: letters of East Asia take two cells, marks none.

So the length of a text means the same in every script: sixty cells are some ten words of English, and thirty
letters of Chinese.
"""

from __future__ import annotations

import re

_LEAST_WORD_BORDER = 3
"""The part of a text, one in so many, in which it is rather cut between words."""


def cells(text: str) -> int:
    """Return how many cells a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def pieces(text: str, width: int) -> list[str]:
    """Cut a text into pieces of so many cells at most; a letter is not cut from its marks."""
    if text.isascii():
        return [text[at : at + width] for at in range(0, len(text), width)]
    from rich.cells import chop_cells

    return chop_cells(text, width)


def shortened(text: str, width: int) -> str:
    """Return a text of at most so many cells; where it is longer, its end becomes …."""
    return text if cells(text) <= width else pieces(text, width - 1)[0] + "…"


def beginning(text: str, width: int) -> str:
    """Return the first so many cells of a text, whole words where there are spaces not far."""
    if cells(text) <= width:
        return text
    cut = pieces(text, width)[0]
    spaces = [found.start() for found in re.finditer(r"\s", cut + text[len(cut)])]
    near = len(cut) - len(cut) // _LEAST_WORD_BORDER
    return cut[: spaces[-1]] if spaces and spaces[-1] >= near else cut


def ending(text: str, width: int) -> str:
    """Return the last so many cells of a text, whole words where there are spaces not far."""
    if cells(text) <= width:
        return text
    at = len(text) - width
    if not text.isascii():
        from rich.cells import split_graphemes

        spans, n_over = split_graphemes(text)
        n_over -= width
        at = 0
        for _, stop, size in spans:
            if n_over <= 0:
                break
            n_over -= size
            at = stop
    space = re.search(r"\s", text[at - 1 : at + (len(text) - at) // _LEAST_WORD_BORDER])
    return text[at - 1 + space.end() :] if space else text[at:]
