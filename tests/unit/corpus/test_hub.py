"""Hub datasets, with a local folder that `datasets` loads in the hub's place."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.hub import HubText
from indexer.errors import InputError


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def test_the_data_files_of_a_split_are_read_in_order(tmp_path: Path, no_cache):
    rows = np.arange(60).reshape(6, 10)
    folder = tmp_path / "tokens"
    folder.mkdir()
    for part in range(3):
        table = pa.table({"input_ids": rows[2 * part : 2 * part + 2].tolist()})
        pq.write_table(table, folder / f"train-{part:05}-of-00003.parquet")
    pq.write_table(pa.table({"input_ids": [[7]]}), folder / "test-00000-of-00001.parquet")
    reader = open_corpus(CorpusConfig(paths=[str(folder)], format="hub"), base=tmp_path)
    blocks = [b for s in reader.shards() for b in reader.blocks(s, s.first_sequence, s.first_sequence + 2)]
    assert np.concatenate([b.ids for b in blocks]).tolist() == list(range(60))
    with pytest.raises(InputError, match="has no split 'dev'; expected"):
        open_corpus(CorpusConfig(paths=[str(folder)], format="hub", split="dev"), base=tmp_path)


def test_texts_come_as_the_streaming_shuffle_gives_them(tmp_path: Path, no_cache):
    folder = tmp_path / "texts"
    folder.mkdir()
    lines = [json.dumps({"text": f"document {i}"}) for i in range(50)]
    (folder / "train.jsonl").write_text("\n".join(lines))
    hub = HubText(str(folder), None, "train", "text", shuffle_seed=42, shuffle_buffer=10, limit=30)
    stream = datasets.load_dataset(str(folder), split="train", streaming=True)
    expected = [e["text"] for e in stream.shuffle(seed=42, buffer_size=10).take(30)]
    assert expected != sorted(expected)
    assert [d.text for d in hub.documents((0, 0))] == expected
    assert [(d.number, d.text) for d in hub.documents((0, 12))] == list(enumerate(expected))[12:]
    with pytest.raises(InputError, match="document 0: has no text under 'content'"):
        next(HubText(str(folder), None, "train", "content").documents((0, 0)))


def test_a_dataset_that_is_not_there_is_one_line(tmp_path: Path, no_cache):
    with pytest.raises(InputError, match="cannot be loaded from the hub"):
        open_corpus(CorpusConfig(paths=[str(tmp_path / "none")], format="hub"), base=tmp_path)
