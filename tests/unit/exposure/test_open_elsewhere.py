"""A table that this Python process holds open is not damaged; a parameter may be named as an argument is."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import indexer
from indexer.build import build_index, merge_index
from indexer.errors import ConfigError, ResourceError
from indexer.exposure.database import open_read_only
from tests.support.small_corpus import SmallCorpus


def test_a_table_that_is_open_in_this_process_is_not_put_aside(tmp_path: Path) -> None:
    root = tmp_path / "index"
    build_index(SmallCorpus(tmp_path, n_shards=1).config(), root, n_workers=1)
    with duckdb.connect(str(root / "exposures.duckdb"), read_only=True):
        with pytest.raises(ResourceError, match="close the other connection"):
            open_read_only(root / "exposures.duckdb")
        with pytest.raises(ResourceError, match="close the other connection"):
            merge_index(root)
    assert not (root / "exposures.damaged.duckdb").exists()
    merge_index(root)
    with pytest.raises(ConfigError, match="no role of the items of this index is called 'q'"):
        indexer.open_index(root).sql("question_with_answer", question="q")
