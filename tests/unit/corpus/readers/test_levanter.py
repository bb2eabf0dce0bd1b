"""A Levanter cache is read as tensorstore wrote it, whatever its codec; an unfinished one is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import ConfigError, InputError
from tests.support.fixture_cases import FIXTURES
from tests.support.rows_read_back import rows_of

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("codec", ["lz4", "zstd", "zlib", None])
@pytest.mark.parametrize("shuffle", ["noshuffle", "shuffle", "bitshuffle"])
@pytest.mark.parametrize("sharded", [True, False])
@pytest.mark.parametrize("n_rows", [1, 40])
def test_a_cache_is_read_as_tensorstore_wrote_it(tmp_path: Path, codec, shuffle, sharded, n_rows):
    ts = pytest.importorskip("tensorstore")
    lengths = RNG.integers(0, 400, n_rows)
    ids = RNG.integers(0, 90_000 if codec != "lz4" else 30, int(lengths.sum())).astype("<i4")
    ends = np.concatenate([[n_rows], np.cumsum(lengths)]).astype("<i8")
    for name, values, dtype in (("data", ids, "int32"), ("offsets", ends, "int64")):
        inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
        if codec:
            size = np.dtype(dtype).itemsize
            settings = {"cname": codec, "clevel": 5, "shuffle": shuffle, "typesize": size, "blocksize": 0}
            inner.append({"name": "blosc", "configuration": settings})
        codecs = inner
        if sharded:
            index_codecs = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
            settings = {"chunk_shape": [256], "codecs": inner, "index_codecs": index_codecs}
            codecs = [{"name": "sharding_indexed", "configuration": settings}]
        store = ts.open(
            {
                "driver": "zarr3",
                "kvstore": {"driver": "file", "path": str(tmp_path / "cache" / "input_ids" / name)},
                "metadata": {
                    "shape": [1 << 40],
                    "data_type": dtype,
                    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2048]}},
                    "codecs": codecs,
                },
            },
            create=True,
        ).result()
        store[: len(values)].write(values).result()
    ledger = {"is_finished": True, "total_num_rows": n_rows, "field_counts": {"input_ids": int(ends[-1])}}
    (tmp_path / "cache" / "shard_ledger.json").write_text(json.dumps(ledger))
    for block_ids in (1, 700, 1 << 20):
        config = CorpusConfig(format="levanter", paths=["cache"], sequence_length=32)
        reader = open_corpus(config, base=tmp_path, block_ids=block_ids)
        n = len(ids) // 32
        assert rows_of(reader) == ids[: n * 32].reshape(n, 32).tolist()


def test_an_unfinished_cache_is_refused(tmp_path: Path):
    (tmp_path / "shard_ledger.json").write_text('{"is_finished": false}')
    with pytest.raises(InputError, match="never finished"):
        open_corpus(CorpusConfig(format="levanter", paths=["."], sequence_length=8), base=tmp_path)


def test_a_mask_beside_the_ids_is_refused(tmp_path: Path):
    cache = shutil.copytree(FIXTURES / "levanter_cache/cache", tmp_path / "cache")
    (cache / "loss_mask").mkdir()
    config = dict(format="levanter", paths=["cache"], sequence_length=128)
    with pytest.raises(
        ConfigError, match="has 'loss_mask' beside its ids, and masks are not read of Levanter"
    ):
        open_corpus(CorpusConfig(**config), base=tmp_path)
    assert open_corpus(CorpusConfig(**config, mask_column="none"), base=tmp_path).shards()
