"""Compares an index that grew with one that was made at once: partials byte for byte, tables row for row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from indexer.index_dir import IndexDir

_OF_THE_RUN = ("config", "notes", "search")


def tables(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables; of provenance, what is not of the one run."""
    with duckdb.connect(str(root / "exposures.duckdb"), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        rows = {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for name in sorted(names)
        }
    rows["provenance"] = [row for row in rows["provenance"] if row[0] not in _OF_THE_RUN]
    return rows


def partials(root: Path) -> dict[str, bytes]:
    """Return the bytes of every partial, and of every file of occurrences."""
    index = IndexDir(root)
    files = [*index.partials.glob("*.parquet"), *index.occurrences.glob("*.parquet")]
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(files)}


def assert_same(grown: Path, afresh: Path) -> None:
    """Hold two indexes against each other."""
    assert partials(grown) == partials(afresh)
    found, expected = tables(grown), tables(afresh)
    assert found.keys() == expected.keys()
    for name in expected:
        assert found[name] == expected[name], name
