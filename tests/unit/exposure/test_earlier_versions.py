"""An index of an earlier schema is refused with the way out, and what was imported into it is kept there."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from indexer.build import merge_index
from indexer.errors import StateError
from indexer.exposure.database import SCHEMA_VERSION
from indexer.splits.ask import ask


def test_an_index_of_the_last_version_is_merged_again(index_dir: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(index_dir, tmp_path / "index"))
    with duckdb.connect(str(root / "exposures.duckdb")) as table:
        table.execute(f"UPDATE provenance SET value = '{SCHEMA_VERSION - 1}' WHERE key = 'schema_version'")
        table.execute("DROP MACRO TABLE verbatim_runs")
        table.execute("INSERT INTO results SELECT 'm', 50, item_id, 'correct', 1 FROM items LIMIT 1")
    (root / "exposures.seal").unlink()
    with pytest.raises(StateError, match=f"schema version {SCHEMA_VERSION - 1}; .*exposure index"):
        ask(root, "most_exposed")
    merge_index(root)
    assert ask(root, "most_exposed").rows.num_rows
    assert ask(root, "SELECT count(*) AS n FROM results").rows["n"].to_pylist() == [1]


def test_results_of_version_1_are_kept_when_it_is_built_anew(index_dir: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(index_dir, tmp_path / "index"))
    pairs = ask(root, "SELECT pair_id FROM pairs ORDER BY ALL LIMIT 2").rows["pair_id"].to_pylist()
    with duckdb.connect(str(root / "exposures.duckdb")) as table:
        table.execute("UPDATE provenance SET value = '1' WHERE key = 'schema_version'")
        table.execute("DROP VIEW pair_results; DROP TABLE results; DROP TABLE model_measures")
        table.execute(
            "CREATE TABLE results (model VARCHAR, checkpoint BIGINT, pair_id VARCHAR, score_good DOUBLE,"
            " score_bad DOUBLE, correct BOOLEAN)"
        )
        for pair, values in zip(pairs, [(-1, -2, True), (None, -2, None)], strict=True):
            table.execute("INSERT INTO results VALUES ('m', 50, ?, ?, ?, ?)", [pair, *values])
    (root / "exposures.seal").unlink()  # which that version did not write
    with pytest.raises(StateError, match=r"schema version 1; expected schema version 3; .*exposure index"):
        ask(root, "most_exposed")
    merge_index(root)
    first, second = pairs
    assert [
        tuple(row.values()) for row in ask(root, "SELECT * FROM results ORDER BY ALL").rows.to_pylist()
    ] == [
        ("m", 50, first, "correct", 1),
        ("m", 50, first, "score_bad", -2),
        ("m", 50, first, "score_good", -1),
        ("m", 50, second, "correct", None),
        ("m", 50, second, "score_bad", -2),
    ]
