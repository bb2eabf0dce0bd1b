"""Which local files may be read: those that a person named, and what lies beside and below them.

A configuration is a person's word: its folder and every path in it are roots, absolute ones and those with
``..`` too. A path that other files lead to is not: the basename in somebody's ``index.json``, or a link among
the matches of a pattern. It must lie under a root when every link is followed, or under a folder that
``--allow-path`` or ``[index] allow_paths`` names.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError
from indexer.storage.globs import has_magic

_HUB_SNAPSHOTS = "snapshots"
"""Files of a snapshot in the hub's cache are links to the ``blobs`` beside it: the whole copy is a root."""


@dataclass(frozen=True)
class Roots:
    """Folders and files that may be read, every link followed.

    Attributes
    ----------
    folders : tuple of Path
        With all below.
    files : tuple of Path
        What named links lead to; the files beside them that differ in the suffix alone go with them.
    """

    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    def hold(self, path: Path) -> bool:
        """Tell whether a file may be read."""
        real = path.resolve()
        return any(real.is_relative_to(folder) for folder in self.folders) or any(
            real.parent == file.parent and real.stem == file.stem for file in self.files
        )


def roots_of(values: Any, *, base: Path, allowed: Sequence[str] = ()) -> Roots:
    """Return the roots that a configuration names.

    Parameters
    ----------
    values : nested dict, list and str
        The keys of the configuration; what names nothing that exists is no path.
    base : Path
        Its folder.
    allowed : sequence of str
        Folders that are allowed besides.
    """
    folders, files = [base.resolve()], []
    for word in [*_words(values), *allowed]:
        path = _literal_part(base, word)
        if path.is_dir():
            folders.append(path.resolve())
        elif path.exists():
            folders.append(path.parent.resolve())
            files.append(path.resolve())
    copies = [
        folder.parents[len(folder.parts) - folder.parts.index(_HUB_SNAPSHOTS) - 1]
        for folder in folders
        if _HUB_SNAPSHOTS in folder.parts
    ]
    return Roots(tuple(dict.fromkeys([*folders, *copies])), tuple(dict.fromkeys(files)))


_roots: Roots | None = None
_own_files: set[Path] = set()
"""Files that this process wrote for itself, wherever the system keeps such."""


@contextmanager
def within(roots: Roots) -> Iterator[None]:
    """Refuse local files outside of some roots."""
    global _roots  # noqa: PLW0603 one process reads for one configuration at a time
    before, _roots = _roots, roots
    try:
        yield
    finally:
        _roots = before


@contextmanager
def own_file(path: Path) -> Iterator[None]:
    """Let a file be read that nobody named since this process wrote it for itself."""
    real = path.resolve()
    _own_files.add(real)
    try:
        yield
    finally:
        _own_files.discard(real)


def refuse_outside(path: Path, name: str) -> None:
    """Refuse a file that nobody named.

    Raises
    ------
    ConfigError
        It lies outside of the roots.
    """
    if _roots is None or _roots.hold(path):
        return
    real = path.resolve()
    if real in _own_files:
        return
    raise ConfigError(
        f"leads to {real}, which lies outside of what the configuration names",
        path=name,
        fix=f"if it is meant, allow its folder with --allow-path {real.parent}",
    )


def _words(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        if values and "\0" not in values and "://" not in values:
            yield values
    elif isinstance(values, dict):
        yield from _all_words(values.values())
    elif isinstance(values, list | tuple):
        yield from _all_words(values)


def _all_words(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _words(value)


def _literal_part(base: Path, word: str) -> Path:
    """Return the part of a path before the first that is a pattern."""
    found = base
    for part in Path(os.path.expanduser(word)).parts:  # noqa: PTH111  it raises where there is no such user
        if has_magic(part) and not os.path.lexists(found / part):
            break
        found = found / part
    return found
