"""MDS shards of every encoding and compression are read; what is cut, grown or lacks a dtype is refused."""

from __future__ import annotations

import bz2
import gzip
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import ConfigError, InputError, ResourceError
from tests.support.rows_read_back import ROWS, check, rows_of


def snappy_of(data):
    import snappy

    return snappy.compress(data)


def brotli_of(data):
    import brotli

    return brotli.compress(data)


ALGORITHMS = {
    None: ("", lambda data: data),
    "zstd:7": (".zstd", lambda data: zstandard.ZstdCompressor(level=7).compress(data)),
    "gz": (".gz", gzip.compress),
    "bz2:9": (".bz2", bz2.compress),
    "br": (".br", brotli_of),
    "snappy": (".snappy", snappy_of),
}


def write_mds(folder: Path, rows, encoding: str, algorithm, *, source: bool = False):
    suffix, pack = ALGORITHMS[algorithm]
    folder.mkdir(exist_ok=True)
    columns = [("source", "str", None), ("tokens", encoding, None), ("weight", "float32", 4)]
    columns = columns if source else columns[1:2]
    shards = []
    for number, part in enumerate((rows[:13], rows[13:])):
        samples = []
        for row in part:
            dims = [len(row)]
            if encoding == "bytes":
                value = row.astype("<i8").tobytes()
            elif encoding.count(":") == 2:
                value = row.astype(encoding.split(":")[1]).tobytes()
            else:
                head = b"" if ":" in encoding else bytes([33])
                value = (
                    head
                    + bytes([len(dims) << 2 | 0])
                    + np.array(dims, "u1").tobytes()
                    + row.astype("<i4").tobytes()
                )
            values = {"source": b"web" * (len(samples) % 3), "tokens": value, "weight": b"\0\0\0\0"}
            sizes = [len(values[name]) for name, _, size in columns if size is None]
            samples.append(
                np.array(sizes, "<u4").tobytes() + b"".join(values[name] for name, _, _ in columns)
            )
        config = json.dumps({"columns": 1}).encode()
        begin = 4 + 4 * (len(samples) + 1) + len(config)
        offsets = begin + np.concatenate([[0], np.cumsum([len(s) for s in samples])])
        raw = np.uint32(len(samples)).tobytes() + offsets.astype("<u4").tobytes() + config + b"".join(samples)
        name = f"shard.{number:05}.mds"
        packed = pack(raw)
        (folder / f"{name}{suffix}").write_bytes(packed)
        shards.append(
            {
                "format": "mds",
                "version": 2,
                "column_names": [name for name, _, _ in columns],
                "column_encodings": [kind for _, kind, _ in columns],
                "column_sizes": [size for _, _, size in columns],
                "compression": algorithm,
                "samples": len(samples),
                "raw_data": {"basename": name, "bytes": len(raw), "hashes": {}},
                "zip_data": {"basename": name + suffix, "bytes": len(packed), "hashes": {}}
                if algorithm
                else None,
            }
        )
    (folder / "index.json").write_text(json.dumps({"version": 2, "shards": shards}))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("encoding", ["ndarray:int32", "ndarray", "ndarray:uint16:17", "bytes"])
@pytest.mark.parametrize("source", [False, True])
def test_mds(tmp_path: Path, algorithm, encoding, source):
    write_mds(tmp_path / "mds", ROWS, encoding, algorithm, source=source)
    dtype = "int64" if encoding == "bytes" else None
    reader = check(tmp_path, ROWS, format="mds", paths=["mds"], dtype=dtype)
    assert reader.shards()[0].seekable == (algorithm is None)
    assert sum(s.n_tokens for s in reader.shards()) == ROWS.size
    cut = open_corpus(
        CorpusConfig(format="mds", paths=["mds/index.json"], dtype=dtype, sequence_length=5), base=tmp_path
    )
    assert rows_of(cut) == ROWS[:, :5].tolist()
    ((_, n_cut),) = cut.facts.details["documents"].items()
    assert n_cut == ROWS[:, 5:].size


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_mds_shard_that_is_cut_or_grown_is_refused(tmp_path: Path, algorithm):
    write_mds(tmp_path / "mds", ROWS, "ndarray:int32", algorithm)
    path = next((tmp_path / "mds").glob("shard.00001*"))
    data = path.read_bytes()
    for changed in (data[:-1], data + b"x"):
        path.write_bytes(changed)
        with pytest.raises(InputError, match="as index\\.json says"):
            open_corpus(CorpusConfig(format="mds", paths=["mds"]), base=tmp_path)
    if algorithm:
        path.write_bytes(
            bytes([data[0] ^ 0xFF]) + data[1 : len(data) // 2] + bytes(len(data) - len(data) // 2)
        )
        with pytest.raises(InputError) as refused:
            rows_of(open_corpus(CorpusConfig(format="mds", paths=["mds"]), base=tmp_path))
        assert not refused.value.line().endswith(":")


def test_mds_bytes_need_a_dtype(tmp_path: Path):
    write_mds(tmp_path / "mds", ROWS, "bytes", None)
    with pytest.raises(ConfigError, match=r"set \[corpus\] dtype; LLM Foundry before June 2024 wrote int64"):
        open_corpus(CorpusConfig(format="mds", paths=["mds"]), base=tmp_path)


@pytest.mark.parametrize("brotli", [None, SimpleNamespace(Decompressor=SimpleNamespace())])
def test_brotli_that_is_missing_or_too_old_is_named(tmp_path: Path, monkeypatch, brotli):
    write_mds(tmp_path / "mds", ROWS, "ndarray:int32", "br")
    monkeypatch.setitem(sys.modules, "brotli", brotli)
    with pytest.raises(ResourceError, match=r"\.br: needs the package brotli.*exposure-indexer\[mds\]"):
        check(tmp_path, ROWS, format="mds", paths=["mds"])
