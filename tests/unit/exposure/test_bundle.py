"""The index as a folder of Parquet files: every table, every row, every comment."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from indexer.errors import StateError
from indexer.exposure.bundle import TABLES, VIEWS, write_bundle
from indexer.exposure.database import SCHEMA_VERSION, building
from indexer.index_dir import IndexDir


@pytest.fixture
def index(tmp_path: Path) -> IndexDir:
    index = IndexDir(tmp_path / "index")
    index.root.mkdir()
    with building(index.database_file) as connection:
        connection.execute(f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}')")
        connection.execute("INSERT INTO phrases VALUES (0, 'a b', 2, 2), (1, NULL, NULL, 3)")
        connection.execute("CREATE TABLE attributes AS SELECT 0 AS phrase_id, 'x' AS mood")
    return index


def test_every_table_is_a_file_with_its_comments(index: IndexDir, tmp_path: Path) -> None:
    files = write_bundle(index, tmp_path / "tables")
    assert {path.stem for path in files} == {*TABLES, *VIEWS, "attributes"}
    phrases = pq.read_table(tmp_path / "tables" / "phrases.parquet")
    assert phrases.to_pylist() == [
        {"phrase_id": 0, "phrase": "a b", "n_words": 2, "n_tokens": 2},
        {"phrase_id": 1, "phrase": None, "n_words": None, "n_tokens": 3},
    ]
    assert phrases.schema.field("phrase").metadata[b"comment"].startswith(b"Its text after")
    assert pq.read_table(tmp_path / "tables" / "attributes.parquet")["mood"].to_pylist() == ["x"]


def test_a_folder_that_holds_something_is_refused(index: IndexDir, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "mine.txt").write_text("x")
    with pytest.raises(StateError, match="is not empty"):
        write_bundle(index, tmp_path / "tables")
