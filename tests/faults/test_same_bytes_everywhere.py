"""Workers, blocks, hash seeds, locales, clocks, threads, listings: no byte or row depends on them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.build import build_index
from tests.support.small_corpus import SmallCorpus, exposures

_STARTED = """
import glob, os, random, sys, time
seed, shift = int(sys.argv[1]), float(sys.argv[2])
workers, config, out = sys.argv[3:]
now, listed, scanned = time.time, os.listdir, os.scandir
time.time = lambda: now() + shift * (1 + 0.1 * random.random())
time.time_ns = lambda: int(time.time() * 1e9)

def shuffled(path="."):
    names = listed(path)
    random.Random(seed).shuffle(names)
    return names

os.listdir = shuffled
from indexer.cli.main import run
sys.exit(run(["index", config, "--out", out, "--workers", workers]))
"""
#        workers, hash seed, locale, time zone, seconds the clock is wrong, threads of libraries
SETTINGS = [
    ("1", "0", "C", "UTC", 0, "1"),
    ("3", "1", "tr_TR.UTF-8", "Asia/Kathmandu", -3.2e8, "4"),
    pytest.param(("2", "777", "de_DE.UTF-8", "America/St_Johns", 3.2e8, "2"), marks=pytest.mark.slow),
    pytest.param(("4", "random", "C.UTF-8", "Pacific/Apia", 1e5, "1"), marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SmallCorpus:
    corpus = SmallCorpus(tmp_path_factory.mktemp("corpus"), n_shards=4)
    corpus.write_config()
    build_index(corpus.config(), corpus.base / "whole", n_workers=1)
    return corpus


def partials(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "partials").iterdir()}


def is_same(corpus: SmallCorpus, root: Path) -> None:
    whole = corpus.base / "whole"
    assert partials(root) == partials(whole)
    assert exposures(root) == exposures(whole)
    for path in (whole / "plan").iterdir():
        assert (root / "plan" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_settings_of_the_process(setting: tuple[object, ...], corpus: SmallCorpus, tmp_path: Path) -> None:
    workers, hash_seed, locale, zone, shift, threads = map(str, setting)
    config = corpus.base / "exposure.toml"
    done = subprocess.run(
        [sys.executable, "-c", _STARTED, "5", shift, workers, str(config), str(tmp_path / "index")],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "LC_ALL": locale,
            "LANG": locale,
            "TZ": zone,
            "SOURCE_DATE_EPOCH": "1",
            "NUMBA_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        },
    )
    assert done.returncode == 0, done.stderr
    is_same(corpus, tmp_path / "index")


@pytest.mark.parametrize("block_ids", [1, 7, 64, 1 << 22])
def test_blocks_of_any_size(
    block_ids: int, corpus: SmallCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.corpus.blocks.file_reader import FileReader

    made = FileReader.__init__

    def with_blocks(reader: FileReader, *arguments: object, **keys: object) -> None:
        made(reader, *arguments, **{**keys, "block_ids": block_ids})  # type: ignore[arg-type]

    monkeypatch.setattr(FileReader, "__init__", with_blocks)
    build_index(corpus.config(), tmp_path / "index", n_workers=2)
    is_same(corpus, tmp_path / "index")


def test_listings_in_any_order(corpus: SmallCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, scanned = os.listdir, os.scandir
    dice = random.Random(3)

    def shuffled(path: str = ".") -> list[str]:
        names = listed(path)
        dice.shuffle(names)
        return names

    class Scanned:
        def __init__(self, path: str = ".") -> None:
            with scanned(path) as entries:
                self._entries = list(entries)
            dice.shuffle(self._entries)

        def __iter__(self):
            return iter(self._entries)

        def __next__(self):
            return self._entries.pop()

        def __enter__(self):
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def close(self) -> None:
            pass

    monkeypatch.setattr(os, "listdir", shuffled)
    monkeypatch.setattr(os, "scandir", Scanned)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    monkeypatch.undo()
    is_same(corpus, tmp_path / "index")


def test_a_clock_that_jumps(corpus: SmallCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(4)
    monkeypatch.setattr(time, "time", lambda: dice.uniform(0, 4e9))
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    is_same(corpus, tmp_path / "index")
