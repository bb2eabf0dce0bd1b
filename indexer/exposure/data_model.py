"""The page ``docs/data-model.md``, made from the comments of ``schema.sql`` and ``macros.sql``.

``python -m indexer.exposure.data_model > docs/data-model.md`` writes it; a test checks that it is up to date.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from indexer.exposure.bundle import TABLES, VIEWS
from indexer.exposure.database import SCHEMA_VERSION, STORAGE_VERSION, building, define_macros

_HEAD = """# Data model

Schema version {schema}, DuckDB storage version {storage}: the file opens in DuckDB 1.4 LTS and 2.x. This page
is made from the comments in `indexer/exposure/schema.sql` and `macros.sql`; in any index
`SELECT * FROM duckdb_columns()` shows them.

Ranges are half-open. A column called `step` is a zero-based batch; one called `checkpoint` is a number of
steps taken: the model after `c` steps has seen the steps `0` to `c - 1`, so *exposed before c* is
`first_step < c`.
`NULL` in a step means that there was no exposure, or that no order is known: decide on `seen` or `status`,
never on a comparison with NULL.

## Tables
"""


def data_model_page() -> str:
    """Return the page as Markdown."""
    with tempfile.TemporaryDirectory() as folder, building(Path(folder) / "model.duckdb") as connection:
        define_macros(connection)
        parts = [_HEAD.format(schema=SCHEMA_VERSION, storage=STORAGE_VERSION)]
        parts += [_table(connection, name) for name in TABLES]
        parts.append("## Views with the columns of a table\n")
        parts += [_table(connection, name) for name in VIEWS]
        parts.append(
            _named(
                connection,
                "Other views",
                "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND view_name NOT IN"
                f" {VIEWS} ORDER BY view_name",
            )
        )
        parts.append(
            _named(
                connection,
                "Macros",
                "SELECT DISTINCT function_name || '(' || array_to_string(parameters, ', ') || ')', comment"
                " FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
            )
        )
    return "\n".join(parts)


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    (comment,) = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE table_name = $name"
        " UNION ALL SELECT comment FROM duckdb_views() WHERE view_name = $name",
        {"name": name},
    ).fetchall()[0]
    columns = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns()"
        " WHERE table_name = $name ORDER BY column_index",
        {"name": name},
    ).fetchall()
    lines = [f"### {name}", "", f"{comment}.", "", "| column | type | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{column}` | {kind} | {meaning} |" for column, kind, meaning in columns]
    return "\n".join([*lines, ""])


def _named(connection: duckdb.DuckDBPyConnection, title: str, query: str) -> str:
    rows = connection.execute(query).fetchall()
    return "\n".join([f"## {title}", "", *(f"* `{name}`: {comment}." for name, comment in rows), ""])


if __name__ == "__main__":
    print(data_model_page(), end="")
