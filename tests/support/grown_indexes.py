"""Indexes that grow: what is added to them, and whether they equal those that were made at once.

Partials are compared byte for byte, tables row for row.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from indexer.config import Config
from indexer.config.load import load_config
from indexer.index_dir import IndexDir
from indexer.splits.ask import ask
from tests.support.small_corpus import N_IDS

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


def with_added(config: Config, *sources: str) -> Config:
    """Return a configuration with phrases that are added."""
    return replace(config, phrases=replace(config.phrases, added=list(sources)))


def write_ids(path: Path, seed: int, n: int = 20, first: int = 100) -> None:
    """Write phrases of two ids each."""
    pairs = np.random.default_rng(seed).integers(0, N_IDS, (n, 2)).tolist()
    lines = [json.dumps({"id": first + row, "token_ids": pair}) for row, pair in enumerate(pairs)]
    path.write_text("\n".join(lines) + "\n")


def of_text(sample: Path, tmp_path: Path, *words: str) -> Config:
    """Return the configuration of the sample, its pairs alone, searched by text and by ids."""
    return replace(load_config(sample / "exposure.toml", ["match.unit=both", *words]), items=())


def seen_texts(root: Path) -> list[str]:
    """Return the phrases that were seen most often."""
    return [row["phrase"] for row in ask(root, "most_exposed", {"n_rows": "6"}).rows.to_pylist()]
