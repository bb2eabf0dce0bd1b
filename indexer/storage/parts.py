"""Files that were published in parts: ``x.bin.zstd.part_000``, ``.part_001`` and so on, read as one file.

The parts are cut anywhere, and read as if they were joined; nothing is written. Whether names that look like
those of parts are parts of one stream, or shards that are cut into sequences each alone, decides where every
sequence begins, and nothing but a person can tell: ``[corpus] parts`` says it. A name holds the number of a
part where it says ``part``, at its end or before the ending of a data file (``x.bin.part0``,
``x.part0.bin``), or where `split` put digits or letters behind that ending (``x.bin.00``, ``x.bin.aa``). How
many there are may stand beside it (``part0of4``); ``x-part-00001-of-00002.bin`` is how shards are numbered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import NamedTuple

from indexer.errors import InputError
from indexer.redaction import redacted_url

_NUMBERED = re.compile(
    r"(?P<whole>.*[^/._-])[._-]part[._-]?(?P<number>\d+|[a-z]{2,4})(?:[._-]?of[._-]?(?P<total>\d+))?$",
    re.IGNORECASE,
)
_DATA = r"\.(?:bin|npy|ds|jsonl?)(?:\.(?:zstd?|gz|bz2))?"
_INSIDE = re.compile(
    r"(?P<whole>.*[^/._-])[._-]part[._-]?(?P<number>\d+|[a-z]{2})(?:[._]?of[._]?(?P<total>\d+))?"
    rf"(?P<ending>{_DATA})$",
    re.IGNORECASE,
)
_DATA_ENDING = re.compile(rf"(?:{_DATA})$", re.IGNORECASE)
_SPLIT = re.compile(
    r"(?P<whole>.*\.(?:bin|npy|ds|jsonl?|zstd?|gz|bz2))[._-]?(?P<number>\d{2,}|[a-z]{2})$", re.IGNORECASE
)
_BARE = re.compile(r"(?P<whole>(?:.*/)?[^./]*?)(?P<number>\d{2,}|[a-z]{2})$")
"""``xaa``, ``part-00``: what `split` writes by itself, or anybody else; only where they are said to be."""
_ENDINGS = frozenset({"gz", "xz", "br", "ds", "td"})
"""Two letters that are the ending of a file, or the end of one, and no number."""
_FIRST = ord("a")


class Parts(Enum):
    """What names that look like parts are."""

    SEPARATE = "separate"
    """Each is a file of its own; so everywhere but in ``[corpus] paths``."""
    JOINED = "joined"
    """Parts of one file, counted from 0."""
    JOINED_FROM_1 = "joined from 1"
    """The same, counted from 1."""
    UNSAID = ""
    """Nobody said it: they are refused."""


_how: ContextVar[Parts] = ContextVar("parts", default=Parts.SEPARATE)


@contextmanager
def reading_parts(how: Parts) -> Iterator[None]:
    """Have names that look like parts be taken so."""
    before = _how.set(how)
    try:
        yield
    finally:
        _how.reset(before)


def parts_are() -> Parts:
    """Return what names that look like parts are now."""
    return _how.get()


class Part(NamedTuple):
    """What the name of a part says: the name of the whole, which part it is, of how many if it says so."""

    whole: str
    number: int
    total: int | None = None


def part_of(name: str, *, bare: bool = False) -> Part | None:
    """Return what the name of a part says; None where it is no part.

    Parameters
    ----------
    name : str
        A path or URL.
    bare : bool
        Whether names without any ending (``xaa``) are those of parts too.
    """
    match = next((match for form in (_NUMBERED, _INSIDE, _SPLIT) if (match := form.match(name))), None)
    if match is None and bare:
        match = _BARE.match(name)
    if match is None or match["number"].lower() in _ENDINGS:
        return None
    said = match.groupdict()
    total = said.get("total")
    return Part(
        match["whole"] + (said.get("ending") or ""),
        _number(match["number"].lower()),
        None if total is None else int(total),
    )


def beginning_of_parts(whole: str) -> str:
    """Return what the names of all parts of a file begin with."""
    return _DATA_ENDING.sub("", whole)


def missing_of_total(names: Sequence[str], how: Parts) -> str | None:
    """Return a sentence on parts that are missing by the number of parts that the names of the others say.

    Parameters
    ----------
    names : sequence of str
        The parts of one file, in order and none missing between them.
    how : Parts
        Where they are counted from.
    """
    last = part_of(names[-1]) if names else None
    if last is None or last.total is None:
        return None
    n_there = last.number + (how is not Parts.JOINED_FROM_1)
    if n_there >= last.total:
        return None
    n_missing = last.total - n_there
    what = (
        f"part {last.number + 1} is"
        if n_missing == 1
        else f"{n_missing:,} parts from {last.number + 1} on are"
    )
    return f"{redacted_url(last.whole)} is in {last.total:,} parts by their names, and {what} not there"


def whole_of(name: str) -> str:
    """Return the name of the file that a part is of; the name itself where it is no part."""
    part = part_of(name, bare=True)
    return name if part is None else part.whole


def refuse_parts(names: Sequence[str]) -> None:
    """Refuse names that look like parts, of which nobody said what they are.

    Raises
    ------
    InputError
        There are such names.
    """
    if not names:
        return
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    raise InputError(
        f"looks like a part of {redacted_url(whole_of(names[0]))}{more}",
        path=redacted_url(names[0]),
        fix='set [corpus] parts = "joined" to read the parts as one file, or "separate" where each is a shard'
        " that was cut into sequences alone",
    )


def in_order(whole: str, names: Sequence[str], how: Parts, *, named: Collection[str] | None) -> None:
    """Refuse parts that are not all there.

    Parameters
    ----------
    whole : str
        Name of the whole.
    names : sequence of str
        Its parts, by their numbers; none where it is not in parts.
    how : Parts
        Where they are counted from.
    named : collection of str, optional
        The parts that a person named, or a pattern matched; None: the whole was named.

    Raises
    ------
    InputError
        A part is missing, two have one number, or others were named than are there.
    """
    _refuse_other_totals(whole, names, how)
    parts: dict[int, str] = {}
    for name in names:
        number = _number_of(name)
        if parts.setdefault(number, name) != name:
            raise InputError(
                f"is the same part as {redacted_url(parts[number])}",
                path=redacted_url(name),
                fix="move one of the two away",
            )
    first = 1 if how is Parts.JOINED_FROM_1 else 0
    missing = next((number for number in range(first, first + len(parts)) if number not in parts), None)
    if missing is not None:
        from_1 = missing == 0 and set(parts) == set(range(1, len(parts) + 1))
        raise InputError(
            f"is in parts, and part {missing} is not there",
            path=redacted_url(whole),
            expected=f"all from {first} to {max(parts)}",
            fix='if they are counted from 1, set [corpus] parts = "joined from 1"'
            if from_1
            else "fetch it: the parts are cut anywhere, and none can be left out",
        )
    if named is not None and set(named) != set(names):
        raise InputError(
            f"has {len(names):,} parts, and {len(set(named)):,} of them are named",
            path=redacted_url(whole),
            fix=f'name the whole, "{redacted_url(whole)}", or all parts by one pattern',
        )


def _refuse_other_totals(whole: str, names: Sequence[str], how: Parts) -> None:
    """Refuse parts that say different numbers of parts, or that have a number beyond it."""
    parts = [(name, part) for name in names if (part := part_of(name, bare=True)) is not None]
    totals = {part.total for _, part in parts}
    if len(totals) > 1:
        said = ", ".join(
            "none" if one is None else f"{one:,}" for one in sorted(totals, key=lambda one: one or 0)
        )
        raise InputError(
            f"is in parts whose names say different numbers of parts: {said}",
            path=redacted_url(whole),
            fix="move those of another file away",
        )
    first = 1 if how is Parts.JOINED_FROM_1 else 0
    for name, part in parts:
        from_1 = 0 not in {one.number for _, one in parts}
        if part.total is not None and part.number >= first + part.total and not from_1:
            raise InputError(
                f"is part {part.number:,} of {part.total:,}, counted from {first}",
                path=redacted_url(name),
                fix="move it away, or name the parts as they are counted",
            )


def _number_of(name: str) -> int:
    part = part_of(name, bare=True)
    return -1 if part is None else part.number


def _number(text: str) -> int:
    """Return what a number says; letters count as `split` does: ``aa`` is 0, ``ab`` 1, ``ba`` 26."""
    if text.isdigit():
        return int(text)
    number = 0
    for letter in text:
        number = 26 * number + ord(letter) - _FIRST
    return number
