"""The rows of partials, as merge.sql finds them: looked at where they lie, or added up some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from indexer.errors import InputError
from indexer.exposure.database import set_variable, sql
from indexer.partials import SCHEMA

_AT_ONCE = 1000
"""More partials are added up so many at a time, each opened once: four questions are asked of their rows."""

_BYTES_AT_ONCE = 32 << 20
"""Bytes of these files at most: a row of some 25 bytes takes ten times as many in memory."""


def read_rows(
    connection: duckdb.DuckDBPyConnection, partials: Sequence[str], *, at_once: int = _AT_ONCE
) -> None:
    """Have merge.sql find the rows of partials.

    Few are looked at where they lie. Many are added up some at a time, so that neither memory nor the disk
    need room for the rows of all of them.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the variables first_unit and n_places set.
    partials : sequence of str
        Their files.
    at_once : int
        How many are few.
    """
    if not partials:
        connection.register("partial_rows", SCHEMA.empty_table())
        connection.execute(sql("rows.sql"))
        return
    set_variable(connection, "partials", partials[:at_once])
    connection.execute(sql("partials.sql"))
    connection.execute(sql("rows.sql"))
    if len(partials) <= at_once:
        return
    connection.execute(sql("fold_begin.sql"))
    for some in _portions(partials, at_once):
        set_variable(connection, "partials", some)
        connection.execute(sql("fold.sql"))
    connection.execute(sql("fold_end.sql"))


def _portions(partials: Sequence[str], at_once: int) -> Iterator[list[str]]:
    """Yield the files by so many, or by so many bytes, whichever is less: their rows are held in memory."""
    some: list[str] = []
    n_bytes = 0
    for path in partials:
        size = Path(path).stat().st_size
        if some and (len(some) == at_once or n_bytes + size > _BYTES_AT_ONCE):
            yield some
            some, n_bytes = [], 0
        some.append(path)
        n_bytes += size
    yield some


def beyond_64_bits(connection: duckdb.DuckDBPyConnection) -> InputError:
    """Return the error that names the phrase whose exposures are more than a column holds."""
    row = connection.execute(
        "SELECT phrase_id, sum(exposure_count) AS n FROM count_rows"
        " GROUP BY unit, phrase_id ORDER BY n DESC LIMIT 1"
    ).fetchone()
    number, count = row or (0, 0)
    return InputError(
        f"phrase {number} has {count:,} exposures, more than the table holds",
        expected=f"at most {(1 << 64) - 1:,}",
        fix="this is more than any training run has seen: please report it",
    )
