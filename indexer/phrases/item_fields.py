"""What a row holds in each role: the field of a column, or of a list each element in a role of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def holds_column(values: Mapping[str, Any], column: str) -> bool:
    """Tell whether a row has a column, or the one that a name with a dot begins with."""
    return column in values or ("." in column and column.partition(".")[0] in values)


def column_of(values: Mapping[str, Any], column: str) -> str:
    """Return the column that a name reads from: the part before the dot where it names a field inside."""
    return column if column in values else column.partition(".")[0]


def fields_of(values: Mapping[str, Any], role: str, column: str) -> Iterator[tuple[str, Any]]:
    """Yield each role of a row and what stands in it.

    Parameters
    ----------
    values : mapping
        The row.
    role : str
        Name of the role. Elements of a list stand in ``role.0``, ``role.1`` and so on.
    column : str
        Its column; ``choices.text`` is the field ``text`` of what stands in the column ``choices``, or of
        each element of the list there. A column that is called so goes before.
    """
    value = values[column] if column in values else _inside(values, column.split("."))
    if isinstance(value, list | tuple):
        yield from ((f"{role}.{number}", each) for number, each in enumerate(value))
    else:
        yield role, value


def _inside(value: Any, names: list[str]) -> Any:
    if not names:
        return value
    if isinstance(value, list | tuple):
        return [_inside(each, names) for each in value]
    return _inside(value.get(names[0]), names[1:]) if isinstance(value, Mapping) else None
