"""One hash of the code of this package: what it made before another version may make otherwise."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import xxhash

_PACKAGE = Path(__file__).parent


@cache
def code_hash() -> str:
    """Return the xxh3-128 of every file of this package that decides something."""
    digest = xxhash.xxh3_128()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".toml", ".sql"):
            digest.update(f"{path.relative_to(_PACKAGE)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
