"""Files that were published in parts: ``x.bin.zstd.part_000``, ``.part_001`` and so on are one file.

The parts are cut anywhere, and read as if they were joined; nothing is written. A name ends in the number of
a part where it says ``part``, or where ``split`` put digits or letters behind the ending of a data file
(``x.bin.00``, ``x.bin.aa``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from indexer.errors import InputError
from indexer.redaction import redacted_url

_NUMBERED = re.compile(r"(?P<whole>.*[^/._-])[._-]part[._-]?(?P<number>\d+|[a-z]{2,4})$", re.IGNORECASE)
_SPLIT = re.compile(
    r"(?P<whole>.*\.(?:bin|npy|ds|jsonl?|zstd?|gz|bz2))\.(?P<number>\d{2,}|[a-z]{2})$", re.IGNORECASE
)
_ENDINGS = frozenset({"gz", "xz", "br", "ds"})
"""Two letters that are the ending of a file, and no number."""
_FIRST = ord("a")


class Part(NamedTuple):
    """What the name of a part says: the name of the whole, and which part it is."""

    whole: str
    number: int


def part_of(name: str) -> Part | None:
    """Return what the name of a part says; None where it is no part."""
    match = _NUMBERED.match(name) or _SPLIT.match(name)
    if match is None or match["number"].lower() in _ENDINGS:
        return None
    return Part(match["whole"], _number(match["number"].lower()))


def whole_of(name: str) -> str:
    """Return the name of the file that a part is of; the name itself where it is no part."""
    part = part_of(name)
    return name if part is None else part.whole


def with_wholes(names: Iterable[str]) -> list[str]:
    """Return names with the name of the whole in the place of its parts, once.

    A single name that looks like a part, and is no first one, stays as it is.
    """
    names = list(names)
    numbers: dict[str, set[int]] = {}
    parts = {name: part for name in names if (part := part_of(name)) is not None}
    for part in parts.values():
        numbers.setdefault(part.whole, set()).add(part.number)
    in_parts = {whole for whole, there in numbers.items() if len(there) > 1 or 0 in there}
    wholes = (
        parts[name].whole if name in parts and parts[name].whole in in_parts else name for name in names
    )
    return list(dict.fromkeys(wholes))


def in_order(whole: str, names: Sequence[str]) -> list[str]:
    """Return the parts of a file in the order of their numbers.

    Parameters
    ----------
    whole : str
        Name of the whole.
    names : sequence of str
        Names beside it; others than its parts are left out.

    Raises
    ------
    InputError
        A part is missing between two others, or before them, or two have one number.
    """
    parts: dict[int, str] = {}
    for name in names:
        part = part_of(name)
        if part is None or part.whole != whole:
            continue
        if parts.setdefault(part.number, name) != name:
            raise InputError(
                f"is the same part as {redacted_url(parts[part.number])}",
                path=redacted_url(name),
                fix="move one of the two away",
            )
    numbers = sorted(parts)
    first = min(numbers[:1], default=0)
    expected = range(min(first, 1), min(first, 1) + len(numbers))
    missing = next((number for number, there in zip(expected, numbers, strict=True) if number != there), None)
    if missing is not None:
        raise InputError(
            f"is in parts, and part {missing} is not there",
            path=redacted_url(whole),
            expected=f"all from {expected.start} to {numbers[-1]}",
            fix="fetch it: the parts are cut anywhere, and none can be left out",
        )
    return [parts[number] for number in numbers]


def _number(text: str) -> int:
    """Return what a number says; letters count as `split` does: ``aa`` is 0, ``ab`` 1, ``ba`` 26."""
    if text.isdigit():
        return int(text)
    number = 0
    for letter in text:
        number = 26 * number + ord(letter) - _FIRST
    return number
