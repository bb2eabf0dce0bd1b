"""A folder that appears whole or not at all, and is never written over somebody's files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexer.errors import StateError
from indexer.index_dir import commit_folder

PROVENANCE = "provenance.json"
"""Every exported folder holds it; a folder without it is not ours to replace."""


def commit_export(final: Path, provenance: dict[str, Any], write: Callable[[Path], object]) -> None:
    """Have a folder written aside, then rename it into place.

    Parameters
    ----------
    final : Path
        Where the folder appears. An earlier export there is replaced, unless something was added to it.
    provenance : dict
        Written into it as ``provenance.json``, with the names of the files.
    write : callable
        Is given the folder to fill.

    Raises
    ------
    StateError
        Something else than an export is there, or something beside one.
    """
    if final.exists() and not (
        final.is_dir() and (not any(final.iterdir()) or (final / PROVENANCE).is_file())
    ):
        raise StateError(
            "holds something that is no export", path=final, fix="name a new folder, or remove this one"
        )

    added = _added(final)
    if added:
        raise StateError(
            f"holds {added[0]}, which the export there did not write",
            path=final,
            fix="name a new folder, or take it away; an earlier export is replaced as a whole",
        )

    def fill(folder: Path) -> None:
        write(folder)
        text = json.dumps({**provenance, "files": _files_in(folder)}, indent=1, ensure_ascii=False) + "\n"
        (folder / PROVENANCE).write_text(text, encoding="utf-8")

    commit_folder(final, fill)


def _added(folder: Path) -> list[str]:
    """Name the files of an earlier export that it did not write; all, where it does not say which."""
    if not (folder / PROVENANCE).is_file():
        return []
    try:
        written = {PROVENANCE, *json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))["files"]}
    except (ValueError, KeyError, TypeError):
        written = {PROVENANCE}
    # What Python keeps of a harness task that was run is nobody's work.
    return [name for name in _files_in(folder) if name not in written and "__pycache__" not in name]


def _files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
