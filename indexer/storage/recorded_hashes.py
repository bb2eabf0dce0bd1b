"""Hashes that a corpus keeps of its own files, checked against the files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import xxhash

from indexer.errors import InputError
from indexer.storage.file_bytes import stream
from indexer.storage.files import CorpusFile

_NEW: dict[str, Callable[[], Any]] = {
    name: getattr(hashlib, name)
    for name in sorted(hashlib.algorithms_guaranteed)
    if not name.startswith("shake")  # their digests have no length of their own
} | {name: getattr(xxhash, name) for name in ("xxh32", "xxh64", "xxh128", "xxh3_64", "xxh3_128")}


def is_known_hash(name: str) -> bool:
    """Tell whether a hash of this name can be computed here."""
    return name in _NEW


def content_hash(file: CorpusFile) -> str:
    """Return the xxh3-128 of a file's bytes as they lie there."""
    digest = xxhash.xxh3_128()
    for chunk in stream(file):
        digest.update(chunk)
    return digest.hexdigest()


def verify_hashes(file: CorpusFile, recorded: Mapping[str, str], *, where: str) -> None:
    """Read a file once and compare it with its recorded hashes; those of unknown names are passed over.

    Parameters
    ----------
    file : CorpusFile
        The file as it lies there, packed or not.
    recorded : mapping of str to str
        Name of a hash, and its digest in hexadecimal.
    where : str
        What recorded them, for the message.

    Raises
    ------
    InputError
        One does not fit.
    """
    hashes = {name: _NEW[name]() for name in recorded if name in _NEW}
    if not hashes:
        return
    for chunk in stream(file):
        for one in hashes.values():
            one.update(chunk)
    for name, one in hashes.items():
        if one.hexdigest() != recorded[name].lower():
            raise InputError(
                f"has the {name} {one.hexdigest()}",
                path=file.name,
                expected=f"{recorded[name]}, as {where} says",
                fix="it is damaged or another file: fetch it again",
            )
