"""The hashes that an MDS index records are checked; names that are not known here are reported."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import xxhash

from indexer.config.corpus import CorpusConfig
from indexer.config.load import config_from_tables
from indexer.corpus import open_corpus
from indexer.corpus.preflight.findings import find_out
from indexer.corpus.preflight.opening import open_training
from indexer.errors import InputError

ROWS = np.arange(96, dtype="<i4").reshape(12, 8)
DIGESTS = {
    "sha1": lambda data: hashlib.sha1(data).hexdigest(),
    "md5": lambda data: hashlib.md5(data).hexdigest(),
    "sha3_256": lambda data: hashlib.sha3_256(data).hexdigest(),
    "xxh64": lambda data: xxhash.xxh64(data).hexdigest(),
    "xxh3_128": lambda data: xxhash.xxh3_128(data).hexdigest(),
}


def write_shards(folder: Path, names, *, packed: bool) -> list[Path]:
    """Write two shards whose index records these hashes; an unknown one gets a digest of its own."""
    shards, paths = [], []
    for number, rows in enumerate((ROWS[:5], ROWS[5:])):
        begin = 4 + 4 * (len(rows) + 1)
        offsets = (begin + np.arange(len(rows) + 1) * 32).astype("<u4")
        raw = np.uint32(len(rows)).tobytes() + offsets.tobytes() + rows.tobytes()
        stored = gzip.compress(raw) if packed else raw
        path = folder / f"shard.{number:05}.mds{'.gz' if packed else ''}"
        path.write_bytes(stored)
        paths.append(path)
        of = {name: DIGESTS[name](stored) if name in DIGESTS else "0a" for name in names}
        zipped = {"basename": path.name, "bytes": len(stored), "hashes": of} if packed else None
        described = {"basename": f"shard.{number:05}.mds", "bytes": len(raw), "hashes": {} if packed else of}
        shards.append(
            {
                "format": "mds",
                "column_names": ["tokens"],
                "column_encodings": ["ndarray:int32:8"],
                "column_sizes": [32],
                "compression": "gz" if packed else None,
                "samples": len(rows),
                "raw_data": described,
                "zip_data": zipped,
            }
        )
    (folder / "index.json").write_text(json.dumps({"version": 2, "shards": shards}))
    return paths


def rows_of(reader, shard) -> list[list[int]]:
    stop = shard.first_sequence + shard.n_sequences
    blocks = reader.blocks(shard, shard.first_sequence, stop)
    return [b.ids[x:y].tolist() for b in blocks for x, y in zip(b.starts, b.stops, strict=True)]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", DIGESTS)
def test_a_shard_that_is_not_what_its_index_recorded_is_refused(tmp_path: Path, name, packed):
    paths = write_shards(tmp_path, [name], packed=packed)
    reader = open_corpus(CorpusConfig(paths=["."]), base=tmp_path)
    first, second = reader.shards()
    assert rows_of(reader, first) == ROWS[:5].tolist() and rows_of(reader, second) == ROWS[5:].tolist()
    assert reader.facts.details["hashes"] == [name] and not reader.facts.details["unknown_hashes"]
    data = bytearray(paths[1].read_bytes())
    # a bit of an id, or of gzip's modification time: nothing but the hash can show it
    data[5 if packed else -3] ^= 1
    paths[1].write_bytes(data)
    reader = open_corpus(CorpusConfig(paths=["."]), base=tmp_path)
    assert rows_of(reader, reader.shards()[0]) == ROWS[:5].tolist()
    with pytest.raises(
        InputError, match=rf"shard\.00001\.mds.*: has the {name} .*as index\.json says; it is dam"
    ):
        rows_of(reader, reader.shards()[1])


def test_without_hashes_or_with_unknown_ones_a_changed_id_passes(tmp_path: Path):
    for names in ([], ["fnv"]):
        paths = write_shards(tmp_path, names, packed=False)
        data = bytearray(paths[1].read_bytes())
        data[-3] ^= 1
        paths[1].write_bytes(data)
        reader = open_corpus(CorpusConfig(paths=["."]), base=tmp_path)
        assert rows_of(reader, reader.shards()[1])[-1][-1] != ROWS[-1, -1]


@pytest.mark.parametrize("names", [["fnv", "sha1"], ["sha1"], []])
def test_check_names_the_hashes_that_are_not_verified(tmp_path: Path, names):
    write_shards(tmp_path, names, packed=False)
    tables = {
        "phrases": {"source": "none"},
        "corpus": {"paths": ["."]},
        "order": {"kind": "sequential", "batch_size": 4},
    }
    found = find_out(open_training(config_from_tables(tables, origin="test", base=tmp_path)))
    told = [line for line in found.unverified if "hashes" in line]
    expected = "the hashes that index.json records as fnv: no such hash is known here"
    assert told == ([expected] if "fnv" in names else [])


def test_hashes_of_another_kind_are_no_index(tmp_path: Path):
    write_shards(tmp_path, ["sha1"], packed=False)
    index = tmp_path / "index.json"
    tables = json.loads(index.read_text())
    tables["shards"][1]["raw_data"]["hashes"] = {"sha1": 7}
    index.write_text(json.dumps(tables))
    with pytest.raises(InputError, match="is no MDS index"):
        open_corpus(CorpusConfig(paths=["."]), base=tmp_path)
