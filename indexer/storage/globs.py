"""What a glob of local files stands for; a part of it that exists as it is written is no pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

has_magic = glob.has_magic


def local_matches(path: str, *, base: Path) -> list[str]:
    """Return the paths that a glob matches, sorted, spelled like the glob.

    Folders may have names that look like patterns, as ``[v1] data``: from the left, each part with brackets
    that exists as it is written stands for itself. A path in which nothing is left to match is returned as it
    is, whether it exists or not.
    """
    parts = PurePath(path).parts
    found = ""
    for at, part in enumerate(parts):
        if glob.has_magic(part) and not _is_literal(part, found, base):
            return sorted(_matches(found, parts[at:], base))
        found = os.path.join(found, part)  # noqa: PTH118  as the user spells it
    return [path]


def _is_literal(part: str, folder: str, base: Path) -> bool:
    """Tell whether a part is a name with brackets; what ``*`` and ``?`` match holds the name itself."""
    return "[" in part and os.path.lexists(base / folder / part)


def _matches(found: str, parts: Sequence[str], base: Path) -> Iterator[str]:
    """Yield what the remaining parts match below `found`."""
    if not parts:
        yield found
        return
    part, *rest = parts
    if part == "**":
        # folders of any depth: what follows is left to the library
        pattern = os.path.join(glob.escape(found), *parts)  # noqa: PTH118
        yield from glob.glob(pattern, root_dir=base, recursive=True)  # noqa: PTH207
    elif glob.has_magic(part) and not _is_literal(part, found, base):
        pattern = os.path.join(glob.escape(found), part)  # noqa: PTH118
        for match in glob.glob(pattern, root_dir=base):  # noqa: PTH207
            yield from _matches(match, rest, base)
    else:
        literal = os.path.join(found, part)  # noqa: PTH118
        if os.path.lexists(base / literal):
            yield from _matches(literal, rest, base)
