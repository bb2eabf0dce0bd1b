"""The files of a corpus: found by name, measured, and read by range, locally or on an object store."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, BinaryIO

import numpy as np

from indexer.errors import ExposureError, InputError, ResourceError, StateError
from indexer.foreign_errors import translate
from indexer.redaction import redact, redacted_url
from indexer.storage.credentials import hide
from indexer.storage.globs import has_magic, local_matches
from indexer.storage.observer import answered_once, found, planned, read_whole, reading
from indexer.storage.opening import open_regular, status_of
from indexer.storage.urls import filesystem_of, is_url
from indexer.units import Uint8Array

CHUNK_BYTES = 8 * 1024 * 1024
"""Bytes of a remote read, which costs a round trip."""
LOCAL_CHUNK_BYTES = 1024 * 1024
"""Bytes of a local read: 30 MB take 4 ms so, and 12 ms by 8 MiB, whose pages are new each time."""
ANYWHERE = Path()
"""Base of paths that are absolute or URLs already."""
ATTEMPTS = 5
"""How often a remote read is tried before the shard fails."""

_SEE = "see [corpus] paths"
_VERSION_KEYS = (
    "ETag", "etag", "VersionId", "generation", "Content-MD5", "Digest",
    "LastModified", "Last-Modified", "last_modified", "updated", "mtime", "modified", "created",
)  # fmt: skip
"""What file systems of fsspec call the version of an object (s3fs, gcsfs, adlfs, http, memory)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
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
    """

    name: str
    url: str
    n_bytes: int
    modified_ns: int | None
    local: bool
    version: str | None = None
    state: tuple[int, ...] = ()

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
    """Return the names a path or glob stands for, sorted. What exists as it is written is no glob.

    Raises
    ------
    InputError
        A glob matches nothing.
    """
    if not has_magic(path) or "\0" in path:
        return [path]
    if is_url(path):
        filesystem, inner = filesystem_of(path)
        if filesystem.exists(inner):
            return [path]
        matches = sorted(hide(filesystem.unstrip_protocol(match)) for match in filesystem.glob(inner))
    else:
        matches = local_matches(path, base=base)
    if not matches:
        raise InputError("matches no file", path=redacted_url(path), fix=fix)
    return matches


@answered_once("there is")
def exists(path: str, *, base: Path) -> bool:
    """Tell whether a path names a file or folder."""
    if is_url(path):
        filesystem, inner = filesystem_of(path)
        return bool(filesystem.exists(inner))
    return (base / path).exists()


@answered_once("folder")
def is_folder(path: str, *, base: Path) -> bool:
    """Tell whether a path names a folder."""
    if is_url(path):
        filesystem, inner = filesystem_of(path)
        return bool(filesystem.isdir(inner))
    return (base / path).is_dir()


@answered_once("inside")
def list_folder(path: str, *, base: Path) -> list[str]:
    """Return the files directly inside a folder, sorted by name, spelled like the folder."""
    if is_url(path):
        return _remote_entries(path, "file")
    # a pipe, or a link to nothing, is listed too: who asks for it is told, and does not miss a file unawares
    return sorted(join(path, entry.name) for entry in (base / path).iterdir() if not entry.is_dir())


@answered_once("folders inside")
def list_folders(path: str, *, base: Path) -> list[str]:
    """Return the folders directly inside a folder, sorted by name, spelled like the folder."""
    if is_url(path):
        return _remote_entries(path, "directory")
    return sorted(join(path, entry.name) for entry in (base / path).iterdir() if entry.is_dir())


def _remote_entries(url: str, kind: str) -> list[str]:
    filesystem, inner = filesystem_of(url)
    entries = filesystem.ls(inner, detail=True)
    return sorted(hide(filesystem.unstrip_protocol(one["name"])) for one in entries if one["type"] == kind)


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
    if known is None:
        return found(_remote_file(path) if is_url(path) else _local_file(path, base, error, fix))
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
        return _remote_file(file.url)
    except InputError:
        raise StateError(
            "is gone since it was planned",
            path=file.name,
            fix="bring it back, or run `exposure index` again with the paths that are there",
        ) from None


def _local_file(path: str, base: Path, error: type[ExposureError], fix: str | None) -> CorpusFile:
    location = (base / path).absolute()
    status = status_of(location, shown=path, error=error, fix=fix)
    state = (status.st_dev, status.st_ino, status.st_ctime_ns)
    return CorpusFile(path, str(location), status.st_size, status.st_mtime_ns, local=True, state=state)


def _remote_file(path: str) -> CorpusFile:
    filesystem, inner = filesystem_of(path)
    filesystem.invalidate_cache(inner)  # a listing that was kept would tell of the object that was there
    try:
        info = filesystem.info(inner)
    except FileNotFoundError:
        raise InputError("no such file", path=redacted_url(path)) from None
    if info["type"] != "file" or info.get("size") is None:
        raise InputError("is not a file of known size", path=redacted_url(path))
    version = " ".join(f"{key}={info[key]}" for key in _VERSION_KEYS if info.get(key) is not None)
    name, size = redacted_url(path), int(info["size"])
    return CorpusFile(name, path, size, None, local=False, version=version or None)


def open_binary(file: CorpusFile) -> BinaryIO:
    """Open a file to be read anywhere in it."""
    reading(file)
    if file.local:
        return open_regular(Path(file.url), shown=file.name)
    filesystem, inner = filesystem_of(file.url)
    handle: BinaryIO = filesystem.open(inner, "rb")
    return handle


def map_bytes(file: CorpusFile) -> Uint8Array:
    """Return a read-only memory map of a local file.

    Raises
    ------
    StateError
        The file has another size than when it was found.
    """
    read_whole(file)
    size = status_of(Path(file.url), shown=file.name).st_size
    if size != file.n_bytes:
        raise StateError(
            f"holds {size:,} bytes now",
            path=file.name,
            expected=f"{file.n_bytes:,}",
            fix="plan the index anew",
        )
    if size == 0:
        return np.empty(0, np.uint8)
    return np.memmap(file.url, dtype=np.uint8, mode="r")


def read_range(file: CorpusFile, start: int, stop: int) -> bytes:
    """Return the bytes [start, stop) of a file, all of them.

    Raises
    ------
    InputError
        The file ends before `stop`.
    ResourceError
        A remote store kept failing.
    """
    reading(file)
    if stop > file.n_bytes:
        raise InputError(
            f"ends at byte {file.n_bytes:,}", path=file.name, expected=f"at least {stop:,} bytes"
        )
    if file.local:
        with open_binary(file) as handle:
            handle.seek(start)
            data = handle.read(stop - start)
        if len(data) != stop - start:
            raise InputError("became shorter while it was read", path=file.name, offset=f"byte {start:,}")
        return data
    return _read_remote(file, start, stop)


def read_all(file: CorpusFile, *, at_most: int = 1 << 30) -> bytes:
    """Return a whole small file: an index, a header, a description."""
    if file.n_bytes > at_most:
        raise ResourceError(
            f"holds {file.n_bytes:,} bytes", path=file.name, expected=f"at most {at_most:,} for such a file"
        )
    read_whole(file)
    return read_range(file, 0, file.n_bytes)


def stream(
    file: CorpusFile, start: int = 0, *, on_read: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """Yield the bytes of a file from `start` to its end in chunks of bounded size."""
    for chunk in _chunks(file, start):
        if on_read is not None:
            on_read(len(chunk))
        yield chunk


def _chunks(file: CorpusFile, start: int) -> Iterator[bytes]:
    reading(file)
    if file.local:
        with open_binary(file) as handle:
            handle.seek(start)
            at = start
            while at < file.n_bytes:
                chunk = handle.read(min(LOCAL_CHUNK_BYTES, file.n_bytes - at))
                if not chunk:
                    raise InputError(
                        "became shorter while it was read", path=file.name, offset=f"byte {at:,}"
                    )
                at += len(chunk)
                yield chunk
        return
    for at in range(start, file.n_bytes, CHUNK_BYTES):
        yield _read_remote(file, at, min(at + CHUNK_BYTES, file.n_bytes))


def _read_remote(file: CorpusFile, start: int, stop: int) -> bytes:
    """Read a remote range; a store may answer with an error, or with fewer bytes and no error."""
    if start >= stop:
        return b""
    filesystem, inner = filesystem_of(file.url)
    trouble = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(min(0.1 * 2**attempt, 5.0) * (0.5 + random.random()))
            _log.warning("%s: read of byte %d tried again (%s)", file.name, start, trouble)
        try:
            data = filesystem.cat_file(inner, start=start, end=stop)
        except FileNotFoundError:
            raise InputError("is gone", path=file.name) from None
        except Exception as error:
            # file systems raise plain OSErrors for what a server answers: 503 Slow Down
            if not isinstance(error, OSError) and not isinstance(translate(error), ResourceError):
                raise
            trouble = redact(f"{type(error).__name__}: {error}")
            continue
        if len(data) == stop - start:
            return bytes(data)
        trouble = f"{len(data):,} of {stop - start:,} bytes came"
    raise ResourceError(
        f"could not be read in {ATTEMPTS} attempts ({trouble})", path=file.name, offset=f"byte {start:,}"
    )
