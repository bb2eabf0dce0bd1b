"""The schema is a product: everything has a comment, and the file opens where it should."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import xxhash

from indexer.errors import StateError
from indexer.exposure.data_model import data_model_page
from indexer.exposure.database import (
    SCHEMA_VERSION,
    STORAGE_VERSION,
    building,
    define_macros,
    open_read_only,
    sql,
)
from indexer.exposure.definitions import definitions, definitions_of_a_new_index

ROOT = Path(__file__).parents[3]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "index.duckdb"
    with building(path) as connection:
        connection.execute(
            "INSERT INTO provenance VALUES ('schema_version', $version)", {"version": str(SCHEMA_VERSION)}
        )
        define_macros(connection)
    return path


@pytest.mark.parametrize(
    "what",
    [
        "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL",
        "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name)"
        " WHERE duckdb_columns.comment IS NULL",
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL",
        "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NULL",
    ],
)
def test_everything_has_a_comment(database: Path, what: str) -> None:
    with open_read_only(database) as connection:
        assert connection.execute(what).fetchall() == []


def test_the_storage_version_is_pinned(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert STORAGE_VERSION.lstrip("v").rsplit(".", 1)[0] in str(tags)


def test_another_schema_version_is_refused_with_both_numbers(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("UPDATE provenance SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(StateError, match=f"has schema version 99; expected schema version {SCHEMA_VERSION}"):
        open_read_only(database)


STORED = {3: "02ef9717b9dbc89f"}


def test_what_an_index_stores_changes_with_its_schema_version() -> None:
    """A new question refuses an old index by its version, and not with an error of a macro that it lacks."""
    names = ("schema", "macros", "item_macros", "occurrences", "documents", "model_measures")
    text = "\n".join(sql(f"{name}.sql") for name in names)
    statements = re.sub(r"--[^\n]*|^COMMENT ON [^;]*;", "", text, flags=re.MULTILINE)
    stored = xxhash.xxh3_64_hexdigest(" ".join(statements.split()).encode())
    assert {SCHEMA_VERSION: stored} == STORED, (
        "raise SCHEMA_VERSION, tell its history in schema.sql, and pin it here"
    )


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(StateError, match="cannot be opened by DuckDB"):
        open_read_only(tmp_path / "x.duckdb")
    duckdb.connect(str(tmp_path / "y.duckdb")).close()
    with pytest.raises(StateError, match="is no exposure index"):
        open_read_only(tmp_path / "y.duckdb")


def test_an_index_opens_in_an_interactive_session(database: Path) -> None:
    code = (
        "import sys; from indexer.exposure.database import open_read_only as o; o(sys.argv[1]); print('open')"
    )
    done = subprocess.run(
        [sys.executable, "-i", "-c", code, str(database)],
        capture_output=True,
        text=True,
        check=False,
        input="",
    )
    assert done.stdout.strip() == "open", done.stderr


def test_the_page_of_the_data_model_is_the_one_the_schema_makes() -> None:
    page = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8")
    assert page == data_model_page(), "run `python -m indexer.exposure.data_model > docs/data-model.md`"


def test_views_and_macros_are_the_same_once_they_were_written(database: Path) -> None:
    """What a file does not keep of them, as whether a CTE is materialized, verify would call a forgery."""
    with open_read_only(database) as connection:
        written = definitions(connection)
    new = definitions_of_a_new_index()
    assert {name: text for name, text in new.items() if written.get(name) != text} == {}
