"""Turns the name of a source into its rows: a directory, a file, a hub name or standard input."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from indexer.errors import ConfigError, InputError
from indexer.phrases.sources.files import FileOptions, kind_of, read_file
from indexer.phrases.sources.hub import is_dataset_folder, read_dataset, refuse_unknown
from indexer.phrases.sources.record import Record
from indexer.plurals import counted
from indexer.storage import files
from indexer.storage.compressed import without_suffix
from indexer.storage.passed_over import passed_over
from indexer.storage.roots import own_file
from indexer.storage.saved_datasets import DESCRIPTIONS, saved_files, saved_splits
from indexer.storage.urls import is_url

STANDARD_INPUT = "-"
_EXAMPLE = "nyu-mll/blimp"
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")


def read_source(
    source: str,
    *,
    base: Path,
    paradigms: frozenset[str] = frozenset(),
    options: FileOptions | None = None,
) -> Iterator[Record]:
    """Yield the rows of a source, files of a directory in the order of their names.

    Parameters
    ----------
    source : str
        ``-``, a path or glob (relative to `base`), a URL, a hub name, or ``hub:NAME`` where a path has the
        same name.
    base : Path
        Folder relative paths start from.
    paradigms : frozenset of str
        Configurations of a hub data set worth loading; empty: all.
    options : FileOptions, optional
        How files are read.

    Raises
    ------
    ConfigError
        Nothing is there, or a row cannot be read.
    ResourceError
        A file unpacks to more than it may.
    """
    how = options or FileOptions()
    if source == STANDARD_INPUT:
        yield from _read_standard_input(how)
        return
    if source.startswith("hub:"):
        yield from read_dataset(source.removeprefix("hub:"), paradigms)
        return
    found = _resolved(source, base)
    if isinstance(found, str):
        yield from read_dataset(found, paradigms)
        return
    for name in found:
        yield from read_file(files.file_at(name, base=base, error=ConfigError), how)


def check_source(source: str, *, base: Path) -> None:
    """Refuse a source that names nothing, before anything is read.

    Raises
    ------
    ConfigError
        It is neither standard input, nor a path or glob of something that exists, nor a name of the hub.
    ResourceError
        It may be a name of the hub, which cannot be asked, and no copy is in the cache.
    """
    if source == STANDARD_INPUT:
        return
    found = source.removeprefix("hub:") if source.startswith("hub:") else _resolved(source, base)
    if isinstance(found, str):
        refuse_unknown(found)


def _resolved(source: str, base: Path) -> list[str] | str:
    """Return the files of a source, or the name of the data set it is."""
    spelled = source if is_url(source) else str(Path(source).expanduser())
    if not is_url(source) and (base / spelled).is_dir() and is_dataset_folder(base / spelled):
        return str(base / spelled)
    try:
        names = _files_of(spelled, base)
    except InputError as error:
        raise ConfigError(
            error.what, path=error.path, offset=error.offset, expected=error.expected, fix=error.fix
        ) from None
    if names is not None:
        return names
    if _HUB_NAME.fullmatch(source) and kind_of(source) is None and not _looks_local(source, base):
        return source
    raise ConfigError(
        "no such file or directory",
        path=source,
        fix=f"relative paths start from {_shown(base)}; a data set of the hub is named as hub:{_EXAMPLE}",
    )


def _looks_local(source: str, base: Path) -> bool:
    """Tell whether a name with one slash is a path: it begins with a dot or a folder that is here."""
    first = source.partition("/")[0]
    return first.startswith(".") or (base / first).is_dir()


def files_of_source(source: str, *, base: Path) -> list[Path]:
    """Return the local files of a source; none where it is read from elsewhere or names nothing."""
    if not source or source == STANDARD_INPUT or source.startswith("hub:"):
        return []
    try:
        found = _resolved(source, base)
    except ConfigError:
        return []
    if isinstance(found, str):
        return []
    return [base / name for name in found if not is_url(name) and (base / name).is_file()]


def local_files(source: str, *, base: Path) -> list[str] | None:
    """Return the files of a source that is read from local files alone; None where it is not."""
    if source == STANDARD_INPUT or source.startswith("hub:"):
        return None
    found = _resolved(source, base)
    return None if isinstance(found, str) or any(map(is_url, found)) else found


def source_name(source: str) -> str:
    """Return the name a source gives its pairs: the last part of it, without suffixes."""
    if source == STANDARD_INPUT:
        return "stdin"
    name = Path(source.removeprefix("hub:").partition("@")[0]).name or Path(source).resolve().name
    return file_stem(name)


def file_stem(name: str) -> str:
    """Return the name of a file without folder, format and compression: ``a/b.jsonl.zst`` is ``b``."""
    stem = Path(name).name
    stem = without_suffix(stem)
    return stem[: stem.rfind(".")] if kind_of(stem) else stem


def _files_of(source: str, base: Path) -> list[str] | None:
    """Return the files of a file, glob or folder; None where there is nothing of that name."""
    if is_url(source) or not os.path.lexists(base / source):
        expanded = files.expand(source, base=base)
        return None if expanded == [source] and not is_url(source) else expanded
    if not files.is_folder(source, base=base):
        return [source]
    splits = saved_splits(source, base=base)
    if splits is not None:
        return [name for split in splits for name in saved_files(split, base=base) or []]
    listed = saved_files(source, base=base)
    if listed is None:
        inside = files.list_folder(source, base=base)
        listed = [name for name in inside if kind_of(name) and not _is_aside(files.base_name(name))]
    if not listed:
        raise ConfigError(
            "holds no phrases",
            path=source,
            expected=".jsonl, .json, .csv, .tsv, .txt, .parquet, .arrow (also .zst, .gz, .bz2)",
        )
    left = passed_over(source, listed, base=base, below=False)
    if left:
        raise ConfigError(
            f"{counted(len(left), 'file')} would be passed over: {', '.join(left[:3])}",
            path=source,
            fix=f'name what is to be read, as in "{files.join(source, "*" + PurePath(listed[0]).suffix)}"',
        )
    return listed


def _is_aside(name: str) -> bool:
    """Tell whether a file of a folder is none of phrases: hidden (macOS writes ``._x``), or a description."""
    return name.startswith(".") or name in DESCRIPTIONS


def _read_standard_input(options: FileOptions) -> Iterator[Record]:
    """Yield the rows of standard input, which is kept in a file of its own while it is read."""
    with tempfile.NamedTemporaryFile(prefix="exposure-stdin-") as kept, own_file(Path(kept.name)):
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        file = files.file_at(kept.name, base=Path())
        yield from read_file(replace(file, name="standard input"), options)


def _shown(base: Path) -> str:
    return str(base) if str(base) != "." else "the current folder"
