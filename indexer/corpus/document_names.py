"""What documents are called, where a format names them: the key ``id`` of a line, the column of a row."""

from __future__ import annotations

from indexer.storage.arrow_tables import ArrowFile
from indexer.storage.compressed import Limits
from indexer.storage.files import CorpusFile
from indexer.storage.json_lines import lines_of, parse_object
from indexer.units import Int64Array

KEY = "id"

Names = dict[int, str]
"""By number of the document; a document without a name is left out."""


def names_in_lines(file: CorpusFile, limits: Limits, numbers: Int64Array) -> Names:
    """Return the names of some of the lines that are not blank; no name where the first line has none."""
    wanted = set(numbers.tolist())
    last = max(wanted, default=-1)
    names: Names = {}
    for position, (number, line) in enumerate(lines_of(file, limits)):
        if position > last:
            break
        if position in wanted or not position:
            value = parse_object(line, name=file.name, number=number).get(KEY)
            if value is None and not position:
                break
            if value is not None and position in wanted:
                names[position] = str(value)
    return names


def names_in_rows(table: ArrowFile, numbers: Int64Array) -> Names:
    """Return the names of some rows; none where there is no such column."""
    if KEY not in table.names():
        return {}
    wanted = set(numbers.tolist())
    return {
        position: str(row[KEY])
        for position, row in enumerate(table.rows([KEY]))
        if position in wanted and row[KEY] is not None
    }
