"""OLMo-core cuts each file into its longest blocks first, and these into rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from tests.support.rows_read_back import rows_of


def test_olmo_core_cuts_blocks_before_rows(tmp_path: Path):
    for name, n in (("a", 50), ("b", 23), ("c", 24)):
        np.arange(n, dtype="<u4").tofile(tmp_path / f"{name}.npy")
    config = CorpusConfig(
        format="olmo-core",
        paths=["a.npy", "b.npy", "c.npy"],
        dtype="uint32",
        sequence_length=4,
        max_target_sequence_length=12,
    )
    reader = open_corpus(config, base=tmp_path)
    assert [(s.n_sequences, s.n_dropped_tokens) for s in reader.shards()] == [(12, 2), (3, 11), (6, 0)]
    expected = [*range(0, 48, 4), *range(0, 12, 4), *range(0, 24, 4)]
    assert rows_of(reader) == [list(range(i, i + 4)) for i in expected]
