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
        Where the folder appears. An earlier export there is replaced.
    provenance : dict
        Written into it as ``provenance.json``.
    write : callable
        Is given the folder to fill.

    Raises
    ------
    StateError
        Something else than an export is there.
    """
    if final.exists() and not (
        final.is_dir() and (not any(final.iterdir()) or (final / PROVENANCE).is_file())
    ):
        raise StateError(
            "holds something that is no export", path=final, fix="name a new folder, or remove this one"
        )

    def fill(folder: Path) -> None:
        write(folder)
        text = json.dumps(provenance, indent=1, ensure_ascii=False) + "\n"
        (folder / PROVENANCE).write_text(text, encoding="utf-8")

    commit_folder(final, fill)
