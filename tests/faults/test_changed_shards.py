"""Shards are opened by the names that the plan got, and a changed one costs its own ranges only."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.corpus.blocks.file_reader import FileReader
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.scanning.task import ScanTask
from tests.support.small_corpus import SmallCorpus, exposures


def scan(root: Path) -> set[int]:
    return {done.range_number for done in scan_shards(root, n_workers=1)}


def test_a_pattern_is_expanded_once(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    plan_index(corpus.config(), tmp_path / "index")
    for ending in (".bin", ".idx"):  # a file that sorts before all others
        (tmp_path / f"shards/a00{ending}").write_bytes(corpus.shard(2, ending).read_bytes())
    scan(tmp_path / "index")
    merge_index(tmp_path / "index")
    for ending in (".bin", ".idx"):
        (tmp_path / f"shards/a00{ending}").unlink()
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert exposures(tmp_path / "index") == exposures(tmp_path / "afresh")


def test_a_shard_that_is_gone_is_named_and_the_others_are_scanned(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    plan_index(corpus.config(), tmp_path / "index")
    for ending in (".bin", ".idx"):
        corpus.shard(1, ending).rename(tmp_path / f"kept{ending}")
        (tmp_path / f"shards/a00{ending}").write_bytes(corpus.shard(2, ending).read_bytes())
    with pytest.raises(StateError, match=r"s01\.\w+: is gone since it was planned"):
        scan(tmp_path / "index")
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 2}
    for ending in (".bin", ".idx"):
        (tmp_path / f"kept{ending}").rename(corpus.shard(1, ending))
        (tmp_path / f"shards/a00{ending}").unlink()
    assert scan(tmp_path / "index") == {1}
    merge_index(tmp_path / "index")
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert exposures(tmp_path / "index") == exposures(tmp_path / "afresh")


def replaced(path: Path, data: bytes) -> None:
    """Put another file of the same size and time in the place of a file."""
    before = path.stat()
    aside = path.with_suffix(".aside")
    aside.write_bytes(data)
    os.utime(aside, ns=(before.st_mtime_ns, before.st_mtime_ns))
    aside.replace(path)


def overwritten(path: Path, data: bytes) -> None:
    """Write other bytes into a file, and set its time back."""
    before = path.stat()
    with open(path, "r+b") as file:
        file.write(data)
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("spoil", [replaced, overwritten])
def test_a_shard_that_changes_while_it_is_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path, bytes], None]
) -> None:
    corpus = SmallCorpus(tmp_path)
    plan_index(corpus.config(), tmp_path / "index")
    honest = FileReader.blocks

    def blocks(self, shard, start, stop):
        for block in honest(self, shard, start, stop):
            yield block
            if shard.number == 1:
                spoil(corpus.shard(1), corpus.shard(2).read_bytes())

    monkeypatch.setattr(FileReader, "blocks", blocks)
    with pytest.raises(StateError, match=r"s01\.bin: was changed after it was planned: while it was read"):
        scan(tmp_path / "index")
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 2}


def test_another_time_or_size_is_refused_and_index_scans_what_was_touched(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    plan_index(corpus.config(), tmp_path / "index")
    os.utime(corpus.shard(0), ns=(7, 7))
    code, _, err = exposure("scan", tmp_path / "index", "--workers", "1")
    assert code == 4 and "s00.bin: was changed after it was planned: its modification time" in err
    assert IndexDir(tmp_path / "index").committed_ranges() == {1, 2}
    code, _, err = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 0, err
    with open(corpus.shard(0), "ab") as file:
        file.write(b"\0\0")
    code, _, err = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and "shards/s00.bin" in err


def test_a_shard_that_gives_other_ids_when_it_is_scanned_again(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    before = exposures(tmp_path / "index")
    overwritten(corpus.shard(1), np.fromfile(corpus.shard(1), "<u2")[::-1].tobytes())
    IndexDir(tmp_path / "index").partial_file(1).unlink()
    assert scan(tmp_path / "index") == {1}
    with pytest.raises(StateError, match=r"s01\.bin: gave other ids when it was scanned again"):
        merge_index(tmp_path / "index")
    assert exposures(tmp_path / "index") == before
    os.utime(corpus.shard(1))
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    build_index(corpus.config(), tmp_path / "afresh", n_workers=1)
    assert exposures(tmp_path / "index") == exposures(tmp_path / "afresh") != before


def test_two_runs_that_read_different_copies(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    plan = plan_index(corpus.config(), tmp_path / "index")
    index = IndexDir(tmp_path / "index")
    task, other = ScanTask(index, plan), ScanTask(index, plan)
    task(1)
    task(1)  # the same again is harmless
    overwritten(corpus.shard(1), corpus.shard(2).read_bytes())
    with pytest.raises(StateError, match=r"s01\.bin: gave other ids to another run"):
        other(1)


def test_what_there_is_can_be_merged_even_if_there_is_nothing(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    plan_index(corpus.config(), tmp_path / "index")
    code, _, err = exposure("merge", tmp_path / "index", "--allow-missing")
    assert code == 0, err
    assert {row[5] for row in exposures(tmp_path / "index")} == {"unknown"}
