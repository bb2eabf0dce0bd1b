"""Prints rows on a terminal: columns line up, numbers to the right, thousands apart, no wider than it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click

from indexer.cells import cells, pieces, shortened
from indexer.cli.lines import one_line, paragraph, tell, terminal_width, to_left, to_right

MAX_WIDTH = 60
LEAST_WIDTH = 12
"""Of a column of text that is broken into lines."""

FEWEST_ALIKE = 3
"""Rows of which it is told once where they say the same."""

MOST_RECORDS = 25
"""Rows that are shown one below the other where they are too wide for the terminal."""

_GAP = "  "


def print_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows on standard output under their names; on a terminal they are made to fit."""
    width = terminal_width()
    lines = table_lines(names, rows, width)
    for line in lines:
        click.echo(line)
    if width is not None and len(rows) > MOST_RECORDS and any(cells(line) > width for line in lines):
        tell("wider than this terminal: add `| less -S`")


def table_lines(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None = None) -> list[str]:
    """Return the lines of a table.

    Parameters
    ----------
    names : sequence of str
        Of the columns.
    rows : sequence of sequences
        A value for each column.
    width : int, optional
        Cells of a line. Where they do not suffice, names are broken, then texts; then columns that say the
        same in all rows are told once, above; then a few rows stand one below the other, a line for each
        value, and many are as wide as they are.
    """
    fitting = _fitting(names, rows, width)
    if fitting is None and width is not None and len(rows) >= FEWEST_ALIKE:
        fitting = _without_the_same(names, rows, width)
    if fitting is not None:
        return fitting
    if not rows:
        return [f"no rows of {', '.join(names)}"]
    if width is not None and len(rows) <= MOST_RECORDS:
        return _records(names, rows, width)
    return _fitting(names, rows, None) or []


def _fitting(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None) -> list[str] | None:
    """Return the lines of a table of columns, or None where it does not fit."""
    spelled = [[spell(value) for value in row] for row in rows]
    right = [
        any(is_number(row[column]) for row in rows)
        and all(is_number(row[column]) or row[column] is None for row in rows)
        for column in range(len(names))
    ]
    whole = [max([cells(name), *(cells(row[at]) for row in spelled)]) for at, name in enumerate(names)]
    if width is None or _total(whole) <= width:
        return _aligned([[name] for name in names], spelled, whole, right)
    heads = [[part.rstrip() for part in re.findall(r"[^_ ]+[_ ]?|[_ ]", name)] or [""] for name in names]
    widths = [max([*map(cells, head), *(cells(row[at]) for row in spelled)]) for at, head in enumerate(heads)]
    _narrow(widths, [not is_right for is_right in right], width)
    return _aligned(heads, spelled, widths, right) if _total(widths) <= width else None


def _without_the_same(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> list[str] | None:
    """Return the lines of a table whose columns of one value are told above it, or None as before."""
    same = [at for at in range(len(names)) if all(row[at] == rows[0][at] for row in rows)]
    others = [at for at in range(len(names)) if at not in same]
    fitting = _fitting([names[at] for at in others], [[row[at] for at in others] for row in rows], width)
    if fitting is None or not same or not others:
        return None
    told = ", ".join(f"{names[at]} {spell(rows[0][at])}" for at in same)
    return [*paragraph(f"in all rows: {told}", "", "  ", width).split("\n"), "", *fitting]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _narrow(widths: list[int], is_text: Sequence[bool], width: int) -> None:
    """Take characters from the widest columns of text until all fit, or none can give more."""
    while _total(widths) > width:
        given = [at for at, text in enumerate(is_text) if text and widths[at] > LEAST_WIDTH]
        if not given:
            return
        widths[max(given, key=widths.__getitem__)] -= 1


def _aligned(
    heads: Sequence[Sequence[str]],
    spelled: Sequence[Sequence[str]],
    widths: Sequence[int],
    right: Sequence[bool],
) -> list[str]:
    lines = []
    tallest = max(map(len, heads), default=0)
    blocks = [[[""] * (tallest - len(head)) + list(head) for head in heads], [["-" * w] for w in widths]]
    blocks += [[_broken(cell, width) for cell, width in zip(row, widths, strict=True)] for row in spelled]
    for block in blocks:
        for number in range(max(map(len, block), default=0)):
            texts = [cell[number] if number < len(cell) else "" for cell in block]
            padded = [
                to_right(text, width) if is_right else to_left(text, width)
                for text, width, is_right in zip(texts, widths, right, strict=True)
            ]
            lines.append(_GAP.join(padded).rstrip())
    return lines


def _broken(text: str, width: int) -> list[str]:
    """Return a text in lines of so many cells, broken behind spaces, underscores, slashes, hyphens."""
    lines = [""]
    for piece in re.findall(r"[^ _/-]*[ _/-]?", text)[:-1]:
        if lines[-1] and cells((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
        if cells(lines[-1].rstrip()) > width:
            lines[-1:] = pieces(lines[-1], width)
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _records(names: Sequence[str], rows: Sequence[Sequence[Any]], width: int) -> list[str]:
    """Return rows one below the other, texts whole."""
    indent = max(map(cells, names), default=0)
    lines: list[str] = []
    for row in rows:
        lines += [""] if lines else []
        for name, value in zip(names, row, strict=True):
            text = one_line(value) if isinstance(value, str) else spell(value)
            first, rest = f"{to_left(name, indent)}{_GAP}", " " * (indent + len(_GAP))
            lines += [line.rstrip() for line in paragraph(text, first, rest, width).split("\n")]
    return lines


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
    return shortened(one_line(str(value)), MAX_WIDTH)


def is_number(value: Any) -> bool:
    """Tell whether a value lines up at the right."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
