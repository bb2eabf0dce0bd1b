"""The files of a corpus: found by name and measured, locally or on an object store."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from indexer.errors import ExposureError, InputError, StateError
from indexer.redaction import redacted_url
from indexer.storage.globs import has_magic, local_matches
from indexer.storage.observer import answered_once, found, is_answered, planned
from indexer.storage.opening import status_of
from indexer.storage.parts import Parts, beginning_of_parts, in_order, part_of, parts_are, refuse_parts
from indexer.storage.remote_names import entries_of, info_of, is_pattern, matches_of
from indexer.storage.remote_ranges import version_of
from indexer.storage.urls import is_url

ANYWHERE = Path()
"""Base of paths that are absolute or URLs already."""

_SEE = "see [corpus] paths"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file as it was found.

    Attributes
    ----------
    name : str
        As the configuration spells it, without credentials.
    url : str
        Absolute path, or fsspec URL.
    n_bytes : int
        Size on disk.
    modified_ns : int or None
        Modification time of a local file.
    local : bool
        Whether it can be memory-mapped.
    version : str or None
        What tells the version of a remote object, where the store tells any: ETag, generation, time.
    state : tuple of int
        What changes when a local file is replaced or written to, whatever its times are set to.
    parts : tuple of CorpusFile
        The files that hold its bytes one after another, where it was published in parts.
    """

    name: str
    url: str
    n_bytes: int
    modified_ns: int | None
    local: bool
    version: str | None = None
    state: tuple[int, ...] = ()
    parts: tuple[CorpusFile, ...] = ()

    def identity(self) -> tuple[Any, ...]:
        """Return all that tells the file from another one, short of its bytes."""
        return (self.n_bytes, self.modified_ns, self.version, self.state)


def find_files(paths: Sequence[str], *, base: Path) -> list[CorpusFile]:
    """Resolve paths and globs, in the given order; the matches of one glob are sorted by name.

    Raises
    ------
    InputError
        A path names no file, or something that is not a regular file.
    """
    found: list[CorpusFile] = []
    for path in paths:
        names = expand(path, base=base, fix=_SEE)
        found.extend(file_at(name, base=base, fix=_SEE) for name in names)
    if not found:
        raise InputError("no shards are named", path="[corpus] paths")
    return found


@answered_once("files of")
def expand(path: str, *, base: Path, fix: str | None = None) -> list[str]:
    """Return the names a path or glob stands for, sorted. A name with brackets that exists is no glob.

    Raises
    ------
    InputError
        A glob matches nothing.
    """
    if not has_magic(path) or "\0" in path or (is_url(path) and not is_pattern(path)):
        return _with_wholes([path], base=base)
    matches = matches_of(path) if is_url(path) else local_matches(path, base=base)
    if not matches:
        where = None if is_url(path) or Path(path).is_absolute() else f"some in {base.resolve()}"
        raise InputError("matches no file", path=redacted_url(path), expected=where, fix=fix)
    return _with_wholes(matches, base=base)


def _with_wholes(names: list[str], *, base: Path) -> list[str]:
    """Return names with the name of the whole in the place of its parts, where these are read as one file.

    Raises
    ------
    InputError
        Names are those of parts, and nobody said what they are; or parts are missing.
    """
    how = parts_are()
    if how is Parts.SEPARATE:
        return names
    bare = how is not Parts.UNSAID
    parts = {name: part for name in names if (part := part_of(name, bare=bare)) is not None}
    if how is Parts.UNSAID:
        refuse_parts(list(parts))
        return names
    if len(names) == 1 and not parts and not _is_there(names[0], base):
        in_order(names[0], parts_of(names[0], base=base), how, named=None)  # the whole itself is named
    named: dict[str, list[str]] = {}
    for name, part in parts.items():
        named.setdefault(part.whole, []).append(name)
    for whole, of_it in named.items():
        if _is_there(whole, base):
            raise InputError(
                "stands beside its own parts",
                path=redacted_url(whole),
                fix="name the file alone, or move it away to have its parts read as one",
            )
        in_order(whole, parts_of(whole, base=base), how, named=of_it)
    return list(dict.fromkeys(parts[name].whole if name in parts else name for name in names))


@answered_once("parts of")
def parts_of(path: str, *, base: Path) -> list[str]:
    """Return the files that hold the bytes of a file one after another; none where it is not in parts."""
    beginning = beginning_of_parts(path)
    if is_url(path):
        beside = [url for url in list_folder(parent(path), base=base) if url.startswith(beginning)]
    else:
        folder, name = (base / path).parent, PurePath(path).name
        inside = folder.iterdir() if name and folder.is_dir() else ()
        beginning = beginning_of_parts(name)
        beside = [join(parent(path), one.name) for one in inside if one.name.startswith(beginning)]
    of_it = {
        name: part.number for name in beside if (part := part_of(name, bare=True)) and part.whole == path
    }
    return sorted(of_it, key=lambda name: (of_it[name], name))


def _is_there(path: str, base: Path) -> bool:
    return info_of(path) is not None if is_url(path) else (base / path).exists()


@answered_once("there is")
def exists(path: str, *, base: Path) -> bool:
    """Tell whether a path names a file or folder, or a file whose parts are read as one."""
    return is_answered("parts of", path) or _is_there(path, base)


@answered_once("folder")
def is_folder(path: str, *, base: Path) -> bool:
    """Tell whether a path names a folder."""
    if is_url(path):
        return (info_of(path) or {}).get("type") == "directory"
    return (base / path).is_dir()


@answered_once("inside")
def list_folder(path: str, *, base: Path) -> list[str]:
    """Return the files directly inside a folder, sorted by name, spelled like the folder."""
    if is_url(path):
        return [entry.url for entry in entries_of(path) if not entry.is_folder]
    # a pipe, or a link to nothing, is listed too: who asks for it is told, and does not miss a file unawares
    return sorted(join(path, entry.name) for entry in (base / path).iterdir() if not entry.is_dir())


@answered_once("folders inside")
def list_folders(path: str, *, base: Path) -> list[str]:
    """Return the folders directly inside a folder, sorted by name, spelled like the folder."""
    if is_url(path):
        return [entry.url for entry in entries_of(path) if entry.is_folder]
    return sorted(join(path, entry.name) for entry in (base / path).iterdir() if entry.is_dir())


def join(folder: str, name: str) -> str:
    """Return the path of a file inside a folder, spelled like the folder."""
    if is_url(folder):
        return f"{folder.rstrip('/')}/{name}"
    return str(PurePath(folder) / name)


def parent(path: str) -> str:
    """Return the folder of a file, spelled like the file."""
    return path.rsplit("/", 1)[0] if is_url(path) else str(PurePath(path).parent)


def base_name(path: str) -> str:
    """Return the last part of a path or URL."""
    return path.rstrip("/").rsplit("/", 1)[-1] if is_url(path) else PurePath(path).name


def file_at(
    path: str, *, base: Path, error: type[ExposureError] = InputError, fix: str | None = None
) -> CorpusFile:
    """Return one file with its size; a file of a plan as it was planned, to be compared when it is read.

    Parameters
    ----------
    path : str
        A path, relative to `base`, or a URL.
    base : Path
        What a relative path starts from.
    error : type
        Class of the refusal of a local file.
    fix : str, optional
        What to do where it cannot be read.

    Raises
    ------
    InputError
        There is no such file, or it is a folder, pipe or device (which are never opened).
    """
    known = planned(redacted_url(path))
    if known is None and is_answered("parts of", path):  # a whole that appeared since is another file
        parts = [file_at(part, base=base, error=error) for part in parts_of(path, base=base)]
        if parts:
            return _joined(parts, path, base)
    if known is None:
        return found(_remote_file(path, fix) if is_url(path) else _local_file(path, base, error, fix))
    return found(
        CorpusFile(
            known.name,
            path if is_url(path) else str((base / path).absolute()),
            known.n_bytes,
            known.modified_ns,
            local=not is_url(path),
            version=known.version,
        )
    )


def measured_again(file: CorpusFile) -> CorpusFile:
    """Return a file as it is now.

    Raises
    ------
    StateError
        It is gone.
    """
    try:
        if file.local:
            return replace(_local_file(file.url, ANYWHERE, InputError, None), name=file.name)
        return _remote_file(file.url, None)
    except InputError:
        raise StateError(
            "is gone since it was planned",
            path=file.name,
            fix="bring it back, or run `exposure index` again with the paths that are there",
        ) from None


def _joined(parts: Sequence[CorpusFile], path: str, base: Path) -> CorpusFile:
    """Return the file whose bytes lie in several."""
    return CorpusFile(
        redacted_url(path),
        path if is_url(path) else str((base / path).absolute()),
        sum(part.n_bytes for part in parts),
        max((part.modified_ns for part in parts if part.modified_ns is not None), default=None),
        local=False,
        parts=tuple(parts),
    )


def _local_file(path: str, base: Path, error: type[ExposureError], fix: str | None) -> CorpusFile:
    try:
        path.encode()
    except UnicodeEncodeError:
        encoding = sys.getfilesystemencoding()
        also = "" if encoding == "utf-8" else ", or set PYTHONUTF8=1 in the environment"
        raise error(f"has a name that is no text in {encoding}", path=path, fix=f"rename it{also}") from None
    location = (base / path).absolute()
    status = status_of(location, shown=path, error=error, fix=fix)
    state = (status.st_dev, status.st_ino, status.st_ctime_ns)
    return CorpusFile(path, str(location), status.st_size, status.st_mtime_ns, local=True, state=state)


def _remote_file(path: str, fix: str | None) -> CorpusFile:
    info = info_of(path)
    if info is None:
        raise InputError("no such file", path=redacted_url(path), fix=fix)
    if info["type"] != "file" or info.get("size") is None:
        what = "is a folder" if info["type"] == "directory" else "has no known size"
        raise InputError(what, path=redacted_url(path), expected="a file of known size", fix=fix)
    size = int(info["size"])
    return CorpusFile(redacted_url(path), path, size, None, local=False, version=version_of(info))
