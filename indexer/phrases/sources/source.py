"""Turns the name of a source into its rows: a directory, a file, a hub name or standard input."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import ConfigError
from indexer.phrases.sources.files import kind_of, read_stream
from indexer.phrases.sources.hub import is_dataset_folder, read_dataset
from indexer.phrases.sources.record import Record
from indexer.storage.opening import open_regular

STANDARD_INPUT = "-"
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")


def read_source(source: str, *, base: Path, paradigms: frozenset[str] = frozenset()) -> Iterator[Record]:
    """Yield the rows of a source, files of a directory in the order of their names.

    Parameters
    ----------
    source : str
        ``-``, a path (relative to `base`), a hub name, or ``hub:NAME`` where a path has the same name.
    base : Path
        Folder relative paths start from.
    paradigms : frozenset of str
        Configurations of a hub data set worth loading; empty: all.

    Raises
    ------
    ConfigError
        Nothing is there, or a row cannot be read.
    """
    if source == STANDARD_INPUT:
        yield from read_stream(sys.stdin.buffer, "standard input")
        return
    if source.startswith("hub:"):
        yield from read_dataset(source.removeprefix("hub:"), paradigms)
        return
    path = base / Path(source).expanduser()
    if path.is_dir():
        if is_dataset_folder(path):
            yield from read_dataset(str(path), paradigms)
        else:
            yield from _read_directory(path, source)
    elif path.exists():
        yield from _read_file(path, source)
    elif _HUB_NAME.fullmatch(source) and kind_of(source) is None:
        yield from read_dataset(source, paradigms)
    else:
        check_source(source, base=base)


def check_source(source: str, *, base: Path) -> None:
    """Refuse a source that names nothing, before anything is read.

    Raises
    ------
    ConfigError
        It is neither standard input, nor a path that exists, nor a name of the hub.
    """
    if source == STANDARD_INPUT or source.startswith("hub:"):
        return
    path = base / Path(source).expanduser()
    if not path.exists() and not (_HUB_NAME.fullmatch(source) and kind_of(source) is None):
        raise ConfigError(
            "no such file or directory", path=source, fix=f"relative paths start from {_shown(base)}"
        )


def source_name(source: str) -> str:
    """Return the name a source gives its pairs: the last part of it, without suffixes."""
    if source == STANDARD_INPUT:
        return "stdin"
    name = Path(source.removeprefix("hub:").partition("@")[0]).name or Path(source).resolve().name
    return file_stem(name)


def file_stem(name: str) -> str:
    """Return the name of a file without folder, format and compression: ``a/b.jsonl.zst`` is ``b``."""
    stem = Path(name).name
    for suffix in (".zst", ".gz"):
        stem = stem.removesuffix(suffix)
    return stem[: stem.rfind(".")] if kind_of(stem) else stem


def _read_directory(path: Path, source: str) -> Iterator[Record]:
    files = sorted(each for each in path.iterdir() if not each.is_dir() and kind_of(each.name))
    if not files:
        raise ConfigError(
            "holds no phrases", path=source, expected=".jsonl, .csv, .tsv, .txt, .parquet (also .zst, .gz)"
        )
    for file in files:
        yield from _read_file(file, os.path.join(source, file.name))  # noqa: PTH118  as the user spells it


def _read_file(path: Path, shown: str) -> Iterator[Record]:
    with open_regular(path, shown=shown, error=ConfigError) as stream:
        yield from read_stream(stream, shown, kind_of(path.name))


def _shown(base: Path) -> str:
    return str(base) if str(base) != "." else "the current folder"
