"""LitData blocks run across the items of a chunk, not across chunks; what holds no tokens is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import InputError
from tests.support.rows_read_back import rows_of

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("packed", [False, True])
def test_litdata_blocks_run_across_items_but_not_chunks(tmp_path: Path, packed):
    items = [RNG.integers(0, 60_000, n).astype("<u2") for n in (5, 9, 30, 1, 22)]
    chunks = []
    for number, part in enumerate((items[:2], items[2:])):
        ids = np.concatenate(part)
        begin = 4 + 4 * (len(part) + 1)
        offsets = begin + np.concatenate([[0], np.cumsum([2 * len(i) for i in part])])
        data = np.uint32(len(part)).tobytes() + offsets.astype("<u4").tobytes() + ids.tobytes()
        name = f"chunk-0-{number}{'.zstd' if packed else ''}.bin"
        (tmp_path / name).write_bytes(zstandard.compress(data) if packed else data)
        chunks.append({"filename": name, "chunk_bytes": len(data), "chunk_size": len(part), "dim": len(ids)})
    config = {"data_format": ["no_header_numpy:5"], "compression": "zstd" if packed else None}
    (tmp_path / "index.json").write_text(json.dumps({"chunks": chunks, "config": config}))
    expected = [
        ids[i : i + 4]
        for ids in (np.concatenate(items[:2]), np.concatenate(items[2:]))
        for i in range(0, len(ids) - 3, 4)
    ]
    reader = open_corpus(CorpusConfig(format="litdata", paths=["."], sequence_length=4), base=tmp_path)
    assert rows_of(reader) == [row.tolist() for row in expected]
    assert [s.n_dropped_tokens for s in reader.shards()] == [2, 1]
    config["data_format"] = ["jpeg"]
    (tmp_path / "index.json").write_text(json.dumps({"chunks": chunks, "config": config}))
    with pytest.raises(InputError, match=r"data_format 'jpeg', which is no token corpus"):
        open_corpus(CorpusConfig(format="litdata", paths=["."], sequence_length=4), base=tmp_path)


@pytest.mark.parametrize(
    ("settings", "dim", "said"),
    [
        ({"data_format": ["no_header_tensor:16", "no_header_tensor:16"]}, None, "items of 2 fields"),
        ({"data_format": ["tensor", "int"]}, None, "items of 2 fields"),
        ({"data_format": ["no_header_tensor:16"]}, None, "says dim: null of chunk-0-0.bin"),
        (
            {"data_format": ["no_header_tensor:16"], "item_loader": "PyTreeLoader"},
            4,
            "written for PyTreeLoader",
        ),
    ],
)
def test_items_that_are_no_stream_are_refused_for_that(tmp_path: Path, settings, dim, said):
    chunk = {"filename": "chunk-0-0.bin", "chunk_bytes": 28, "chunk_size": 1, "dim": dim}
    (tmp_path / "chunk-0-0.bin").write_bytes(bytes(28))
    tables = {"chunks": [chunk], "config": {"compression": None, **settings}}
    (tmp_path / "index.json").write_text(json.dumps(tables))
    with pytest.raises(InputError, match=said) as error:
        open_corpus(CorpusConfig(format="litdata", paths=["."], sequence_length=2), base=tmp_path)
    assert "TokensLoader()" in str(error.value.fix)
