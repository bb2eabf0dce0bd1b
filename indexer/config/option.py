"""How a key of ``exposure.toml`` is declared: type, default, allowed values and its one-line help.

A section is a frozen dataclass whose fields are made by `option`. The loader, the reference page and
``--set`` all read the same declaration, so a key is described in one place.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, field, fields
from typing import Any

REQUIRED: Any = MISSING


def option(
    default: Any = REQUIRED, *, help: str, choices: tuple[str, ...] = (), least: int | None = None
) -> Any:
    """Declare one key of a section.

    Parameters
    ----------
    default : object
        Value where the file is silent; left out, the key is required.
    help : str
        One sentence for the reference page.
    choices : tuple of str
        The allowed words, where the value is a word.
    least : int, optional
        The smallest number that means something.
    """
    metadata = {"help": help, "choices": choices, "least": least}
    if isinstance(default, list | dict):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def is_required(declared: Field[Any]) -> bool:
    """Tell whether a key must be given."""
    return declared.default is MISSING and declared.default_factory is MISSING


def default_of(declared: Field[Any]) -> Any:
    """Return the default of a key that has one."""
    if declared.default_factory is not MISSING:
        return declared.default_factory()
    return declared.default


def keys_of(section: type) -> dict[str, Field[Any]]:
    """Return the declared keys of a section by name, in the order of declaration."""
    return {declared.name: declared for declared in fields(section)}
