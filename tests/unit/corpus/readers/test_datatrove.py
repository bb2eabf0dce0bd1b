"""How wide a datatrove id is, told by whichever file says it, and which ids its loss mask counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import ConfigError, InputError
from tests.support.rows_read_back import ROWS, check, rows_of

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("size", [2, 4])
@pytest.mark.parametrize("told_by", ["index", "metadata", "dtype", "nothing"])
def test_datatrove_token_size_and_loss(tmp_path: Path, size, told_by):
    ids = ROWS.reshape(-1)
    ids.astype(f"<u{size}").tofile(tmp_path / "x.ds")
    if told_by == "index":
        np.array([100, ids.size], "<u8").tofile(tmp_path / "x.ds.index")
    if told_by == "metadata":
        (tmp_path / "x.ds.metadata").write_text(f"tok|{size}\n{ids.size}\n0 T")
    config = dict(format="datatrove", paths=["x.ds"], sequence_length=17)
    if told_by == "nothing":
        with pytest.raises(ConfigError, match=r"set \[corpus\] dtype"):
            open_corpus(CorpusConfig(**config), base=tmp_path)
        return
    dtype = f"uint{8 * size}" if told_by == "dtype" else None
    check(tmp_path, ROWS, dtype=dtype, **config)
    keep = RNG.random(ids.size) < 0.5
    keep.astype("u1").tofile(tmp_path / "x.ds.loss")
    for block_ids in (1, 40, 1000):
        reader = open_corpus(CorpusConfig(dtype=dtype, **config), base=tmp_path, block_ids=block_ids)
        expected = [row[mask].tolist() for row, mask in zip(ROWS, keep.reshape(ROWS.shape), strict=True)]
        assert rows_of(reader, counted=True) == expected


@pytest.mark.parametrize(
    ("metadata", "index", "message"),
    [
        ("tok|2\n{n}\n0 T", None, None),
        ("tok|2\n{more}\n0 T", None, "expected .* 2 for each of the .* ids that x.ds.metadata counts"),
        ("tok|2\n{more}\n0 T", True, "that x.ds.metadata counts; it is truncated, or its metadata"),
        ("tok|2", None, False),
        (None, True, None),
    ],
)
def test_the_length_that_files_beside_it_say(tmp_path: Path, metadata, index, message):
    ids = ROWS.reshape(-1)
    ids.astype("<u2").tofile(tmp_path / "x.ds")
    if metadata is not None:
        (tmp_path / "x.ds.metadata").write_text(metadata.format(n=ids.size, more=ids.size + 17))
    if index:
        np.array([ids.size], "<u8").tofile(tmp_path / "x.ds.index")
    config = CorpusConfig(format="datatrove", paths=["x.ds"], sequence_length=17)
    if isinstance(message, str):
        with pytest.raises(InputError, match=message):
            open_corpus(config, base=tmp_path).shards()
        return
    reader = open_corpus(config, base=tmp_path)
    reader.shards()
    assert reader.facts.states_length is (message is None)
