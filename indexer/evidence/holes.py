"""Sets of numbered files have no hole, and no index stands without its ids: what is missing is named.

Two signs: a name that says how many there are (``-00001-of-00003``), and files that a pattern or a folder
found whose names differ in one number, with more than half of the numbers there. What is missing before the
first or behind the last number of such a series cannot be told. Hexadecimal numbers are numbers; the parts
that `split` names (``aa``, ``ab``) and single letters from ``a`` on are a series too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.compressed import without_suffix
from indexer.storage.globs import has_magic

_OF = re.compile(r"(?<!\d)(\d+)([-_.]?of[-_.]?)(\d+)(?!\d)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_HEXADECIMAL = re.compile(r"(?<![0-9A-Za-z])(?:0[xX])?([0-9a-fA-F]{1,8})(?![0-9A-Za-z])")
_LETTER = re.compile(r"(?<![0-9A-Za-z])([a-zA-Z])(?![0-9A-Za-z])")
_LETTERS = re.compile(r"([a-z]{2})(?:\.[\w.]+)?$")
_IDS_AND_INDEXES = ((".bin", ".idx"), (".ds", ".ds.index"))
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
    in_series = {
        *missing_in_series(found_by_pattern),
        *missing_in_hexadecimal(found_by_pattern),
        *missing_in_letters(found_by_pattern),
        *missing_in_single_letters(found_by_pattern),
    }
    return sorted({*stated, *in_series, *_without_ids(names, paths, base)})


def missing_of_stated(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that are missing of sets whose names say how many there are, counted from 0 or 1.

    Where neither the first nor the last number of a set is there, another set tells where they count from;
    where none does, it is the one or the other that is missing.
    """
    sets: dict[tuple[str, str], dict[int, re.Match[str]]] = {}
    for name in names:
        found = list(_OF.finditer(name))
        if found and len(found[-1][3]) <= _MOST_DIGITS:
            match = found[-1]
            rest = name[: match.start(1)] + "#" + name[match.end(1) :]
            sets.setdefault((rest, match[3]), {})[int(match[1])] = match
    starts = [0 if 0 in there else 1 for (_, total), there in sets.items() if {0, int(total)} & there.keys()]
    for (_, total), there in sets.items():
        example, last = next(iter(there.values())), int(total)
        first = 0 if 0 in there else 1 if last in there else max(starts, key=starts.count, default=None)
        for number in range(1, last) if first is None else range(first, first + last):
            if number not in there:
                yield _renumbered(example.string, example.span(1), number)
        if first is None:
            yield " or ".join(_renumbered(example.string, example.span(1), number) for number in (0, last))


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


def late_series(names: Sequence[str]) -> list[str]:
    """Return the first files of series without a hole that begin neither at 0 nor at 1."""
    series: dict[str, list[int]] = {}
    first: dict[str, str] = {}
    for name in names:
        *_, match = [None, *_NUMBER.finditer(files.base_name(name))]
        if match is not None and len(match[0]) <= _MOST_DIGITS and not _OF.search(name):
            at = len(name) - len(files.base_name(name))
            rest = name[: at + match.start()] + "#" + name[at + match.end() :]
            series.setdefault(rest, []).append(int(match[0]))
            first.setdefault(rest, name)
    return [
        first[rest]
        for rest, numbers in series.items()
        if len(numbers) > 1
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] > 1
    ]


def missing_in_hexadecimal(names: Sequence[str]) -> Iterator[str]:
    """Yield the files that are missing between others, of names that differ in one hexadecimal number."""
    series: dict[tuple[str, int, int], dict[int, re.Match[str]]] = {}
    for name in names:
        for place, match in enumerate(_HEXADECIMAL.finditer(name)):
            rest = name[: match.start(1)] + "#" + name[match.end(1) :]
            series.setdefault((rest, place, len(match[1])), {})[int(match[1], 16)] = match
    for there in series.values():
        first, last = min(there), max(there)
        digits = "".join(match[1] for match in there.values())
        # decimal numbers are looked for elsewhere, and words such as "be" and "de" have no digit
        is_hexadecimal = not digits.isdigit() and any(map(str.isdigit, digits))
        if is_hexadecimal and last - first + 1 < 2 * len(there):
            for number in range(first, last):
                if number not in there:
                    yield _with_digits(there[first], number, digits)


def missing_in_single_letters(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that are missing between others of names that differ in one letter, from ``a`` on."""
    series: dict[tuple[str, str], set[str]] = {}
    for name in names:
        for match in _LETTER.finditer(name):
            series.setdefault((name[: match.start(1)], name[match.end(1) :]), set()).add(match[1])
    for (before, behind), letters in series.items():
        last = max(letters)
        first = "a" if last.islower() else "A"
        if first in letters and ord(last) - ord(first) + 1 < 2 * len(letters):
            for code in range(ord(first), ord(last)):
                if chr(code) not in letters:
                    yield f"{before}{chr(code)}{behind}"


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
        all_but_first = there.keys() == set(range(1, last + 1))
        if len(there) > 2 and (all_but_first or (0 in there and last + 1 < 2 * len(there))):
            for number in range(last):
                if number not in there:
                    yield f"{before}{chr(ord('a') + number // 26)}{chr(ord('a') + number % 26)}{behind}"


def _without_ids(names: Sequence[str], paths: Sequence[str], base: Path) -> Iterator[str]:
    """Yield what a shard lacks that a pattern names by its ids or by its index: the other of the two."""
    there = {without_suffix(name) for name in names}
    for path in paths:
        for ids, index in _IDS_AND_INDEXES if has_magic(path) else ():
            other = next((two for two in ((ids, index), (index, ids)) if path.endswith(two[0])), None)
            if other is None:
                continue
            named, beside = other
            with suppress(InputError):
                for one in files.expand(path.removesuffix(named) + beside, base=base):
                    bare = one.removesuffix(beside)
                    if bare + ids not in there:
                        yield bare + named
            break


def _renumbered(name: str, span: tuple[int, int], number: int) -> str:
    start, stop = span
    return f"{name[:start]}{number:0{stop - start}d}{name[stop:]}"


def _with_digits(example: re.Match[str], number: int, digits: str) -> str:
    """Return the name of another hexadecimal number, in letters as large as the others'."""
    spelled = f"{number:0{len(example[1])}x}"
    start, stop = example.span(1)
    spelled = spelled.upper() if digits.upper() == digits else spelled
    return f"{example.string[:start]}{spelled}{example.string[stop:]}"


def _numbers_in(name: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(name)]


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return ", ".join(islice(names, _MOST_NAMED)) + (f" and {more:,} more" if more > 0 else "")
