"""Every query file has cases in plain text: rows in, rows out.

A file of ``cases/`` begins with SQL that fills an empty index for all its cases; pairs and their results are
given as `tests.support.given_pairs` takes them. A case has a title; `setup`,
more SQL; `attach`, where the question asks two indexes, the SQL that fills the other; `ask`, a query with its
parameters; `expect`, the rows with `` | `` between values and NULL, true, false as in SQL.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from indexer.errors import ConfigError
from indexer.exposure.database import SCHEMA_VERSION, building, define_macros
from indexer.splits.ask import run
from indexer.splits.query_file import find_query_file, shipped_queries
from tests.support.given_pairs import open_for_pairs, take_pairs

CASES = Path(__file__).parent / "cases"


def read_cases() -> list[tuple[str, str, str, str, list[str]]]:
    """Return (title, setup, attach, ask, expected rows) of every case."""
    cases = []
    for path in sorted(CASES.glob("*.txt")):
        common, *parts = re.split(r"^case: ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for part in parts:
            title, _, body = part.partition("\n")
            sections = dict(
                re.findall(r"^(setup|attach|ask|expect):\s*(.*?)(?=^\w+:|\Z)", body, re.DOTALL | re.MULTILINE)
            )
            setup = common + sections.get("setup", "")
            rows = [line.strip() for line in sections["expect"].strip().splitlines()]
            attach = common + sections["attach"] if "attach" in sections else ""
            cases.append((f"{path.stem}: {title}", setup, attach, sections["ask"].strip(), rows))
    return cases


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index file with its macros and no rows."""
    database = tmp_path_factory.mktemp("empty") / "index.duckdb"
    with building(database) as connection:
        connection.execute(
            f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}'),"
            " ('plan_fingerprint', 'test'), ('complete', 'true'),"
            " ('steps_known', 'true'), ('grain', 'checkpoint')"
        )
        define_macros(connection)
    return database


@pytest.mark.parametrize(
    ("setup", "attach", "ask", "expected"), [c[1:] for c in read_cases()], ids=[c[0] for c in read_cases()]
)
def test_rows_in_rows_out(
    tmp_path: Path, empty_index: Path, setup: str, attach: str, ask: str, expected: list[str]
) -> None:
    database = filled(Path(shutil.copy(empty_index, tmp_path / "index.duckdb")), setup)
    others = {}
    if attach:
        others["other"] = filled(Path(shutil.copy(empty_index, tmp_path / "other.duckdb")), attach)
    name, *words = ask.partition("\n")[0].split(" ", 1)
    file = find_query_file(name)
    assert file is not None, name
    given = dict(re.findall(r"(\w+)=('[^']*'|\S+)", words[0])) if words else {}
    parameters = file.bind({key: value.strip("'") for key, value in given.items()})
    file.refuse_others(others)
    answer = run(database, file.name, file.sql, parameters, attached=others)
    assert [" | ".join(map(spell, row.values())) for row in answer.rows.to_pylist()] == expected


def filled(database: Path, setup: str) -> Path:
    with duckdb.connect(str(database)) as connection:
        open_for_pairs(connection)
        connection.execute(setup)
        take_pairs(connection)
    return database


def spell(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_query_has_a_case() -> None:
    asked = {find_query_file(ask.split()[0]).name for *_, ask, _ in read_cases()}  # type: ignore[union-attr]
    assert set(shipped_queries()) - asked == set()


def test_each_query_gives_rows_in_a_case_and_some_cases_give_none_or_null() -> None:
    with_rows = {find_query_file(ask.split()[0]).name for *_, ask, rows in read_cases() if rows}  # type: ignore[union-attr]
    assert set(shipped_queries()) == with_rows
    assert any("NULL" in row for *_, rows in read_cases() for row in rows)
    assert any(not rows for *_, rows in read_cases())


@pytest.mark.parametrize("least", ["0", "-1", "NULL", "0.5"])
@pytest.mark.parametrize(
    "macro", ["split_at(NULL, {}, 'either')", "split_at(10, {}, 'both')", "exposed_from({})"]
)
def test_a_macro_refuses_a_count_below_one(tmp_path: Path, empty_index: Path, macro: str, least: str) -> None:
    database = Path(shutil.copy(empty_index, tmp_path / "index.duckdb"))
    common = (CASES / "explore.txt").read_text(encoding="utf-8").partition("\ncase: ")[0]
    with duckdb.connect(str(database)) as connection:
        open_for_pairs(connection)
        connection.execute(common)
        take_pairs(connection)
    with pytest.raises(ConfigError, match="min_count is 1 or more"):
        run(database, "SQL", f"SELECT * FROM {macro.format(least)}", {})
    assert run(database, "SQL", f"SELECT * FROM {macro.format('1')}", {}).rows.num_rows > 0


def test_what_stands_together_is_not_told_of_first_places(tmp_path: Path, empty_index: Path) -> None:
    database = Path(shutil.copy(empty_index, tmp_path / "index.duckdb"))
    common = (CASES / "contamination.txt").read_text(encoding="utf-8").partition("\ncase: ")[0]
    file = find_query_file("question_with_answer")
    assert file is not None
    with duckdb.connect(str(database)) as connection:
        connection.execute(common)
    assert run(database, file.name, file.sql, file.bind({})).rows.num_rows == 1
    with duckdb.connect(str(database)) as connection:
        connection.execute("DELETE FROM places WHERE phrase_id = 6 AND place = 1")
    with pytest.raises(ConfigError, match=r'index again with \[index\] occurrences = "all"'):
        run(database, file.name, file.sql, file.bind({}))
