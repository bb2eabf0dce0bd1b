"""Hashes of files as data sets publish them: what sha256sum, md5sum and their like print.

Either ``DIGEST  NAME`` (``DIGEST *NAME``), where the length of the digest tells the hash, or ``SHA256 (NAME)
= DIGEST``. Names are relative to the manifest's folder, or to any folder above the files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from indexer.errors import InputError
from indexer.storage import file_bytes, files
from indexer.storage.recorded_hashes import is_known_hash
from indexer.storage.urls import is_url

_LINE = re.compile(r"\\?(?P<digest>[0-9a-fA-F]{32,128}) [ *]?(?P<name>\S.*)")
_TAGGED = re.compile(r"(?P<kind>[A-Za-z0-9_-]+) ?\((?P<name>.+)\) = (?P<digest>[0-9a-fA-F]+)")
_BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


@dataclass(frozen=True)
class ManifestEntry:
    """One file of a manifest: where it is said to lie, and its hash.

    Attributes
    ----------
    name : str
        As the manifest spells it.
    path : str
        The same, from the manifest's folder: an absolute path or a URL.
    kind, digest : str
        Name of the hash, and the digest in hexadecimal.
    """

    name: str
    path: str
    kind: str
    digest: str


def read_manifest(path: str, *, base: Path) -> list[ManifestEntry]:
    """Read a manifest.

    Raises
    ------
    InputError
        It is missing, holds no hash, or a line that is none.
    """
    file = files.file_at(path, base=base, fix="see [corpus] manifest")
    try:
        text = file_bytes.read_all(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text ({error})", path=file.name) from None
    folder = files.parent(file.url)
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith(("#", ";")):
            entries.append(_entry(line.strip(), folder, file.name, number))
    if not entries:
        raise InputError("holds no hash", path=file.name, expected="lines of sha256sum or md5sum")
    return entries


def _entry(line: str, folder: str, manifest: str, number: int) -> ManifestEntry:
    match = _TAGGED.fullmatch(line) or _LINE.fullmatch(line)
    kind = None
    if match is not None:
        tag = match.groupdict().get("kind")
        xxhash_here = "xxh" in files.base_name(manifest).lower() and len(match["digest"]) == 32
        kind = _kind(tag) if tag else "xxh128" if xxhash_here else _BY_LENGTH.get(len(match["digest"]))
    if match is None or kind is None:
        raise InputError(
            "is no line of a manifest",
            path=manifest,
            offset=f"line {number:,}",
            expected="a digest and a name, as sha256sum, md5sum or xxhsum print them",
        )
    name = match["name"].removeprefix("./")
    if is_url(folder):
        return ManifestEntry(name, f"{folder}/{name}", kind, match["digest"].lower())
    return ManifestEntry(name, os.path.normpath(Path(folder) / name), kind, match["digest"].lower())


def _kind(tag: str) -> str | None:
    kind = tag.lower().replace("-", "")
    kind = {"xxh3": "xxh3_64", "xxh128": "xxh128"}.get(kind, kind)
    return kind if is_known_hash(kind) else None


def matched(
    entries: Sequence[ManifestEntry], names: Iterable[str], *, base: Path
) -> tuple[dict[str, dict[str, str]], list[ManifestEntry]]:
    """Find which entry is which file.

    Parameters
    ----------
    entries : sequence of ManifestEntry
        Of one or more manifests.
    names : iterable of str
        Names of files, as the configuration spells them.
    base : Path
        What relative names start from.

    Returns
    -------
    dict
        Hashes by their kind, by name of the file.
    list of ManifestEntry
        The entries that are none of the files.

    Raises
    ------
    InputError
        One file has two digests of one kind.
    """
    by_base_name: dict[str, list[str]] = {}
    for name in names:
        by_base_name.setdefault(files.base_name(name), []).append(name)
    known: dict[str, dict[str, str]] = {}
    others = []
    for entry in entries:
        candidates = by_base_name.get(files.base_name(entry.name), [])
        exact = [name for name in candidates if _absolute(name, base) == entry.path]
        found = exact or [name for name in candidates if _one_ends_in_the_other(name, entry.name, base)]
        if not found:
            others.append(entry)
        for name in found:
            before = known.setdefault(name, {}).setdefault(entry.kind, entry.digest)
            if before != entry.digest:
                raise InputError(
                    f"has two digests of {entry.kind} for {name}",
                    path="[corpus] manifest",
                    fix="name each file once, by its path from the manifest's folder",
                )
    return known, others


def _absolute(name: str, base: Path) -> str:
    return name if is_url(name) else os.path.normpath((base / name).absolute())


def _one_ends_in_the_other(name: str, entry: str, base: Path) -> bool:
    """Tell whether an entry's path ends a file's path, or the file's name, as configured, an entry's path."""
    wanted = PurePosixPath(entry).parts
    if PurePosixPath(_absolute(name, base)).parts[-len(wanted) :] == wanted:
        return True
    configured = PurePosixPath(os.path.normpath(name)).parts
    return wanted[-len(configured) :] == configured
