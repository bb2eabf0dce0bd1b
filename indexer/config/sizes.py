"""Sizes of memory, as people write them: ``4GB``, ``512 MiB``, ``1.5g``, or bytes."""

from __future__ import annotations

import re

from indexer.errors import ConfigError

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_size(text: str, *, key: str) -> int:
    """Read a size in bytes.

    Parameters
    ----------
    text : str
        A number with or without a unit; kB, MB, GB and TB are powers of 1,000, kiB, MiB ... of 1,024.
    key : str
        The option or key it was given to, for the message.

    Raises
    ------
    ConfigError
        It cannot be read, or is nothing.
    """
    match = _SIZE.fullmatch(text)
    size = 0
    if match is not None:
        number, unit, binary = match.groups()
        size = int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])
    if size <= 0:
        raise ConfigError(f"{key} = {text!r} is no size", expected="a number and a unit, as in 4GB or 512MiB")
    return size


def spell_size(n_bytes: float) -> str:
    """Spell a size for a person."""
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if n_bytes >= 1000**power:
            return f"{n_bytes / 1000**power:,.1f} {unit}"
    return f"{n_bytes:,.0f} bytes"
