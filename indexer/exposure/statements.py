"""Which statements an index answers: one SELECT, or the EXPLAIN of one, that reads nothing but the index."""

from __future__ import annotations

import re

import duckdb

from indexer.errors import ConfigError, ExposureError, QueryRefusedError, ResourceError, StateError
from indexer.exposure.statement_words import is_other_statement
from indexer.foreign_errors import translate
from indexer.process_limits import AT_START

_READ_ONLY = "an index is asked read-only, and about itself alone"

_STRINGS_AND_COMMENTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_EXPLAIN = re.compile(
    r"\s*EXPLAIN\s+(?:ANALYZE\s+)?(?:\([^)]*\)\s*)?(?P<explained>.*)", re.IGNORECASE | re.DOTALL
)
_WRITES_INSIDE = re.compile(
    r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO)\b|\b(FORCE_)?CHECKPOINT\s*\(",
    re.IGNORECASE,
)
_REFUSED_WORDS = (
    "read-only mode",
    "disabled by configuration",
    "configuration has been locked",
    "Expected a single SELECT statement",
    "Cannot FORCE CHECKPOINT",
    "Secret Storage",
    "is not in the catalog, but it exists in the",
)
_OCCURRENCES = re.compile(r"occurrences/\d{6,}\.parquet")
_NO_TABLE = re.compile(r"Table with name \"?(?P<name>.+?)\"? does not exist")


def refuse_other_statements(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse everything but one SELECT, or the EXPLAIN of one.

    Raises
    ------
    QueryRefusedError
        It is another statement, or several, or a part of it writes.
    """
    if _WRITES_INSIDE.search(_STRINGS_AND_COMMENTS.sub(" ", sql)):
        raise _refused("a part of it writes")
    try:
        kinds = [str(one.type).rpartition(".")[2] for one in connection.extract_statements(sql)]
    except ValueError:  # a kind of statement that the Python package has no name for
        raise _refused("a statement of another kind") from None
    except duckdb.ParserException:
        word = _first_word(sql)
        if is_other_statement(word):
            raise _refused(word) from None
        raise
    if kinds == ["EXPLAIN"]:
        match = _EXPLAIN.fullmatch(_without_comments(sql))
        if match is None:
            raise _refused("an EXPLAIN that cannot be taken apart")
        return refuse_other_statements(connection, match["explained"])
    if kinds != ["SELECT"]:
        raise _refused(", ".join(kinds) or "no statement")
    return None


def explained_statement(sql: str) -> str | None:
    """Return the statement that an EXPLAIN explains; None where it is none."""
    match = _EXPLAIN.fullmatch(_without_comments(sql))
    return None if match is None else match["explained"]


def error_of_query(error: BaseException, name: str) -> ExposureError | None:
    """Return what an error of DuckDB means to who asked: refused, out of resources, damaged, or wrong SQL.

    Parameters
    ----------
    error : BaseException
        What was raised.
    name : str
        What the question is called.
    """
    if isinstance(error, ExposureError) or not isinstance(error, duckdb.Error):
        return translate(error, path=name)
    words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    known = translate(error, path=name)
    if isinstance(known, ResourceError):
        return ResourceError(
            f"needs more memory than it may take ({words})",
            path=name,
            fix=known.fix if AT_START else "ask for less, or give it more with --max-memory",
        )
    gone = _OCCURRENCES.search(words)
    if gone is not None:
        return StateError(
            f"{gone[0]} is not read: it, or a file beside it, is gone or is not the one that the table was "
            "merged with",
            path=name,
            fix="run `exposure index` again; counts can be asked meanwhile",
        )
    if isinstance(error, duckdb.PermissionException) or any(part in str(error) for part in _REFUSED_WORDS):
        return QueryRefusedError(words, path=name, fix=_READ_ONLY)
    missing = missing_table(words)
    if missing is not None and re.search(r"[/\\:*]|\.\w+$", missing) and "because schema" not in words:
        return QueryRefusedError(f"no file is read: {missing!r} is no table", path=name, fix=_READ_ONLY)
    damaged = isinstance(
        error,
        duckdb.IOException | duckdb.FatalException | duckdb.SerializationException | duckdb.InternalException,
    )
    if damaged or "corrupt" in words.lower():
        return StateError(
            f"DuckDB cannot read the index ({words})",
            path=name,
            fix="delete exposures.duckdb and run `exposure merge`",
        )
    words = words.removeprefix("Invalid Input Error: ")  # of error() in a macro of ours, or in somebody's SQL
    near = re.search(r"^(?:Did you mean|Candidate bindings:?).*$", str(error), re.MULTILINE)
    return ConfigError(words, path=name, fix=near and near[0].replace(": :", ":"))


def missing_table(words: str) -> str | None:
    """Return the name of the table that an error says is not there."""
    match = _NO_TABLE.search(words)
    return match["name"] if match else None


def _refused(what: str) -> QueryRefusedError:
    return QueryRefusedError(f"refused: {what}", expected="one SELECT", fix="an index is asked read-only")


def _without_comments(sql: str) -> str:
    return _STRINGS_AND_COMMENTS.sub(lambda part: part[0] if part[0].startswith("'") else " ", sql).strip(
        " \t\r\n;"
    )


def _first_word(sql: str) -> str:
    match = re.match(r"[\s(]*(\w+)", _without_comments(sql))
    return match[1].upper() if match else ""
