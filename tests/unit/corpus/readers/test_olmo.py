"""OLMo-core cuts each file into its longest blocks first, and these into rows; its orders are of one run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.config import CorpusConfig, OrderConfig
from indexer.corpus import open_corpus, open_order
from indexer.errors import ConfigError, InputError
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


@pytest.mark.parametrize(
    ("epochs", "path", "message"),
    [
        ([(1, 7), (2, 7)], "work", None),
        ([(2, 7)], "work", "holds orders of the epochs 2; expected one for each epoch from 1 on"),
        ([(1, 7), (3, 7)], "work", "holds orders of the epochs 1, 3"),
        ([(1, 7), (2, 8)], "work", "names orders of the seeds 7 and 8"),
        ([(1, 7), (2, 7)], [2, 1], "names orders of the epochs 2, 1; expected ascending"),
        ([(2, 7)], [2], None),
    ],
)
def test_orders_of_olmo_core_are_all_the_epochs_of_one_run(tmp_path: Path, epochs, path, message):
    np.arange(64, dtype="<u2").tofile(tmp_path / "a.npy")
    (tmp_path / "work").mkdir()
    names = {}
    for epoch, seed in epochs:
        names[epoch] = f"work/global_indices_dataset_size8_epoch{epoch}_seed{seed}_v1.npy"
        np.random.default_rng(epoch).permutation(8).astype("<u4").tofile(tmp_path / names[epoch])
    corpus = CorpusConfig(format="olmo-core", paths=["a.npy"], dtype="uint16", sequence_length=8)
    reader = open_corpus(corpus, base=tmp_path)
    where = path if isinstance(path, str) else [names[epoch] for epoch in path]
    order = OrderConfig(kind="olmo-core", path=where, batch_size=2)
    if message is None:
        assert open_order(order, reader, base=tmp_path).stop_step == 4 * len(epochs)
        return
    with pytest.raises((ConfigError, InputError), match=message):
        open_order(order, reader, base=tmp_path)
