"""Lines that fit the terminal they are printed on."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TextIO

import click

from indexer.cells import cells, pieces

LEAST_WIDTH = 20
_BROKEN_AT = re.compile(r"`[^`\n]*`\S*|\S+")
"""A word, or what stands in backquotes: a command that is broken into lines cannot be copied."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def terminal_width(stream: TextIO | None = None) -> int | None:
    """Return the cells of a line of the terminal a stream leads to; None where it leads to none.

    Parameters
    ----------
    stream : text stream, optional
        Default: standard output.
    """
    stream = sys.stdout if stream is None else stream
    return shutil.get_terminal_size().columns if stream.isatty() else None


def harmless(text: str) -> str:
    """Return a text in which what a terminal acts upon is escaped; its lines and tabs stay."""
    return re.sub(r"[^\n\t]+", lambda some: _escaped(some[0]), text)


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda one: ascii(one[0])[1:-1], text)


def one_line(text: str) -> str:
    """Return a text as one line, without what a terminal acts upon."""
    return _escaped(" ".join(text.split()))


def print_paragraph(text: str, first: str = "", rest: str = "") -> None:
    """Print a text on standard output, broken into lines on a terminal."""
    click.echo(paragraph(text, first, rest, terminal_width()))


def print_fact(name: str, value: str, width: int) -> None:
    """Print a name and, behind so many cells and a gap, its value."""
    print_paragraph(value, f"{to_left(name, width)}  ", " " * (width + 2))


def tell(text: str, first: str = "", rest: str = "  ") -> None:
    """Print a remark on standard error, broken into lines on a terminal; elsewhere it is one line."""
    click.echo(paragraph(text, first, rest, terminal_width(sys.stderr)), err=True)


def to_left(text: str, width: int) -> str:
    """Return a text with spaces behind it to so many cells."""
    return text + " " * (width - cells(text))


def to_right(text: str, width: int) -> str:
    """Return a text with spaces before it to so many cells."""
    return " " * (width - cells(text)) + text


def paragraph(text: str, first: str = "", rest: str = "", width: int | None = None) -> str:
    """Return a text broken into lines between its words, or as one line where there is no width.

    Parameters
    ----------
    text : str
        Words, and commands in backquotes, which stay whole where they fit.
    first, rest : str
        What the first line and the others begin with.
    width : int, optional
        Cells of a line.
    """
    words = _BROKEN_AT.findall(one_line(text))
    if width is None:
        return first + " ".join(words)
    width = max(width, cells(first) + LEAST_WIDTH, cells(rest) + LEAST_WIDTH)
    lines, at = [first], cells(first)
    is_empty = True
    for word in words:
        for number, part in enumerate(_parts(word, width - cells(rest))):
            gap = "" if is_empty or number else " "
            taken = cells(part)
            if at + len(gap) + taken > width and not is_empty:
                lines.append(rest)
                gap, at = "", cells(rest)
            lines[-1] += gap + part
            at += len(gap) + taken
            is_empty = False
    return "\n".join(lines)


def _parts(word: str, room: int) -> list[str]:
    """Return the letters of a text without spaces; hashes, paths and commands stay whole, to be copied."""
    return [word] if word.isascii() or cells(word) <= room or word.startswith("`") else pieces(word, 2)
