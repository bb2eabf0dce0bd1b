"""An occurrence as it is shown: the text around it on lines that fit, itself set apart."""

from __future__ import annotations

import re

import click

from indexer.cli.lines import one_line, paragraph, terminal_width
from indexer.scanning.context import Context


def print_in_context(context: Context) -> None:
    """Print an occurrence and its context; … stands where the sequence goes on."""
    # Spaces at the ends of a text are the distance to the next one.
    before, occurrence, after = (one_line(f"|{text}|")[1:-1] for text in context[:3])
    before = ("…" if context.more_before else "") + before
    after += "…" if context.more_after else ""
    indent = " " * 4
    lines = paragraph(before + occurrence + after, indent, indent, terminal_width())
    start, n_letters = (len("".join(text.split())) for text in (before, occurrence))
    click.echo(_set_apart(lines, start, start + n_letters))


def _set_apart(lines: str, start: int, stop: int) -> str:
    """Underline the letters [start, stop) of some lines, in which white space is not counted."""
    at = [place for place, letter in enumerate(lines) if not letter.isspace()]
    if start == stop:
        return lines
    first, last = at[start], at[stop - 1] + 1
    marked = re.sub(r"\S.*", lambda some: click.style(some[0], bold=True, underline=True), lines[first:last])
    return lines[:first] + marked + lines[last:]
