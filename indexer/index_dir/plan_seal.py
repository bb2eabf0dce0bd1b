"""What is asked of ``plan.json`` unparsed: its checksum, its fingerprint, whose tables it allows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_FINGERPRINT = re.compile(rb'^ "fingerprint": "(\w+)"', re.MULTILINE)
"""Alone, so that a plan of many shards is not parsed for each question."""
_TABLES_OF = re.compile(rb'^ "tables_of": "([\w ]*)"', re.MULTILINE)
_CHECKSUM = re.compile(rb'\{\n "checksum": "([0-9a-f]{64})",\n')
"""The second line of ``plan.json`` is the checksum of all other lines."""
PLAN_AGAIN = "delete it, and run `exposure index` again with the same configuration: what was scanned is kept"


def write_sealed_plan(path: Path, pieces: Iterable[str]) -> None:
    """Write a ``plan.json``, whose text comes in pieces, with a checksum of itself.

    The text may have hundreds of megabytes, and is never held: its checksum, which stands before it, is
    written last.
    """
    digest = hashlib.sha256()
    rest = iter(pieces)
    first = next(rest).encode()
    digest.update(first)
    opening, key = first[:2], b' "checksum": "'
    with path.open("wb") as file:
        file.write(b"".join([opening, key, b"0" * 64, b'",\n', first[2:]]))
        for piece in rest:
            data = piece.encode()
            digest.update(data)
            file.write(data)
        file.seek(len(opening) + len(key))
        file.write(digest.hexdigest().encode())


def plan_is_whole(data: bytes) -> bool:
    """Tell whether the bytes of a ``plan.json`` have the checksum that stands in them."""
    found = _CHECKSUM.match(data)
    if found is None:
        return False
    digest = hashlib.sha256(data[:2])
    digest.update(memoryview(data)[found.end() :])
    return digest.hexdigest() == found[1].decode()


def fingerprint_in(data: bytes) -> str | None:
    """Return the fingerprint in the bytes of a ``plan.json``; None where they are not whole."""
    found = _FINGERPRINT.search(data)
    return found[1].decode() if found and plan_is_whole(data) else None


def tables_in(data: bytes) -> list[str]:
    """Return the plans, but for the one that is there, whose table may be asked; see the plan."""
    found = _TABLES_OF.search(data)
    return found[1].decode().split() if found else []
