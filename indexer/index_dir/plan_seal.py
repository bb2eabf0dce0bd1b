"""What is asked of ``plan.json`` unparsed: its checksum, its fingerprint, whose tables it allows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

_FINGERPRINT = re.compile(rb'^ "fingerprint": "(\w+)"', re.MULTILINE)
"""Alone, so that a plan of many shards is not parsed for each question."""
_TABLES_OF = re.compile(rb'^ "tables_of": "([\w ]*)"', re.MULTILINE)
_CHECKSUM = re.compile(rb'\{\n "checksum": "([0-9a-f]{64})",\n')
"""The second line of ``plan.json`` is the checksum of all other lines."""
PLAN_AGAIN = "delete it, and run `exposure index` again with the same configuration: what was scanned is kept"


def sealed_plan(pieces: Sequence[str]) -> str:
    """Return the text of a ``plan.json``, given in pieces, with a checksum of itself."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece.encode())
    first, *others = pieces
    return "".join([first[:2], f' "checksum": "{digest.hexdigest()}",\n', first[2:], *others])


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
