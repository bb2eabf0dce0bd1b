"""A shard that becomes shorter while a worker has it mapped costs the worker, not the run; it is named."""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

import pytest

from indexer.build import merge_index, plan_index, scan_shards
from indexer.corpus.blocks.file_reader import FileReader
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus


@pytest.mark.skipif(sys.platform != "linux", reason="workers must inherit the fault")
@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_shard_that_is_truncated_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_workers: int
) -> None:
    corpus = SmallCorpus(tmp_path)
    for number in range(3):
        corpus.write_shard(number, number, n=400, length=64)  # some pages
    plan_index(corpus.config(), tmp_path / "index")
    honest = FileReader.blocks

    def blocks(self, shard, start, stop):
        for block in honest(self, shard, start, stop):
            if shard.number == 1:
                faulthandler.disable()  # the worker's: no report of a death that is meant
                os.truncate(corpus.shard(1), 5000)
            yield block

    monkeypatch.setattr(FileReader, "blocks", blocks)
    with pytest.raises(StateError, match=r"s01\.bin: was changed .*: it holds 5,000 bytes, then 51,200"):
        list(scan_shards(tmp_path / "index", n_workers=n_workers))
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 2}
    with pytest.raises(StateError, match=r"partials are missing, of shards/s01\.bin"):
        merge_index(tmp_path / "index")
