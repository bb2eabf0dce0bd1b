"""The index directory: a rename is the commit, and one writer at a time."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from indexer.errors import ConfigError, StateError
from indexer.exposure.database import SCHEMA_VERSION, building, open_read_only
from indexer.index_dir import IndexDir, commit_file


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    final = tmp_path / "a" / "x.txt"

    def half(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        commit_file(final, half)
    assert list(final.parent.iterdir()) == []
    commit_file(final, lambda path: path.write_text("whole"))
    assert final.read_text() == "whole"


def hold(root: Path, shared: bool, ready, leave) -> None:
    with IndexDir(root).lock(shared=shared):
        ready.set()
        leave.wait(20)


@pytest.mark.parametrize(
    ("holder_shares", "we_share", "refused"),
    [(False, False, True), (True, False, True), (False, True, True), (True, True, False)],
)
def test_two_writers(tmp_path: Path, holder_shares: bool, we_share: bool, refused: bool) -> None:
    context = multiprocessing.get_context("fork")
    ready, leave = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, holder_shares, ready, leave))
    other.start()
    try:
        assert ready.wait(20)
        if refused:
            with (
                pytest.raises(StateError, match=rf"process {other.pid} on "),
                IndexDir(tmp_path).lock(shared=we_share),
            ):
                pass
        else:
            with IndexDir(tmp_path).lock(shared=we_share):
                pass
    finally:
        leave.set()
        other.join()
    with IndexDir(tmp_path).lock():
        pass  # the dead holder holds nothing


def test_a_directory_without_a_plan_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no plan\.json"):
        IndexDir(tmp_path).require_plan()
    IndexDir(tmp_path).plan_file.write_text("{}")
    with pytest.raises(StateError, match="not merged"):
        IndexDir(tmp_path).require_database()


@pytest.mark.parametrize("letter", ["?", "\\"])
def test_a_path_that_duckdb_reads_otherwise_is_refused_before_any_work(tmp_path: Path, letter: str) -> None:
    root = tmp_path / f"a{letter}b" / "index"
    with pytest.raises(ConfigError, match="cannot write into a folder") as refused, IndexDir(root).lock():
        pass
    assert refused.value.fix == "choose another --out"
    assert not root.parent.exists()


@pytest.mark.parametrize(
    "name", ["a#b", "a%20b", "a&b", "a;b", "a*b", "a:b", "[a]", "a'b", 'a"b', "{a}", "é"]
)
def test_duckdb_builds_and_reads_in_folders_of_odd_names(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    with IndexDir(root).lock(), building(root / "x.duckdb") as table:
        table.execute(f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}')")
    with open_read_only(root / "x.duckdb") as table:
        assert table.execute("SELECT value FROM provenance").fetchall() == [(str(SCHEMA_VERSION),)]


def test_partials_that_cannot_be_listed_are_not_missing(tmp_path: Path, monkeypatch) -> None:
    index = IndexDir(tmp_path)
    assert index.committed_ranges() == set()
    index.partials.mkdir()
    for name in ("000003.parquet", "1234567.parquet", "x.parquet", "000004.parquet.bak"):
        (index.partials / name).touch()
    assert index.committed_ranges() == {3, 1234567}

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PermissionError, match="partials"):
        index.committed_ranges()
