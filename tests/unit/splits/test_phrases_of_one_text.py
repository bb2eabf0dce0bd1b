"""Phrases of one text, told apart by the token ids that are given beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import indexer
from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.errors import ConfigError
from indexer.splits.ask import ask
from indexer.splits.diff import diff_indexes
from tests.support.trained_tokenizers import byte_level


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Return an index of two phrases called "a b", of which one is never there."""
    tokenizer = byte_level()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "corpus.jsonl").write_text('{"text": "the old boat rocks"}\n' * 3)
    there = tokenizer.encode("the old", add_special_tokens=False).ids[:2]
    rows = [("a b", [1, 1, 1]), ("a b", there), ("c", there[:1])]
    lines = [json.dumps({"text": text, "token_ids": ids}) for text, ids in rows]
    (tmp_path / "phrases.jsonl").write_text("\n".join(lines) + "\n")
    tables = {
        "phrases": {"source": "phrases.jsonl", "text": "text", "token_ids": "token_ids"},
        "tokenizer": {"path": "tokenizer.json"},
        "corpus": {"paths": ["corpus.jsonl"], "format": "text", "packing": "document", "sequence_length": 9},
        "order": {"kind": "sequential", "batch_size": 1},
        "match": {"unit": "tokens"},
    }
    config = config_from_tables(tables, origin="test", base=tmp_path)
    build_index(config, tmp_path / "index", n_workers=1)
    return tmp_path / "index"


@pytest.mark.parametrize("question", ["exposure_of_phrase", "explore/phrase", "spacing/of_phrase"])
def test_none_of_them_is_meant_by_the_text_alone(index: Path, question: str) -> None:
    with pytest.raises(ConfigError, match="2 phrases of this index have the text 'a b'") as refused:
        ask(index, question, {"phrase": "A b"})
    assert "phrase_id = 0" in str(refused.value.fix)
    with pytest.raises(ConfigError, match="2 phrases"):
        indexer.open_index(index).exposures("a b")
    assert indexer.open_index(index).exposures("c") is not None


def test_they_are_compared_one_by_one(index: Path) -> None:
    assert diff_indexes(index, index).phrases.num_rows == 0
    assert diff_indexes(index, index).n_phrases == (3, 0, 0)
