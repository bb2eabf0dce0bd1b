"""A shard is verified where its corpus records a hash of it that its reader compares."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config.load import config_from_tables
from tests.support.fixture_cases import FIXTURES
from tests.support.small_corpus import ask


@pytest.mark.parametrize("with_hashes", [True, False])
def test_hashes_of_an_mds_index(tmp_path: Path, with_hashes: bool) -> None:
    shutil.copytree(FIXTURES / "mosaicml_mds" / "ndarray", tmp_path / "mds")
    index = tmp_path / "mds" / "index.json"
    tables = json.loads(index.read_text())
    for shard in tables["shards"]:
        data = (tmp_path / "mds" / shard["raw_data"]["basename"]).read_bytes()
        digest = hashlib.sha1(data).hexdigest()
        shard["raw_data"]["hashes"] = {"sha1": digest} if with_hashes else {}
    index.write_text(json.dumps(tables))
    (tmp_path / "phrases.jsonl").write_text('{"id": 0, "token_ids": [5]}\n')
    config = {
        "phrases": {"source": "phrases.jsonl", "token_ids": "token_ids"},
        "corpus": {"paths": ["mds"], "format": "mds"},
        "order": {"batch_size": 8},
        "match": {"unit": "tokens"},
    }
    build_index(config_from_tables(config, origin="test", base=tmp_path), tmp_path / "index", n_workers=1)
    assert ask(tmp_path / "index", "SELECT DISTINCT verified FROM shards") == [(with_hashes,)]
