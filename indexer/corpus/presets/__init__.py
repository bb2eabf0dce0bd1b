"""Commented configurations of known training runs, written by ``exposure init --preset NAME``.

Each ``NAME.toml`` in this folder is a preset; its first line says what it is for, and every number carries
its source as a comment.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from indexer.errors import ConfigError, StateError
from indexer.index_dir import commit_file
from indexer.near_names import did_you_mean


def preset_names() -> dict[str, str]:
    """Return every preset with its first line."""
    found = {}
    for entry in files(__package__).iterdir():
        if entry.name.endswith(".toml"):
            first = entry.read_text(encoding="utf-8").split("\n", 1)[0]
            found[entry.name.removesuffix(".toml")] = first.removeprefix("#").strip()
    return dict(sorted(found.items()))


def preset_text(name: str) -> str:
    """Return a preset as the text of an ``exposure.toml``.

    Raises
    ------
    ConfigError
        There is no such preset.
    """
    names = preset_names()
    if name not in names:
        raise ConfigError(
            f"there is no preset {name!r}", expected=", ".join(names), fix=did_you_mean(name, names)
        )
    return (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")


def write_preset(name: str, path: Path) -> None:
    """Write a preset to a new file.

    Raises
    ------
    ConfigError
        There is no such preset.
    StateError
        The file exists.
    """
    text = preset_text(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise StateError("exists already", path=path, fix="choose another name with --out")
    commit_file(path, lambda aside: aside.write_text(text, encoding="utf-8"))
