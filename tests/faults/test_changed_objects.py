"""An object of a store that is replaced after planning, or while it is read, is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from indexer.build import build_index, plan_index, scan_shards
from indexer.corpus.blocks.file_reader import FileReader
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus, exposures


@pytest.fixture
def stored(tmp_path: Path):
    corpus = SmallCorpus(tmp_path, corpus={"paths": ["memory://corpus/shards/*.bin"]})
    filesystem = MemoryFileSystem()
    filesystem.store.clear()
    filesystem.pseudo_dirs.clear()
    filesystem.put(f"{tmp_path}/shards/", "/corpus/shards/", recursive=True)
    yield corpus, filesystem
    filesystem.store.clear()


def test_the_same_objects_give_the_rows_of_files(stored, tmp_path: Path) -> None:
    corpus, _ = stored
    build_index(corpus.config(), tmp_path / "remote", n_workers=1)
    corpus.corpus = {}
    build_index(corpus.config(), tmp_path / "local", n_workers=1)
    assert exposures(tmp_path / "remote") == exposures(tmp_path / "local")


@pytest.mark.parametrize("ending", [".bin", ".idx"])
def test_an_object_that_was_replaced(stored, tmp_path: Path, ending: str) -> None:
    corpus, filesystem = stored
    plan_index(corpus.config(), tmp_path / "index")
    filesystem.pipe_file(f"/corpus/shards/s01{ending}", corpus.shard(1, ending).read_bytes())
    with pytest.raises(StateError, match=rf"s01{ending}: was changed after it was planned: its version"):
        list(scan_shards(tmp_path / "index", n_workers=1))
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 2}
    scanned = []
    build_index(
        corpus.config(),
        tmp_path / "index",
        n_workers=1,
        on_range=lambda _, done: scanned.append(done.range_number),
    )
    assert scanned == [1]


def test_an_object_that_is_replaced_while_it_is_read(
    stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, filesystem = stored
    plan_index(corpus.config(), tmp_path / "index")
    honest = FileReader.blocks

    def blocks(self, shard, start, stop):
        yield from honest(self, shard, start, stop)
        if shard.number == 1:
            filesystem.pipe_file("/corpus/shards/s01.bin", corpus.shard(2).read_bytes())

    monkeypatch.setattr(FileReader, "blocks", blocks)
    with pytest.raises(StateError, match=r"s01\.bin: was changed after it was planned: its version"):
        list(scan_shards(tmp_path / "index", n_workers=1))
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 2}


def test_an_object_that_is_gone(stored, tmp_path: Path) -> None:
    corpus, filesystem = stored
    plan_index(corpus.config(), tmp_path / "index")
    filesystem.rm("/corpus/shards/s01.bin")
    with pytest.raises(StateError, match=r"s01\.bin: is gone since it was planned"):
        list(scan_shards(tmp_path / "index", n_workers=1))
