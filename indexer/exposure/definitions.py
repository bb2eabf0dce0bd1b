"""What the tables, views and macros of an index are by definition: of an opened index, and of a new one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import duckdb

from indexer.exposure.database import define_macros, sql

_COLUMNS = """
SELECT table_name || '.' || column_name, data_type || CASE WHEN is_nullable THEN '' ELSE ' NOT NULL' END
FROM duckdb_columns()
WHERE NOT internal AND schema_name = 'main' AND table_name <> 'attributes'
    AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT internal)
"""
_VIEWS = "SELECT 'view ' || view_name, sql FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'"
_MACROS = """
SELECT 'macro ' || function_name, parameters::VARCHAR || ' ' || macro_definition
FROM duckdb_functions()
WHERE NOT internal AND schema_name = 'main'
"""


def library_version() -> str:
    """Return the version of DuckDB at work: another one may spell the same view otherwise."""
    return str(duckdb.__version__)


def definitions(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the types of all columns, but those of the user's own, and the text of all views and macros."""
    found: dict[str, str] = {}
    for query in (_COLUMNS, _VIEWS, _MACROS):
        found.update(connection.execute(query).fetchall())
    return found


def definitions_of_a_new_index(
    prepare: Callable[[duckdb.DuckDBPyConnection], object] | None = None,
) -> dict[str, str]:
    """Return the same of an index that is made now; `prepare` adds what only some indexes have."""
    return dict(_of_any()) if prepare is None else _made(prepare)


@cache
def _of_any() -> dict[str, str]:
    return _made(lambda _: None)


def _made(prepare: Callable[[duckdb.DuckDBPyConnection], object]) -> dict[str, str]:
    connection = duckdb.connect()
    try:
        connection.execute(sql("schema.sql"))
        define_macros(connection)
        with suppress(duckdb.Error):  # files that are gone: the definitions then differ, which is told
            prepare(connection)
        return definitions(connection)
    finally:
        connection.close()
