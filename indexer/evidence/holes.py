"""Sets of numbered files have no hole, and no index stands without its ids: what is missing is named.

Two signs: a name that says how many there are (``-00001-of-00003``), and files that a pattern or a folder
found whose names differ in one number, with more than half of the numbers there. What is missing before the
first or behind the last number of such a series cannot be told. The parts that `split` names (``aa``, ``ab``)
are a series too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.globs import has_magic

_OF = re.compile(r"(?<!\d)(\d+)([-_.]?of[-_.]?)(\d+)(?!\d)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_LETTERS = re.compile(r"([a-z]{2})(?:\.[\w.]+)?$")
_MOST_DIGITS = 9
_MOST_NAMED = 5


def missing_files(names: Sequence[str], paths: Sequence[str], *, base: Path) -> list[str]:
    """Return the names of files that belong to a set and are not there.

    Parameters
    ----------
    names : sequence of str
        The shards.
    paths : sequence of str
        What the configuration names: paths, folders and patterns.
    base : Path
        What relative paths start from.
    """
    stated = set(missing_of_stated(names))
    found_by_pattern = [] if set(names) <= set(paths) else names
    in_series = {*missing_in_series(found_by_pattern), *missing_in_letters(found_by_pattern)}
    return sorted({*stated, *in_series, *_without_ids(names, paths, base)})


def missing_of_stated(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that are missing of sets whose names say how many there are, counted from 0 or 1."""
    sets: dict[tuple[str, str], dict[int, re.Match[str]]] = {}
    for name in names:
        found = list(_OF.finditer(name))
        if found and len(found[-1][3]) <= _MOST_DIGITS:
            match = found[-1]
            rest = name[: match.start(1)] + "#" + name[match.end(1) :]
            sets.setdefault((rest, match[3]), {})[int(match[1])] = match
    for (_, total), there in sets.items():
        first = 1 if int(total) in there and 0 not in there else 0
        example = next(iter(there.values()))
        for number in range(first, first + int(total)):
            if number not in there:
                yield _renumbered(example.string, example.span(1), number)


def missing_in_series(names: Sequence[str]) -> Iterator[str]:
    """Yield the files that are missing between others, of names that differ in one number."""
    series: dict[tuple[str, int], dict[int, re.Match[str]]] = {}
    for name in names:
        for place, match in enumerate(_NUMBER.finditer(name)):
            if len(match[0]) <= _MOST_DIGITS:
                rest = name[: match.start()] + "#" + name[match.end() :]
                series.setdefault((rest, place), {})[int(match[0])] = match
    for there in series.values():
        first, last = min(there), max(there)
        if len(there) > 1 and last - first + 1 < 2 * len(there):
            example = there[first]
            for number in range(first, last):
                if number not in there:
                    yield _renumbered(example.string, example.span(), number)


def missing_in_letters(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that are missing between others whose names end as those of `split` do, from ``aa``."""
    series: dict[tuple[str, str], dict[int, str]] = {}
    for name in names:
        if match := _LETTERS.search(name):
            tens, ones = (ord(letter) - ord("a") for letter in match[1])
            rest = name[: match.start(1)], name[match.end(1) :]
            series.setdefault(rest, {})[26 * tens + ones] = name
    for (before, behind), there in series.items():
        last = max(there)
        # codes of languages are two letters as well, and lie far apart
        if 0 in there and len(there) > 2 and last + 1 < 2 * len(there):
            for number in range(last):
                if number not in there:
                    yield f"{before}{chr(ord('a') + number // 26)}{chr(ord('a') + number % 26)}{behind}"


def _without_ids(names: Sequence[str], paths: Sequence[str], base: Path) -> Iterator[str]:
    """Yield the files of ids whose index is there without them, where a pattern names files of ids."""
    for path in paths:
        if path.endswith(".bin") and has_magic(path):
            with suppress(InputError):
                for index in files.expand(path[:-4] + ".idx", base=base):
                    if index[:-4] + ".bin" not in names:
                        yield index[:-4] + ".bin"


def _renumbered(name: str, span: tuple[int, int], number: int) -> str:
    start, stop = span
    return f"{name[:start]}{number:0{stop - start}d}{name[stop:]}"


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(islice(names, _MOST_NAMED)) + (f" and {more:,} more" if more > 0 else "")
