"""Credentials of URLs: taken out where a configuration is read, put back where a store is asked.

Between the two a URL is a name, and can stand anywhere. Credentials live in this process, and in those forked
from it; a plan does not keep them, so a scan of its own takes them from the configuration again
(`indexer.config.load.learn_credentials`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from indexer.redaction import redacted_url

_hidden: dict[str, str] = {}
_SPLIT = re.compile(r"(?P<scheme>[^:/]+://)(?P<host>[^/?#]*)(?P<path>[^?#]*)(?P<rest>.*)", re.DOTALL)


def hide(url: str) -> str:
    """Return a URL without its credentials, and remember them; anything else as it is."""
    name = redacted_url(url)
    if name != url:
        _hidden[name] = url
    return name


def hide_all(value: Any) -> Any:
    """Return the value of a key with the credentials of each URL in it hidden."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [hide_all(part) for part in value]
    if isinstance(value, Mapping):
        return {key: hide_all(part) for key, part in value.items()}
    return value


def reveal(name: str) -> str:
    """Return a URL with the credentials that were hidden of it, or of a URL it was made from.

    A file beside another one, or matched by a pattern, takes the user and password of its host; a signature
    only within its folder.
    """
    if name in _hidden:
        return _hidden[name]
    for known, real in _hidden.items():
        found = _with_credentials_of(name, known, real)
        if found is not None:
            return found
    return name


def kept() -> dict[str, str]:
    """Return what is hidden, for a process that starts afresh."""
    return dict(_hidden)


def keep(hidden: Mapping[str, str]) -> None:
    """Take over what another process hid."""
    _hidden.update(hidden)


def _with_credentials_of(name: str, known: str, real: str) -> str | None:
    if name.count("::") != known.count("::"):
        return None
    parts = []
    for one, other, whole in zip(name.split("::"), known.split("::"), real.split("::"), strict=True):
        mine, theirs, secret = map(_SPLIT.fullmatch, (one, other, whole))
        if mine is None or theirs is None or secret is None:
            parts.append(one)
            continue
        if (mine["scheme"], mine["host"]) != (theirs["scheme"], theirs["host"]):
            return None
        rest = mine["rest"]
        if secret["rest"] != theirs["rest"]:
            if mine["path"].rpartition("/")[0] != theirs["path"].rpartition("/")[0]:
                return None
            rest = secret["rest"]
        parts.append(f"{mine['scheme']}{secret['host']}{mine['path']}{rest}")
    return "::".join(parts)
