"""Several indexes in one question: tables and views are of the named one, and no macro of it is called."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

import indexer
from indexer.errors import ConfigError, QueryRefusedError, StateError
from indexer.splits.ask import ask
from tests.faults.exposure.test_query_door import DENIED
from tests.support.small_corpus import SmallCorpus


@pytest.fixture(scope="module")
def other(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that stands alone, with half of the rows of each table; doubts weaken its zeros."""
    root = tmp_path_factory.mktemp("other") / "index2"
    root.mkdir()
    shutil.copyfile(index_dir / "exposures.duckdb", root / "exposures.duckdb")
    shutil.copytree(index_dir / "occurrences", root / "occurrences")
    with duckdb.connect(str(root / "exposures.duckdb")) as connection:
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if table not in ("provenance", "phrases", "items", "document_offsets"):
                connection.execute(f"DELETE FROM {table} WHERE rowid % 2 = 1")
        connection.execute("UPDATE phrases SET phrase = upper(phrase)")
        connection.execute("UPDATE provenance SET value = 'false' WHERE key = 'complete'")
    return root


def relations(root: Path) -> list[str]:
    tables = "SELECT table_name AS name FROM duckdb_tables()"
    views = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
    return ask(root, f"{tables} UNION ALL {views} ORDER BY ALL").rows["name"].to_pylist()


def test_each_table_and_view_is_that_of_the_named_index(index_dir: Path, other: Path) -> None:
    n_different = 0
    for name in relations(index_dir):
        direct = ask(other, f"SELECT * FROM {name} ORDER BY ALL").rows
        attached = ask(index_dir, f"SELECT * FROM other.{name} ORDER BY ALL", attach={"other": other}).rows
        first = ask(index_dir, f"SELECT * FROM {name} ORDER BY ALL", attach={"other": other}).rows
        assert attached.to_pylist() == direct.to_pylist(), name
        assert first.to_pylist() == ask(index_dir, f"SELECT * FROM {name} ORDER BY ALL").rows.to_pylist()
        n_different += attached.to_pylist() != first.to_pylist()
    assert {"pairs", "pair_exposures", "pair_results"} <= set(relations(index_dir))
    assert n_different >= 10


def macros(root: Path) -> list[tuple[str, int, str]]:
    columns = "function_name, len(parameters) AS n, function_type"
    rows = ask(root, f"SELECT {columns} FROM duckdb_functions() WHERE NOT internal").rows
    return [tuple(row.values()) for row in rows.to_pylist()]


@pytest.mark.parametrize("name", ["other", "OTHER", '"other"', "other.main", '"Other"."main"'])
def test_no_macro_is_called_by_the_name_of_an_attached_index(index_dir: Path, other: Path, name: str) -> None:
    found = macros(index_dir)
    assert {kind for _, _, kind in found} == {"macro", "table_macro"} and len(found) >= 10
    for macro, n, kind in found if name == "other" else found[:2]:
        call = f"{name}.{macro}({', '.join(['NULL'] * n)})"
        inside = f"SELECT {call}" if kind == "macro" else f"SELECT * FROM {call}"
        for sql in (inside, f"EXPLAIN {inside}", f"SELECT (WITH a AS ({inside}) SELECT 1 FROM a), 1"):
            with pytest.raises(QueryRefusedError, match="macro of an attached index"):
                ask(index_dir, sql, attach={"other": other})


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM query('SELECT other.is_covered(NULL)')",
        "SELECT * FROM QUERY('SELECT 1')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT other.is_covered(NULL)'))",
        "SELECT * FROM '{other}/exposures.duckdb'",
        *[line for line in DENIED.splitlines() if line],
    ],
)
def test_the_door_stays_shut(index_dir: Path, other: Path, sql: str) -> None:
    before = (other / "exposures.duckdb").read_bytes()
    with pytest.raises(QueryRefusedError):
        ask(index_dir, sql.format(other=other), attach={"other": other})
    assert (other / "exposures.duckdb").read_bytes() == before


def test_macros_without_a_name_are_those_of_the_first(index_dir: Path, other: Path) -> None:
    for sql in ("SELECT * FROM exposure_at(NULL) ORDER BY ALL", "SELECT is_covered(NULL) AS covered"):
        beside = ask(index_dir, sql, attach={"other": other})
        assert beside.rows.to_pylist() == ask(index_dir, sql).rows.to_pylist()
    assert beside.complete and not beside.attached["other"]["complete"]


@pytest.mark.parametrize(
    "name", ["main", "temp", "exposures", "Phrases", "split_at", "a b", "a.b", "", '"x"', "1st", "é"]
)
def test_a_name_that_sql_takes_for_something_else(index_dir: Path, other: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be attached as"):
        ask(index_dir, "SELECT 1", attach={name: other})


def test_what_cannot_be_attached(index_dir: Path, other: Path, tmp_path: Path) -> None:
    for wrong in (index_dir, index_dir / "../index"):
        with pytest.raises(ConfigError, match="is asked already"):
            ask(index_dir, "SELECT 1", attach={"other": wrong})
    with pytest.raises(ConfigError, match=r"holds no plan\.json"):
        ask(index_dir, "SELECT 1", attach={"other": tmp_path})
    (tmp_path / "exposures.duckdb").write_bytes(b"no table")
    with pytest.raises(StateError):
        ask(index_dir, "SELECT 1", attach={"other": tmp_path})


def test_a_ready_question(index_dir: Path, other: Path, tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path / "small")
    code, _, err = exposure(
        "index", corpus.write_config(), "--out", tmp_path / "small-index", "--workers", "1"
    )
    assert code == 0, err
    question = (index_dir, "seen_here_never_there", "-p", "before=30")
    code, out, err = exposure(
        "query", *question, "--attach", f"other={tmp_path / 'small-index'}", "--format", "csv"
    )
    assert code == 0 and "that index does not look for it" in out, err
    code, _, err = exposure("query", *question)
    assert code == 2 and "add --attach other=INDEX2" in err
    code, _, err = exposure("query", index_dir, "overview", "--attach", f"other={other}")
    assert code == 2 and "asks no index that is attached as other" in err
    code, _, err = exposure(
        "query", index_dir, "SELECT * FROM other.exposure_at(10)", "--attach", f"other={other}"
    )
    assert code == 6, err
    index = indexer.open_index(index_dir, attach={"other": other})
    assert index.sql("overview").num_rows == 1
    rows = index.sql("SELECT count(*) AS n FROM other.phrases JOIN phrases USING (phrase_id)")
    assert rows["n"][0].as_py() == index.to_arrow("phrases").num_rows
