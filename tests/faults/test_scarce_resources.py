"""A small file system, little memory, few open files: exit 5 in one line, and the rest when there is more."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.build import build_index, merge_index
from indexer.errors import ResourceError
from tests.support.small_corpus import SmallCorpus, exposures

LEFT_OUT = {"slow": pytest.mark.slow}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SmallCorpus:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"))
    corpus.write_config()
    build_index(corpus.config(), corpus.base / "whole", n_workers=1)
    return corpus


def index(
    corpus: SmallCorpus, root: Path, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    words = ["index", str(corpus.base / "exposure.toml"), "--out", str(root), "--workers", "2"]
    return subprocess.run(
        [sys.executable, "-m", "indexer", *words],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        timeout=300,
    )


def is_refused_in_one_line(done: subprocess.CompletedProcess[str]) -> None:
    lines = [line for line in done.stderr.splitlines() if line.startswith("exposure: ")]
    assert done.returncode == 5 and len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def is_whole(corpus: SmallCorpus, root: Path) -> None:
    done = index(corpus, root)
    assert done.returncode == 0, done.stderr
    assert exposures(root) == exposures(corpus.base / "whole")
    assert [path for path in root.rglob("*") if ".tmp" in path.name] == []


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a file system of a size, or give the one that is mounted another size."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def sized(size: str) -> Path:
        how = f"remount,size={size}" if folder.is_mount() else f"size={size}"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(folder)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("no file system may be mounted here")
        return folder

    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts a small file system")
    yield sized
    subprocess.run(["umount", str(folder)], check=False)


@pytest.mark.parametrize(
    "size",
    ["256k", *(pytest.param(size, marks=LEFT_OUT["slow"]) for size in ("8k", "32k", "64k", "1m", "3m"))],
)
def test_a_small_file_system(size: str, corpus: SmallCorpus, tmpfs: Callable[[str], Path]) -> None:
    root = tmpfs(size) / "index"
    is_refused_in_one_line(index(corpus, root))
    tmpfs("200m")
    is_whole(corpus, root)


@pytest.mark.parametrize(
    "n_files", [12, *(pytest.param(n, marks=LEFT_OUT["slow"]) for n in (6, 8, 16, 20, 24, 32, 48))]
)
def test_few_open_files(n_files: int, corpus: SmallCorpus, tmp_path: Path) -> None:
    done = index(corpus, tmp_path / "index", lambda: limit(resource.RLIMIT_NOFILE, n_files))
    if done.returncode:
        is_refused_in_one_line(done)
    is_whole(corpus, tmp_path / "index")


@pytest.mark.parametrize(
    "mebibytes", [900, *(pytest.param(n, marks=LEFT_OUT["slow"]) for n in (500, 700, 1100, 1400, 1800, 2400))]
)
def test_little_memory(mebibytes: int, corpus: SmallCorpus, tmp_path: Path) -> None:
    done = index(corpus, tmp_path / "index", lambda: limit(resource.RLIMIT_AS, mebibytes << 20))
    if done.returncode:
        is_refused_in_one_line(done)
        assert "`ulimit -S -v unlimited`" in done.stderr, done.stderr
    is_whole(corpus, tmp_path / "index")


def test_a_table_that_cannot_be_opened_now_is_not_put_aside_as_damaged(
    corpus: SmallCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    from indexer.exposure import database

    root = tmp_path / "index"
    shutil.copytree(corpus.base / "whole", root)
    for error in (
        duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
        duckdb.IOException('IO Error: Cannot open file "x": Too many open files'),
        duckdb.IOException('IO Error: Could not set lock on file "x": Conflicting lock is held'),
    ):

        def fail(*_: object, error: duckdb.Error = error, **__: object) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(database.duckdb, "connect", fail)
            with pytest.raises(ResourceError):
                merge_index(root)
        assert not (root / "exposures.damaged.duckdb").exists()
        assert exposures(root) == exposures(corpus.base / "whole")


def limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
