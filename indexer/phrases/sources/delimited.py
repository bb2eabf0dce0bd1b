"""Rows of delimited text: CSV with quotes as the standard has them, TSV with none but around whole cells."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import TypeAlias

from indexer.errors import ConfigError
from indexer.phrases.sources.record import Record

NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars", ":": "colons"}
_LARGEST_FIELD_BYTES = 1 << 24
_MOST_LINES_OF_A_ROW = 1000

Row: TypeAlias = tuple[int, list[str]]
Unquoted: TypeAlias = Callable[[Iterator[str], str, str], Iterator[Row]]


def delimited_rows(
    lines: Iterator[str], path: str, delimiter: str | None, usual: str, *, section: str = "phrases"
) -> Iterator[Record]:
    """Yield the rows of delimited text; the first line names the columns.

    Parameters
    ----------
    lines : iterator of str
        Lines without their ends.
    path : str
        What messages call the file.
    delimiter : str or None
        What stands between cells, where the user says it.
    usual : str
        What stands there in files of this name.

    Raises
    ------
    ConfigError
        A row has another number of cells than the header, or other cells are separated by another
        character; the line is named.
    """
    taken = delimiter or usual
    read = _tab_rows if taken == "\t" else _quoted_rows
    rows = read(lines, path, taken)
    _, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    if delimiter is None:
        _refuse_other_delimiter(names, path, usual, section)
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ConfigError(f"column {min(twice)!r} stands twice", path=path, offset="line 1")
    for number, cells in rows:
        if cells and cells != [""]:
            if len(cells) != len(names):
                raise ConfigError(
                    f"{len(cells)} cells", path=path, offset=f"line {number}", expected=f"{len(names)}"
                )
            yield Record(path, "line", number, dict(zip(names, cells, strict=True)), typed=False)
        elif len(names) == 1:
            yield Record(path, "line", number, {names[0]: ""}, typed=False)


def other_delimiter(header: list[str], usual: str) -> str | None:
    """Return what rather separates the cells of a header: a character that gives more of them."""
    counts = {each: sum(name.count(each) for name in header) for each in NAMES if each not in (usual, ":")}
    most = max(counts, key=lambda each: counts[each])
    return most if counts[most] >= len(header) else None


def _refuse_other_delimiter(header: list[str], path: str, usual: str, section: str) -> None:
    found = other_delimiter(header, usual) if header else None
    if found is not None:
        shown = "\\t" if found == "\t" else found
        raise ConfigError(
            f"its cells are separated by {NAMES[found]}, not by {NAMES[usual]}",
            path=path,
            offset="line 1",
            fix=f'set [{section}] delimiter = "{shown}"',
        )


def _quoted_rows(lines: Iterator[str], path: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_LARGEST_FIELD_BYTES)
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(f"is not CSV ({error})", path=path, offset=f"line {reader.line_num}") from None


def _tab_rows(lines: Iterator[str], path: str, delimiter: str) -> Iterator[Row]:
    """Yield rows of cells as they stand; a row that comes short may go on inside a quoted cell."""
    n_cells = 0
    number = 0
    for line in lines:
        number += 1
        first, row = number, line
        cells = _bare_cells(row, delimiter)
        if n_cells and len(cells) != n_cells:
            quoted = _quoted_cells(row, delimiter)
            while quoted is None and number - first < _MOST_LINES_OF_A_ROW and len(cells) < n_cells:
                more = next(lines, None)
                if more is None:
                    break
                number += 1
                row += "\n" + more
                quoted = _quoted_cells(row, delimiter)
            if quoted is not None:
                cells = quoted
        n_cells = n_cells or len(cells)
        yield first, cells


def _bare_cells(row: str, delimiter: str) -> list[str]:
    return [_unquoted(cell) for cell in row.removesuffix("\r").split(delimiter)]


def _unquoted(cell: str) -> str:
    inner = cell[1:-1]
    if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"' or '"' in inner.replace('""', ""):
        return cell
    return inner.replace('""', '"')


def _quoted_cells(row: str, delimiter: str) -> list[str] | None:
    """Return the cells of a row in which quotes are quotes, None where they are not closed."""
    try:
        (cells,) = csv.reader([row.removesuffix("\r") + "\n"], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return cells
