"""Folders of splits: a data set whose root holds ``train/``, ``val/``, each with an index of its own."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import ConfigError, InputError
from indexer.storage import files


def folder_of_split(path: str, marker: str, split: str | None, *, base: Path) -> str:
    """Return the folder that holds the index of a data set, or of a split of it.

    Parameters
    ----------
    path : str
        The data set's folder, or its index.
    marker : str
        Name of the index: the file that makes a folder one of the format.
    split : str or None
        Folder of the split below `path`; None: the data set has its index at its root.
    base : Path
        What relative paths are relative to.

    Raises
    ------
    ConfigError
        The index lies in folders below, and none of them is chosen; the message names them.
    InputError
        There is no index.
    """
    root = files.parent(path) if files.base_name(path) == marker else path
    folder = root if split is None else files.join(root, split)
    if files.exists(files.join(folder, marker), base=base):
        return folder
    below = splits_below(root, marker, base=base)
    if not below:
        missing = files.join(folder, marker)
        raise InputError(
            "no such file", path=missing, fix="see [corpus] paths" + (" and split" if split else "")
        )
    if split is not None:
        raise ConfigError(
            f'[corpus] split = "{split}" holds no {marker}', path=path, expected=" or ".join(below)
        )
    raise ConfigError(
        f"holds no {marker}, but {', '.join(below)} below it do{'es' if len(below) == 1 else ''}",
        path=path,
        fix=f'set [corpus] split = "{_likely(below)}", or name that folder in paths',
    )


def splits_below(root: str, marker: str, *, base: Path) -> list[str]:
    """Return the names of the folders directly below a folder that hold an index."""
    if not files.is_folder(root, base=base):
        return []
    names = files.list_folders(root, base=base)
    return [files.base_name(name) for name in names if files.exists(files.join(name, marker), base=base)]


def _likely(names: list[str]) -> str:
    return next((name for name in names if name.startswith("train")), names[0])
