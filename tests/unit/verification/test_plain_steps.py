"""Steps by a plain walk equal those of the orders that a scan asks, whatever the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.corpus import open_corpus, open_order
from indexer.planning import make_plan
from indexer.verification.plain_steps import PlainSteps
from tests.support.small_corpus import SmallCorpus

RAMP = [[0, 2], [3, 5], [7, 1]]
ORDERS: list[dict[str, Any]] = [
    {"kind": "sequential", "batch_size": 5},
    {"kind": "sequential", "batch_size": 5, "drop_last": False},
    {"kind": "sequential", "batch_size": 5, "epochs": 3},
    {"kind": "sequential", "batch_size": RAMP, "epochs": 2, "drop_last": False},
    {"kind": "sequential", "batch_size": 7, "epochs": 3, "start_step": 4, "stop_step": 12},
    {"kind": "indices", "batch_size": 5, "path": "order.npy"},
    {"kind": "indices", "batch_size": RAMP, "path": "order.npy", "epochs": 2, "drop_last": False},
    {"kind": "indices", "batch_size": 5, "path": ["order.npy", "second.npy"], "epochs": 2},
    {"kind": "indices", "batch_size": 6, "path": "headerless.bin", "dtype": "int32", "start_step": 2},
    {"kind": "indices", "path": "batches.npy"},
    {"kind": "unknown"},
]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_steps_of_every_sequence(tmp_path: Path, order: dict[str, Any]) -> None:
    corpus = SmallCorpus(tmp_path, order={**order, "checkpoints": 1})
    if order["kind"] == "unknown":
        corpus.order = order
    corpus.write_order(seed=1)
    corpus.write_order(seed=2, name="second.npy")
    entries = np.load(tmp_path / "second.npy").astype(np.int32)
    entries.tofile(tmp_path / "headerless.bin")
    np.save(tmp_path / "batches.npy", entries.reshape(18, 4))
    config = corpus.config()
    plan, _ = make_plan(config)
    reader = open_corpus(config.corpus, base=config.base)
    steps = PlainSteps(plan, lambda: reader)
    asked = open_order(config.order, reader, base=config.base)
    n_found = 0
    for sequence in range(72):
        expected = [int(step) for step in asked.visits(sequence, sequence + 1).steps]
        expected_or_none = [None if step < 0 else step for step in expected]
        assert steps.of(sequence) == expected_or_none, sequence
        n_found += len(expected)
    assert n_found > 0
