"""Prints rows on a terminal: columns line up, numbers to the right, thousands apart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click

MAX_WIDTH = 60


def print_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows on standard output under their names."""
    cells = [[spell(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[column]) for row in cells)]) for column, name in enumerate(names)]
    right = [
        any(is_number(row[column]) for row in rows)
        and all(is_number(row[column]) or row[column] is None for row in rows)
        for column in range(len(names))
    ]
    lines = [list(names), ["-" * width for width in widths], *cells]
    for line in lines:
        padded = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())


def spell(value: Any) -> str:
    """Spell one value: thousands apart, NULL as a dash, long text cut."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}"
    text = " ".join(str(value).split())
    return text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 1] + "…"


def is_number(value: Any) -> bool:
    """Tell whether a value lines up at the right."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
