"""A file beside the shards that is changed after planning is named before anything of it is committed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index, plan_index, scan_shards
from indexer.corpus.text.writers import write_megatron
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus, exposures, sequences


def scan(root: Path) -> None:
    for _ in scan_shards(root, n_workers=1):
        pass


def other_borders(corpus: SmallCorpus, number: int) -> None:
    """Write the index of a shard anew: the ids are the same, the sequences begin elsewhere."""
    data = corpus.shard(number).read_bytes()
    before = corpus.shard(number, ".idx").stat()
    ids = sequences(number).reshape(-1)
    lengths = np.array([24, 40] * (len(sequences(number)) // 2))
    write_megatron(corpus.base / f"shards/s{number:02}", np.split(ids, np.cumsum(lengths)[:-1]), "<u2")
    assert corpus.shard(number).read_bytes() == data
    assert corpus.shard(number, ".idx").stat().st_size == before.st_size
    os.utime(corpus.shard(number, ".idx"), ns=(before.st_mtime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("number", [0, 1])
def test_an_index_that_was_rewritten_is_refused_by_content(tmp_path: Path, number: int) -> None:
    corpus = SmallCorpus(tmp_path)
    data = corpus.shard(number).stat()
    plan_index(corpus.config(), tmp_path / "index")
    other_borders(corpus, number)
    os.utime(corpus.shard(number), ns=(data.st_mtime_ns, data.st_mtime_ns))
    with pytest.raises(StateError, match=rf"s0{number}\.idx: was changed .* content"):
        scan(tmp_path / "index")
    shards = {1: {0, 2}, 0: set()}  # the first index tells the format of all
    assert IndexDir(tmp_path / "index").committed_ranges() == shards[number]


def test_index_again_scans_what_belongs_to_a_changed_side_file(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    data = corpus.shard(1).stat()
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    before = exposures(tmp_path / "index")
    other_borders(corpus, 1)
    os.utime(corpus.shard(1), ns=(data.st_mtime_ns, data.st_mtime_ns))
    scanned: list[int] = []
    build_index(
        corpus.config(),
        tmp_path / "index",
        n_workers=1,
        on_range=lambda _, done: scanned.append(done.range_number),
    )
    assert scanned == [1]
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert exposures(tmp_path / "index") == exposures(tmp_path / "afresh") != before


def test_a_side_file_that_was_only_touched_is_the_same(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    plan_index(corpus.config(), tmp_path / "index")
    os.utime(corpus.shard(1, ".idx"), ns=(1, 1))
    scan(tmp_path / "index")
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 1, 2}
