"""What a glob of local files stands for; a part of it that exists as it is written is no pattern.

The library's `glob.glob` means the same, and passes over a folder that it cannot list without a word: shards
in it would be missing from a plan, and nobody would know.
"""

from __future__ import annotations

import errno
import fnmatch
import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

has_magic = glob.has_magic

_NUMBER = re.compile(r"\d+")

_NOTHING_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
_OF_THE_FILE_SYSTEM = "lost+found"
"""Nobody but root may list it, and it holds no shards."""


def local_matches(path: str, *, base: Path) -> list[str]:
    """Return the paths that a glob matches, sorted, spelled like the glob.

    Folders may have names that look like patterns, as ``[v1] data``: from the left, each part with brackets
    that exists as it is written stands for itself. A path in which nothing is left to match is returned as it
    is, whether it exists or not. Names that begin with a dot are matched by what begins with one. A ``**``
    stands for folders of any depth, and then files alone are matched.

    Raises
    ------
    OSError
        A folder that may hold matches cannot be listed.
    """
    parts = PurePath(path).parts
    found = ""
    for at, part in enumerate(parts):
        if glob.has_magic(part) and not _is_literal(part, found, base):
            matches = set(_matches(found, parts[at:], base))
            anywhere = "**" in parts[at:]
            return sorted(name for name in matches if not (anywhere and (base / name).is_dir()))
        found = os.path.join(found, part)  # noqa: PTH118  as the user spells it
    return [path]


def not_by_number(names: Sequence[str]) -> tuple[str, str] | None:
    """Return two neighbours among names that differ in numbers, of which the first has the larger one."""
    last: dict[str, str] = {}
    for name in names:
        before = last.setdefault(_NUMBER.sub("#", name), name)
        if _numbers_in(before) > _numbers_in(name):
            return before, name
        last[_NUMBER.sub("#", name)] = name
    return None


def _numbers_in(name: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(name)]


def _is_literal(part: str, folder: str, base: Path) -> bool:
    """Tell whether a part is a name with brackets; what ``*`` and ``?`` match holds the name itself."""
    return "[" in part and _is_there(base / folder / part)


def _matches(found: str, parts: Sequence[str], base: Path) -> Iterator[str]:
    """Yield what the remaining parts match below `found`."""
    if not parts:
        yield found
        return
    part, *rest = parts
    if part == "**":
        yield from [] if rest or not found else [found]
        for folder in _names_below(found, base, folders=True):
            yield from _matches(folder, rest, base) if rest else ()
        yield from () if rest else _names_below(found, base, folders=False)
    elif glob.has_magic(part) and not _is_literal(part, found, base):
        for entry in _entries(base / found):
            if fnmatch.fnmatchcase(entry.name, part) and _is_shown(entry.name, part):
                yield from _matches(_below(found, entry.name), rest, base)
    elif _is_there(base / found / part):
        yield from _matches(_below(found, part), rest, base)


def _names_below(found: str, base: Path, *, folders: bool) -> Iterator[str]:
    """Yield a folder and all folders below it, links followed; or all names below it."""
    if folders:
        yield found
    for entry in _entries(base / found):
        if not _is_shown(entry.name, "**") or (folders and not entry.is_dir()):
            continue
        name = _below(found, entry.name)
        if not folders:
            yield name
        yield from _names_below(name, base, folders=folders)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder; nothing where it is none."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        if error.errno in _NOTHING_THERE or folder.name == _OF_THE_FILE_SYSTEM:
            return []
        raise


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return False
        raise
    except ValueError:  # no file can have the name
        return False
    return True


def _is_shown(name: str, pattern: str) -> bool:
    return not name.startswith(".") or pattern.startswith(".")


def _below(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118  as the user spells it
