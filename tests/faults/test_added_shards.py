"""Shards that a corpus gained: only they are scanned where that is exact; where it is not, it is told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.build import build_index, plan_index, scan_shards
from indexer.errors import StateError
from indexer.plan import ranges
from indexer.plan.plan_file import read_plan
from indexer.scanning.task import ScanTask
from indexer.verification.verify import verify_index
from indexer.watch import Watch
from tests.support.deaths import deaths
from tests.support.grown_indexes import assert_same, tables, with_added, write_ids
from tests.support.small_corpus import SmallCorpus


def scanned(config, root: Path) -> tuple[list[int], list[str]]:
    """Build an index; return the ranges that were read of the corpus, and what was told."""
    told: list[str] = []
    plan = plan_index(config, root, Watch(told.append, lambda _: None))
    log = root / "scanned"
    honest = ScanTask._scan

    def scan(self, scan_range, *more):
        with log.open("a") as file:
            file.write(f"{scan_range.number}\n")
        return honest(self, scan_range, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScanTask, "_scan", scan)
        build_index(config, root, n_workers=1)
    numbers = sorted(map(int, log.read_text().split())) if log.exists() else []
    log.unlink(missing_ok=True)
    assert len(plan.ranges) >= len(numbers)
    return numbers, told


def grow(corpus: SmallCorpus, n_more: int = 2, **shape: int) -> None:
    for number in range(corpus.n_shards, corpus.n_shards + n_more):
        corpus.write_shard(number, number, **shape)
    corpus.n_shards += n_more


@pytest.mark.parametrize(
    ("order", "again"),
    [
        ({"kind": "sequential", "batch_size": 4, "checkpoints": [3, 10, 20]}, []),
        ({"kind": "sequential", "batch_size": 5}, [2]),  # sequences that filled no batch fill one now
        ({"kind": "sequential", "batch_size": [[0, 3], [5, 9]], "checkpoints": 2}, [2]),
        ({"kind": "sequential", "batch_size": 4, "stop_step": 9}, []),
        ({"kind": "unknown"}, []),
    ],
)
def test_added_shards_alone_are_scanned(tmp_path: Path, order: dict[str, Any], again: list[int]) -> None:
    corpus = SmallCorpus(tmp_path, order=order)
    root = tmp_path / "index"
    assert scanned(corpus.config(), root)[0] == [0, 1, 2]
    grow(corpus)
    numbers, told = scanned(corpus.config(), root)
    assert numbers == [*again, 3, 4]
    assert f"The corpus gained 2 shards (shards/s03.bin, shards/s04.bin): {3 - len(again)} of 3" in told[0]
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")


def test_shards_and_phrases_and_single_steps(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    config = replace(corpus.config(), index=replace(corpus.config().index, grain="step"))
    root = tmp_path / "index"
    write_ids(tmp_path / "more.jsonl", 7)
    plan_index(config, root)
    list(scan_shards(root, n_workers=1, ranges=[0, 2]))  # range 1 is left
    plan_index(with_added(config, "more.jsonl"), root)
    list(scan_shards(root, n_workers=1, ranges=[2]))
    grow(corpus)
    assert scanned(config, root)[0] == [0, 1, 3, 4]
    build_index(with_added(config, "more.jsonl"), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")
    assert verify_index(root).exit_code == 0
    grow(corpus, 1, n=7)
    build_index(config, root, n_workers=1)
    build_index(with_added(config, "more.jsonl"), tmp_path / "once more", n_workers=1)
    assert_same(root, tmp_path / "once more")


def test_joined_shards_stay_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "N_RANGES", 3)
    corpus = SmallCorpus(tmp_path, n_shards=7)
    root = tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    before = read_plan(root / "plan.json").ranges
    assert max(len(one.slices) for one in before) > 1
    grow(corpus, 5)
    numbers, _ = scanned(corpus.config(), root)
    grown = read_plan(root / "plan.json")
    assert grown.ranges[: len(before)] == before and numbers == list(range(len(before), len(grown.ranges)))
    afresh = build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert afresh.ranges != grown.ranges and afresh.fingerprint == grown.fingerprint
    assert tables(root) == tables(tmp_path / "afresh")
    assert scanned(corpus.config(), root)[0] == []


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"kind": "sequential", "batch_size": 4, "epochs": 2}, r"the order \(sequential\) gives"),
        ({"kind": "indices", "path": "order.npy", "batch_size": 4}, "a file that all shards are read with"),
        ({"kind": "sequential", "batch_size": 1}, "the grid of checkpoints is another one"),
    ],
)
def test_where_nothing_can_be_kept_that_is_told(tmp_path: Path, order: dict[str, Any], told: str) -> None:
    corpus = SmallCorpus(tmp_path, order=order)
    root = tmp_path / "index"
    shape = {"n": 70} if "1" in f"{order['batch_size']}" else {}
    for number in range(3):
        corpus.write_shard(number, number, **shape)
    n = shape.get("n", 24)
    if order["kind"] == "indices":
        np.save(tmp_path / "order.npy", np.random.default_rng(1).permutation(3 * n).astype(np.uint32))
    build_index(corpus.config(), root, n_workers=1)
    before = tables(root)
    grow(corpus, 2, **shape)
    if order["kind"] == "indices":
        np.save(tmp_path / "order.npy", np.random.default_rng(1).permutation(5 * n).astype(np.uint32))
    with pytest.raises(StateError, match=f"gained 2 shards .*nothing that was scanned can be kept: {told}"):
        build_index(corpus.config(), root, n_workers=1)
    assert tables(root) == before


def test_a_shard_before_others(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    for ending in (".bin", ".idx"):
        shutil.copyfile(corpus.shard(1, ending), tmp_path / f"shards/a00{ending}")
    corpus.write_shard(1, 77)
    with pytest.raises(StateError, match=r"differs in shards.*a00\.bin comes before others"):
        build_index(corpus.config(), tmp_path / "index", n_workers=1)


def test_a_shard_that_was_changed_too(tmp_path: Path) -> None:
    """The ranges of a shard of another time are scanned again; one of another size is another corpus."""
    corpus = SmallCorpus(tmp_path)
    root = tmp_path / "index"
    build_index(corpus.config(), root, n_workers=1)
    grow(corpus)
    corpus.write_shard(1, 50)
    assert scanned(corpus.config(), root)[0] == [1, 3, 4]
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")
    grow(corpus, 1)
    corpus.write_shard(1, 51, n=23)
    with pytest.raises(StateError, match=r"differs in shards.*s01\.idx"):
        build_index(corpus.config(), root, n_workers=1)


def test_a_death_after_each_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=2, order={"kind": "sequential", "batch_size": 5})
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    grow(corpus, 1)
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)

    def index(root: Path) -> None:
        build_index(corpus.config(), root)

    for _, root in deaths(tmp_path / "index", index, monkeypatch):
        index(root)
        assert_same(root, tmp_path / "afresh")
