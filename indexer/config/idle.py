"""A key that is given and has no effect is refused by name, and a key that has one is declared.

Whoever takes a section declares the keys it uses. `limited_to` hands it the section with those keys alone, so
that a key cannot be used without being declared; `refuse_idle` refuses every other key a user gave.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from indexer.config.option import default_of, is_required
from indexer.errors import ConfigError

Section = TypeVar("Section", bound=Hashable)


def changed_keys(section: Any) -> frozenset[str]:
    """Return the keys of a section that hold another value than their default; required keys always do."""
    return frozenset(
        declared.name
        for declared in fields(section)
        if is_required(declared) or getattr(section, declared.name) != default_of(declared)
    )


def refuse_idle(
    section: Any,
    name: str,
    given: Collection[str],
    *,
    user: str,
    keys: Mapping[str, Collection[str]],
    chooser: str,
    seen: str = "",
    likely: str | None = None,
) -> None:
    """Refuse the keys that were given and that their user does not use.

    Parameters
    ----------
    section : dataclass
        The section.
    name : str
        Its name, as in ``"corpus"``.
    given : collection of str
        The keys that were given.
    user : str
        Who takes the section: a format, or an order.
    keys : mapping
        The keys of every user of such a section.
    chooser : str
        The key that names the user.
    seen : str
        What told the user, where the configuration did not.
    likely : str, optional
        The other user that was likely meant, as TOML.

    Raises
    ------
    ConfigError
        A key has no effect; the message says which users have one for it.
    """
    for key in (declared.name for declared in fields(section)):
        if key in given and key not in keys[user]:
            users = [other for other, used in keys.items() if key in used]
            told = f" ({seen})" if seen else ""
            value = spelled(getattr(section, key))
            raise ConfigError(
                f"[{name}] {key} = {value} has no effect on {chooser} {user!r}{told}",
                expected=f"{key} with {' or '.join(filter(None, (', '.join(users[:-1]), users[-1])))}",
                fix=f"leave [{name}] {key} out, or set [{name}] {chooser}{f' = {likely}' if likely else ''}",
            )


def spelled(value: Any) -> str:
    """Spell a value as TOML does."""
    return json.dumps(value, ensure_ascii=False)


def limited_to(section: Section, keys: Collection[str]) -> Section:
    """Return a section of which any key but `keys` raises when it is read.

    Raises
    ------
    AttributeError
        Later, where a key is read that was not declared.
    """
    limited: Section = object.__new__(_limited(type(section), frozenset(keys)))
    vars(limited).update(vars(section))
    return limited


@cache
def _limited(section: type, keys: frozenset[str]) -> Any:
    others = {declared.name for declared in fields(section)} - keys

    def read(self: object, name: str) -> Any:
        if name in others:
            raise AttributeError(f"{section.__name__}.{name} is read, but not declared among the keys in use")
        return object.__getattribute__(self, name)

    return type(f"Limited{section.__name__}", (section,), {"__getattribute__": read})
