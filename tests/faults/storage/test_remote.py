"""Shards on an object store: the same blocks, whatever the store does, or a refusal."""

from __future__ import annotations

import json
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from fsspec.implementations.memory import MemoryFileSystem

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.text.writers import write_megatron
from indexer.errors import InputError, ResourceError
from indexer.storage import requests

ROWS = np.random.default_rng(5).integers(0, 60_000, (40, 16)).astype("<u2")


def rows_of(config: CorpusConfig) -> list:
    reader = open_corpus(config, base=Path(), block_ids=100)
    return [
        block.ids[a:b].tolist()
        for shard in reader.shards()
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences)
        for a, b in zip(block.starts, block.stops, strict=True)
    ]


@pytest.fixture
def store(tmp_path: Path):
    write_megatron(tmp_path / "mega", ROWS, "u2")
    np.save(tmp_path / "plain.npy", ROWS)
    np.save(tmp_path / "fortran.npy", np.asfortranarray(ROWS))
    (tmp_path / "raw.bin.zst").write_bytes(zstandard.compress(ROWS.tobytes()))
    pq.write_table(pa.table({"input_ids": ROWS.tolist()}), tmp_path / "rows.parquet")
    table = pa.table({"input_ids": ROWS.tolist()})
    with pa.ipc.new_file(tmp_path / "rows.arrow", table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    lines = [json.dumps({"token_ids": row.tolist()}) for row in ROWS]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    (tmp_path / "x.ds").write_bytes(ROWS.tobytes())
    (tmp_path / "x.ds.index").write_bytes(np.array([ROWS.size], "<u8").tobytes())
    data = ROWS.tobytes()
    for part in range(3):
        (tmp_path / f"document-{part:05}-of-00002.bin").write_bytes(
            data[part * 501 : (part + 1) * 501 if part < 2 else None]
        )
    filesystem = MemoryFileSystem()
    filesystem.store.clear()
    filesystem.pseudo_dirs.clear()
    filesystem.put(f"{tmp_path}/", "/corpus/", recursive=True)
    yield filesystem
    filesystem.store.clear()


CONFIGS = {
    "megatron": dict(paths=["memory://corpus/mega"], format="megatron"),
    "npy": dict(paths=["memory://corpus/plain.npy"], format="npy"),
    "npy in Fortran order": dict(paths=["memory://corpus/fortran.npy"], format="npy"),
    "zstd": dict(paths=["memory://corpus/*.zst"], format="headerless", dtype="u2", sequence_length=16),
    "parquet": dict(paths=["memory://corpus/rows.parquet"], format="parquet"),
    "arrow": dict(paths=["memory://corpus/rows.arrow"], format="arrow"),
    "jsonl": dict(paths=["memory://corpus/rows.jsonl"], format="jsonl"),
    "datatrove": dict(paths=["memory://corpus/x.ds"], format="datatrove", sequence_length=16),
    "pythia": dict(paths=["memory://corpus/document-*"], format="pythia", sequence_length=16),
    "auto": dict(paths=["memory://corpus/mega.bin"]),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_remote_shards_give_the_rows_of_local_ones(store, name):
    assert rows_of(CorpusConfig(**CONFIGS[name])) == ROWS.tolist()


@pytest.mark.parametrize("trouble", ["short", "error", "slow start"])
@pytest.mark.parametrize("name", ["megatron", "npy", "zstd", "jsonl", "datatrove", "parquet", "arrow"])
def test_a_store_that_fails_now_and_then_is_asked_again(store, monkeypatch, trouble, name):
    honest = MemoryFileSystem.cat_file
    calls = {"n": 0}

    def flaky(self, path, start=None, end=None, **options):
        calls["n"] += 1
        data = honest(self, path, start=start, end=end, **options)
        if calls["n"] % 3 != 1:
            return data
        if trouble == "short":
            return data[: len(data) // 2]
        raise OSError("503 Slow Down") if trouble == "error" else TimeoutError("timed out")

    monkeypatch.setattr(MemoryFileSystem, "cat_file", flaky)
    monkeypatch.setattr(requests.time, "sleep", lambda seconds: None)
    assert rows_of(CorpusConfig(**CONFIGS[name])) == ROWS.tolist()
    assert calls["n"] > 1


def test_a_store_that_stays_down_is_given_up(store, monkeypatch):
    waited = []

    def down(self, path, start=None, end=None, **options):
        raise OSError("503 Slow Down")

    monkeypatch.setattr(MemoryFileSystem, "cat_file", down)
    monkeypatch.setattr(requests.time, "sleep", waited.append)
    with pytest.raises(
        ResourceError, match=r"could not be read in 6 attempts over 0 s \(OSError: 503 Slow Down\)"
    ):
        rows_of(CorpusConfig(**CONFIGS["npy"]))
    assert len(waited) == 5


def test_an_object_that_shrinks_is_refused(store):
    reader = open_corpus(CorpusConfig(**CONFIGS["npy"]), base=Path())
    shard = reader.shards()[0]
    with fsspec.open("memory://corpus/plain.npy", "wb") as handle:
        handle.write(b"short")
    requests.time.sleep, kept = (lambda seconds: None), requests.time.sleep
    try:
        with pytest.raises((ResourceError, InputError)):
            list(reader.blocks(shard, 0, shard.n_sequences))
    finally:
        requests.time.sleep = kept


def test_credentials_of_a_url_are_not_shown(store):
    with pytest.raises(InputError) as refused:
        open_corpus(CorpusConfig(paths=["memory://user:secret@corpus/none.npy"], format="npy"), base=Path())
    assert "secret" not in str(refused.value)
