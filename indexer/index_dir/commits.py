"""Commits files and folders: written aside, then renamed, so that each appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from indexer.errors import ExposureError, ResourceError
from indexer.foreign_errors import READ_ONLY, is_about_space, is_read_only, reason_of
from indexer.temporaries import aside_of, held, remove_aside, remove_leftovers


def commit_file(final: Path, write: Callable[[Path], object]) -> None:
    """Have a file written aside, then rename it into place: it appears whole or not at all.

    Raises
    ------
    ResourceError
        The file system is full or refuses to be written.
    """
    aside = aside_of(final)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(final.parent, alone=False, of=final.name)
        write(aside)
        with open(aside, "rb+") as file:
            os.fsync(file.fileno())
        aside.replace(final)
        _sync_directory(final.parent)
    except Exception as error:
        if isinstance(error, OSError) and str(error.filename) == str(aside):
            error.filename = str(final)
        if isinstance(error, ExposureError) or not is_about_space(error):
            raise
        raise ResourceError(
            f"cannot be written: {reason_of(error)}",
            path=final,
            fix=READ_ONLY
            if is_read_only(error)
            else f"free space on the file system of {final.parent} and run again; done work is kept",
        ) from None
    finally:
        remove_aside(aside)


def commit_folder(final: Path, write: Callable[[Path], object]) -> None:
    """Have a folder filled aside, then rename it into place: it appears whole or not at all.

    Parameters
    ----------
    final : Path
        Where the folder appears; what is there is replaced.
    write : callable
        Is given the folder to fill.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(final.parent, alone=False, of=final.name)
    aside, earlier = aside_of(final), aside_of(final)
    try:
        aside.mkdir()
        with held(aside):
            write(aside)
        if final.exists():
            final.rename(earlier)
        aside.rename(final)
        _sync_directory(final.parent)
    finally:
        remove_aside(aside)
        remove_aside(earlier)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
