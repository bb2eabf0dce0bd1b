"""Further indexes beside the one that is asked: what they may be called, and what is not asked of them.

A table or view of an attached file is its own. A macro of it is not: it resolves tables in the file that was
opened first (measured, DuckDB 2.0), and would answer about another corpus. So a function that is called by
the name of an attached index is refused, wherever it stands. So is text that is run as SQL: it may hide one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from indexer.errors import ConfigError, QueryRefusedError
from indexer.exposure.database import sql
from indexer.exposure.statements import explained_statement

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKEN = frozenset({"main", "temp", "system", "memory", "pg_catalog", "information_schema"})
"""Names that DuckDB has itself."""
_DEFINED = re.compile(r"^CREATE (?:TABLE|VIEW|MACRO) (\w+)", re.MULTILINE)
_RUN_TEXT = frozenset({"query", "json_execute_serialized_sql"})
"""Functions that run a text as SQL."""
_FIX = "ask the tables of the attached index (exposures.status, exposure_bins), or ask that index itself"


def refuse_names(names: Collection[str], database: Path) -> None:
    """Refuse names that SQL would take for something else.

    Parameters
    ----------
    names : collection of str
        Of attached indexes.
    database : Path
        The index file that is asked.

    Raises
    ------
    ConfigError
        One is no plain name, is taken, or stands twice.
    """
    taken = _TAKEN | {database.stem.lower()} | set(_DEFINED.findall(sql("schema.sql") + sql("macros.sql")))
    seen: set[str] = set()
    for name in names:
        if not _NAME.fullmatch(name) or name.lower() in taken | seen:
            raise ConfigError(
                f"an index cannot be attached as {name!r}",
                expected="a name of its own, of letters, digits and _",
                fix="as in --attach other=INDEX2",
            )
        seen.add(name.lower())


def refuse_macros_of_attached(
    connection: duckdb.DuckDBPyConnection, question: str, attached: Mapping[str, Path]
) -> None:
    """Refuse a SELECT that calls a function by the name of an attached index, or runs text as SQL.

    Raises
    ------
    QueryRefusedError
        It does, or cannot be taken apart.
    """
    text = {"text": explained_statement(question) or question}
    ((taken_apart,),) = connection.execute("SELECT json_serialize_sql($text)", text).fetchall()
    tree = json.loads(taken_apart)
    if tree.get("error"):
        raise QueryRefusedError(
            "refused: a question about several indexes that cannot be taken apart",
            expected="one plain SELECT",
            fix="ask it in simpler words, or of one index at a time",
        )
    names = {name.lower() for name in attached}
    for node in _nodes(tree):
        function, table = node.get("function_name"), node.get("table_name")
        if isinstance(function, str):
            path = _path(node, function)
            if names.intersection(path[:-1]):
                raise QueryRefusedError(
                    f"refused: {'.'.join(path)}() is a macro of an attached index, and would read the tables"
                    " of the first one",
                    fix=_FIX,
                )
            if path[-1] in _RUN_TEXT:
                raise QueryRefusedError(
                    f"refused: {path[-1]}() runs text as SQL, which may call a macro of an attached index",
                    fix="write the SQL itself",
                )
        elif isinstance(table, str) and re.search(r"[/\\:*]|\.\w+$", table):
            raise QueryRefusedError(
                f"no file is read: {table!r} is no table", fix="name a table of an attached index"
            )


def _path(node: dict[str, Any], function: str) -> list[str]:
    """Return the name of a function with all that qualifies it, in lower case."""
    qualified = node.get("qualified_name")
    path = qualified.get("path", []) if isinstance(qualified, dict) else []
    own = [node.get("catalog"), node.get("schema"), function]
    return [str(part).lower() for part in [*path[:-1], *own] if part]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
