"""Shows spans inside a sentence as text: **critical**, *context*, [phrase]; and reads that notation back."""

from __future__ import annotations

from typing import NamedTuple

from indexer.phrases.sentence import CharRange


class MarkedSentence(NamedTuple):
    """A sentence and the three spans of one side, in code points."""

    text: str
    critical: CharRange | None
    context: CharRange | None
    phrase: CharRange | None


def mark(sentence: MarkedSentence) -> str:
    """Return the sentence with its spans marked.

    >>> mark(MarkedSentence("Noor saw this kettle.", CharRange(14, 20), CharRange(9, 13), CharRange(9, 20)))
    'Noor saw [*this* **kettle**].'
    """
    text, critical, context, phrase = sentence
    signs: list[tuple[int, int, str]] = []
    for depth, (sign_open, sign_close, span) in enumerate(
        (("[", "]", phrase), ("**", "**", critical), ("*", "*", context))
    ):
        if span is None:
            continue
        start, stop = span
        # At one place closing signs stand before opening ones, and the phrase is outermost.
        signs.append((start, 10 + depth, sign_open))
        signs.append((stop, 9 - depth, sign_close))
    signs.sort()
    parts: list[str] = []
    here = 0
    for position, _, sign in signs:
        parts.extend((text[here:position], sign))
        here = position
    return "".join([*parts, text[here:]])


def unmark(marked: str) -> MarkedSentence:
    """Read the notation back.

    Raises
    ------
    ValueError
        A span is missing, stands twice or is not closed.
    """
    text: list[str] = []
    places: dict[str, list[int]] = {"[": [], "]": [], "**": [], "*": []}
    position = 0
    while position < len(marked):
        sign = next((each for each in ("**", "*", "[", "]") if marked.startswith(each, position)), None)
        if sign is None:
            text.append(marked[position])
            position += 1
        else:
            places[sign].append(len(text))
            position += len(sign)
    bounds = (places["**"], places["*"], places["["] + places["]"])
    if any(len(found) != 2 for found in bounds):
        raise ValueError(f"not one [phrase], one **critical** and one *context* span: {marked}")
    return MarkedSentence("".join(text), *(CharRange(*found) for found in bounds))
