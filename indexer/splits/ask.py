"""Asks an index a question: a query file or one SELECT, read-only."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import ConfigError, QueryRefusedError
from indexer.exposure.attached import refuse_names
from indexer.exposure.database import open_read_only
from indexer.exposure.query_door import UNHURRIED, MissingTableError, QueryLimits, ask_in_process
from indexer.exposure.statement_words import is_other_statement
from indexer.index_dir import IndexDir
from indexer.near_names import did_you_mean
from indexer.splits.named_values import look_up, require_pairs
from indexer.splits.query_file import QueryFile, find_query_file, shipped_queries
from indexer.table_seal import require_table

if TYPE_CHECKING:
    import pyarrow as pa


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
        Whether every planned shard was covered, and no doubt was taken on purpose that weakens zeros.
    n_unverified_shards : int
        Shards whose content was compared with nothing that is known from elsewhere.
    more : bool
        Whether rows were left out because only so many were asked for.
    taken_on_purpose : dict of str to str
        Doubts that were taken on purpose (`indexer.doubts`), with what was found.
    attached : dict of str to dict
        Fingerprint, complete and so on of attached indexes, by name.
    """

    rows: pa.Table
    query: str
    sql: str
    parameters: dict[str, Any]
    fingerprint: str
    complete: bool
    n_unverified_shards: int
    more: bool = False
    taken_on_purpose: dict[str, str] = field(default_factory=dict)
    attached: dict[str, dict[str, Any]] = field(default_factory=dict)


def ask(
    root: str | Path,
    question: str,
    parameters: Mapping[str, str] | None = None,
    limits: QueryLimits | None = None,
    attach: Mapping[str, str | Path] | None = None,
) -> Answer:
    """Ask an index, in a process of its own.

    Parameters
    ----------
    root : str or Path
        The index directory.
    question : str
        Name of a shipped query, path of a query file, or one SELECT statement.
    parameters : mapping of str to str
        Values as text, by name.
    limits : QueryLimits, optional
        What the question may take. Default: those of `QueryLimits`; questions that come with the indexer are
        trusted, and take their time.
    attach : mapping of str to str or Path, optional
        Further index directories, by the name that the question calls their tables by.

    Raises
    ------
    ConfigError
        No such query or parameter, SQL that cannot be run, a phrase, paradigm or model that the index does
        not hold, or a split of an index without pairs.
    QueryRefusedError
        The statement is not one SELECT, or reaches for files, settings or the network.
    ResourceError
        It took too long, too much memory, or gives too many rows.
    StateError
        There is no table, it is not the one that was merged, it is of another plan than the one beside it, or
        that plan is damaged.
    """
    index = IndexDir(root)
    _require(index)
    others = _others(index, attach or {})
    planned = {name: one.planned_fingerprint() for name, one in {"": index, **others}.items()}
    answer = _ask(index, question, parameters, limits, others)
    index.refuse_foreign_table(answer.fingerprint, planned[""])
    for name, other in others.items():
        other.refuse_foreign_table(answer.attached[name]["fingerprint"], planned[name])
    return answer


def _others(index: IndexDir, attach: Mapping[str, str | Path]) -> dict[str, IndexDir]:
    """Return the directories of further indexes, each another one, with a table."""
    if not attach:
        return {}
    refuse_names(list(attach), index.database_file)
    others = {name: IndexDir(root) for name, root in attach.items()}
    seen = [index.database_file.resolve()]
    for other in others.values():
        _require(other)
        if other.database_file.resolve() in seen:
            raise ConfigError(
                "is asked already", path=other.root, expected="each index once", fix="attach another one"
            )
        seen.append(other.database_file.resolve())
    return others


def _require(index: IndexDir) -> None:
    """Refuse what is no table that was merged; without a seal the version that wrote it is told first."""
    if index.database_file.is_file() and not index.seal_file.exists():
        open_read_only(index.database_file).close()
    require_table(index)


def _ask(
    index: IndexDir,
    question: str,
    parameters: Mapping[str, str] | None,
    limits: QueryLimits | None,
    others: Mapping[str, IndexDir],
) -> Answer:
    file = find_query_file(question)
    attached = {name: other.database_file for name, other in others.items()}
    if file is not None:
        file.refuse_others(others)
        trusted = file.name in shipped_queries()
        limits = limits or (UNHURRIED if trusted else QueryLimits())
        limits = replace(limits, seconds=limits.seconds_of(is_ready=trusted))
        values = look_up(index, file, file.bind(parameters or {}))
        answer = run(index.database_file, file.name, file.sql, values, limits, attached)
        if trusted and file.name.startswith("splits/") and not answer.rows.num_rows:
            require_pairs(index)
        return answer
    if re.fullmatch(r"[\w/-]+", question.strip()) and not is_other_statement(question.strip()):
        raise _no_such_query(question)
    values = _untyped(parameters or {})
    return run(index.database_file, "SQL", question, values, limits or QueryLimits(), attached)


def run(
    database: Path,
    name: str,
    sql: str,
    parameters: dict[str, Any],
    limits: QueryLimits = UNHURRIED,
    attached: Mapping[str, Path] | None = None,
) -> Answer:
    """Run one SELECT on an index file, read-only."""
    try:
        came = ask_in_process(database, name, sql, parameters, limits, attached)
    except MissingTableError as error:
        if _is_python_variable(error.table):
            raise QueryRefusedError(
                f"no Python variable is read: {error.table!r} is no table of the index",
                path=name,
                fix="an index is asked read-only, and about itself alone",
            ) from None
        raise
    return Answer(
        came.rows,
        name,
        sql,
        parameters,
        came.fingerprint,
        came.complete,
        came.n_unverified_shards,
        came.more,
        came.taken_on_purpose,
        came.attached,
    )


def _is_python_variable(name: str) -> bool:
    """Tell whether DuckDB, where it may, would take a name for a variable of whoever asks."""
    frame = inspect.currentframe()
    while frame is not None:
        if name in frame.f_locals or name in frame.f_globals:
            return True
        frame = frame.f_back
    return False


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


def _no_such_query(word: str) -> ConfigError:
    names = list(shipped_queries())
    stems = {name.rpartition("/")[2]: name for name in names}
    return ConfigError(
        f"no query is called {word!r}",
        fix=did_you_mean(word.rpartition("/")[2], stems)
        or "`exposure query --list` lists what there is; or give one SELECT",
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
