"""An order file that is rewritten after planning is named before anything is committed, by `index` too."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.build import build_index, plan_index, scan_shards
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus

N = 3 * 24


def write_npy(path: Path, numbers: np.ndarray) -> None:
    np.save(path, numbers.astype(np.uint32))


def write_raw(path: Path, numbers: np.ndarray) -> None:
    numbers.astype("<u4").tofile(path)


def write_table(path: Path, numbers: np.ndarray) -> None:
    steps = np.arange(len(numbers)) // 4
    pq.write_table(pa.table({"sequence": numbers, "step": steps}), path, compression="none")


KINDS = {
    "npy": ({"kind": "indices", "path": "order.npy", "batch_size": 4}, write_npy),
    "headerless": ({"kind": "indices", "path": "order.bin", "batch_size": 4}, write_raw),
    "table": ({"kind": "table", "path": "order.parquet"}, write_table),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_that_was_rewritten(tmp_path: Path, kind: str) -> None:
    keys, write = KINDS[kind]
    corpus = SmallCorpus(tmp_path, order=keys)
    order = tmp_path / str(keys["path"])
    write(order, np.arange(N))
    plan_index(corpus.config(), tmp_path / "index")
    before = order.stat()
    write(order, np.arange(N)[::-1].copy())
    os.utime(order, ns=(before.st_mtime_ns, before.st_mtime_ns))
    with pytest.raises(StateError, match=rf"{order.name}: was changed after it was planned: its content"):
        list(scan_shards(tmp_path / "index", n_workers=1))
    assert IndexDir(tmp_path / "index").committed_ranges() == set()
    with pytest.raises(StateError, match="holds another plan; it differs in training order"):
        build_index(corpus.config(), tmp_path / "index", n_workers=1)


def test_an_order_that_is_gone(tmp_path: Path) -> None:
    keys, write = KINDS["npy"]
    corpus = SmallCorpus(tmp_path, order=keys)
    write(tmp_path / "order.npy", np.arange(N))
    plan_index(corpus.config(), tmp_path / "index")
    (tmp_path / "order.npy").unlink()
    with pytest.raises(StateError, match=r"order\.npy: is gone since it was planned"):
        list(scan_shards(tmp_path / "index", n_workers=1))
