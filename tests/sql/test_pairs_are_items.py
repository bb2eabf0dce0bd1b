"""Questions give the same rows whether pairs are items, or a table of their own as in schema version 1."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from indexer.exposure.result_files import read_results
from indexer.exposure.results import add_results
from indexer.index_dir import IndexDir
from indexer.splits.query_file import load_query_file, shipped_queries

OF_VERSION_1 = [
    name
    for name in shipped_queries()
    if name.split("/")[0] in ("dynamics", "explore", "splits") and "item" not in name
]
GIVEN = {"checkpoint": "50", "seen_by": "50", "first_word": "this", "last_word": "that", "n_splits": "20"}
OF_OTHER_INDEXES = ("explore/match_sensitivity", "explore/unit_differences", "explore/why_unknown")
"""Questions that this index has no rows for: it is whole, and of one unit."""


class Both(NamedTuple):
    """The index of the sample with results, and the same with tables in the place of the views."""

    new: duckdb.DuckDBPyConnection
    old: duckdb.DuckDBPyConnection
    phrase: str


@pytest.fixture(scope="module")
def both(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    index = IndexDir(tmp_path_factory.mktemp("items"))
    shutil.copy(index_dir / "exposures.duckdb", index.database_file)
    with duckdb.connect(str(index.database_file), read_only=True) as connection:
        pairs = [row[0] for row in connection.execute("SELECT pair_id FROM pairs ORDER BY ALL").fetchall()]
        ((phrase,),) = connection.execute(
            "SELECT any_value(phrase) FROM exposures JOIN phrases USING (phrase_id) WHERE seen"
        ).fetchall()
    lines = [
        f"m,{checkpoint},{pair},{(number * 7) % 60 < checkpoint}\n"
        for checkpoint in (20, 40, 50)
        for number, pair in enumerate(pairs)
        if number % 11 or checkpoint > 20
    ]
    results = index.root / "results.csv"
    results.write_text("".join(["model,checkpoint,pair_id,correct\n", *lines]))
    add_results(index, read_results(results))

    version_1 = index.root / "version_1.duckdb"
    shutil.copy(index.database_file, version_1)
    with duckdb.connect(str(version_1)) as old, duckdb.connect(str(index.database_file)) as new:
        for view, given in (
            ("pairs", f"read_parquet('{index_dir / 'plan' / 'pairs.parquet'}')"),
            ("pair_results", f"read_csv('{results}')"),
        ):
            old.execute(f"DROP VIEW {view}")
            old.execute(f"CREATE TABLE {view} AS SELECT * FROM {given}")
        yield Both(new, old, phrase)


@pytest.mark.parametrize("name", OF_VERSION_1)
def test_the_rows_are_the_same(both: Both, name: str) -> None:
    file = load_query_file(shipped_queries()[name], name)
    known = {parameter.name for parameter in file.parameters}
    given = {key: value for key, value in {**GIVEN, "phrase": both.phrase}.items() if key in known}
    values = file.bind(given) or None
    answers = [connection.sql(file.sql, params=values) for connection in (both.new, both.old)]
    assert answers[0].columns == answers[1].columns
    assert answers[0].types == answers[1].types
    rows = answers[0].fetchall()
    assert rows == answers[1].fetchall()
    assert rows or name in OF_OTHER_INDEXES
