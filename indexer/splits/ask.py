"""Asks an index a question: a query file or one SELECT, read-only."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from indexer.errors import ConfigError, QueryRefusedError
from indexer.exposure.database import open_read_only
from indexer.index_dir import IndexDir
from indexer.splits.query_file import QueryFile, find_query_file, shipped_queries

_ALLOWED = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


@dataclass(frozen=True)
class Answer:
    """What an index answered.

    Attributes
    ----------
    rows : pyarrow.Table
        The result.
    query : str
        Name of the query file, or ``SQL``.
    sql : str
        Its text.
    parameters : dict
        The value of every parameter.
    fingerprint : str
        The plan fingerprint of the index.
    complete : bool
        Whether every planned shard was covered.
    """

    rows: pa.Table
    query: str
    sql: str
    parameters: dict[str, Any]
    fingerprint: str
    complete: bool


def ask(root: str | Path, question: str, parameters: Mapping[str, str] | None = None) -> Answer:
    """Ask an index.

    Parameters
    ----------
    root : str or Path
        The index directory.
    question : str
        Name of a shipped query, path of a query file, or one SELECT statement.
    parameters : mapping of str to str
        Values as text, by name.

    Raises
    ------
    ConfigError
        No such query or parameter, or SQL that cannot be run.
    QueryRefusedError
        The statement is not one SELECT, or reaches for files, settings or the network.
    """
    index = IndexDir(root)
    index.require_database()
    file = find_query_file(question)
    if file is not None:
        return run(index.database_file, file.name, file.sql, file.bind(parameters or {}))
    if re.fullmatch(r"[\w/-]+", question.strip()):
        raise _no_such_query(question)
    if parameters:
        return run(index.database_file, "SQL", question, _untyped(parameters))
    return run(index.database_file, "SQL", question, {})


def run(database: Path, name: str, sql: str, parameters: dict[str, Any]) -> Answer:
    """Run one SELECT on an index file, read-only."""
    connection = open_read_only(database)
    try:
        _refuse_other_statements(connection, sql)
        rows = connection.sql(sql, params=parameters or None).to_arrow_table()
        facts = dict(connection.execute("SELECT key, value FROM provenance").fetchall())
    except duckdb.PermissionException as error:
        raise QueryRefusedError(_first_line(error), path=name, fix="an index is asked read-only") from None
    except duckdb.Error as error:
        raise ConfigError(_first_line(error), path=name) from None
    finally:
        connection.close()
    return Answer(rows, name, sql, parameters, facts["plan_fingerprint"], facts["complete"] == "true")


def load_query(name: str) -> QueryFile:
    """Return a shipped query by name.

    Raises
    ------
    ConfigError
        There is none of that name.
    """
    file = find_query_file(name)
    if file is None:
        raise _no_such_query(name)
    return file


def _refuse_other_statements(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in _ALLOWED:
        kinds = ", ".join(str(statement.type).rpartition(".")[2] for statement in statements)
        raise QueryRefusedError(
            f"refused: {kinds or 'no statement'}", expected="one SELECT", fix="an index is asked read-only"
        )


def _no_such_query(word: str) -> ConfigError:
    names = list(shipped_queries())
    stems = {name.rpartition("/")[2]: name for name in names}
    near = difflib.get_close_matches(word.rpartition("/")[2], stems, n=1)
    return ConfigError(
        f"no query is called {word!r}",
        fix=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}; or give one SELECT",
    )


def _untyped(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Read values for ad-hoc SQL: whole numbers, numbers, NULL, else text."""
    values: dict[str, Any] = {}
    for name, text in parameters.items():
        values[name] = text
        for kind in (int, float):
            try:
                values[name] = kind(text)
                break
            except ValueError:
                continue
        if text.upper() == "NULL":
            values[name] = None
    return values


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
