"""Indexes under drawn settings: workers, blocks, hash seeds, locales, time zones, clocks, threads, listings.

Each has a process of its own and must give the partials, the files of the plan and the rows of every table
that the first gave. One corpus is of ids, the other of text and ids (the sample). Of each setting all values
come in turn, so that a product of millions is sampled without leaving out a value.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from itertools import cycle
from pathlib import Path

from indexer.sample.write import SampleSize, write_sample
from tests.support.small_corpus import SmallCorpus, ask

_STARTED = """
import os, random, sys, time
seed, shift, block_ids = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
workers, config, out = sys.argv[4:]
dice, now, listed, scanned = random.Random(seed), time.time, os.listdir, os.scandir
time.time = lambda: now() + shift * dice.uniform(-1, 1)
time.time_ns = lambda: int(time.time() * 1e9)

def shuffled(path="."):
    names = listed(path)
    dice.shuffle(names)
    return names

class Scanned:
    def __init__(self, path="."):
        with scanned(path) as entries:
            self.entries = list(entries)
        dice.shuffle(self.entries)
    def __iter__(self):
        return iter(self.entries)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def close(self):
        pass

os.listdir, os.scandir = shuffled, Scanned
from indexer.corpus.blocks.file_reader import FileReader
made = FileReader.__init__

def with_blocks(reader, *arguments, **keys):
    made(reader, *arguments, **{**keys, "block_ids": block_ids})

FileReader.__init__ = with_blocks
from indexer.cli.main import run
sys.exit(run(["index", config, "--out", out, "--workers", workers, "--quiet"]))
"""
_VALUES = {
    "workers": ["1", "2", "3", "5"],
    "block_ids": ["1", "7", "64", "333", "4096", "4194304"],
    "PYTHONHASHSEED": ["0", "1", "777", "4294967295", "random"],
    "LC_ALL": ["C", "C.UTF-8", "POSIX", "tr_TR.UTF-8", "de_DE.UTF-8", "ja_JP.EUC-JP", "nowhere"],
    "TZ": ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Pacific/Kiritimati"],
    "shift": ["0", "3.2e8", "1e5", "60"],
    "NUMBA_NUM_THREADS": ["1", "2"],
    "OMP_NUM_THREADS": ["1", "4"],
    "seed": [str(number) for number in range(11)],
}


class Soak:
    """Two corpora, and what their first indexes are."""

    def __init__(self, base: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.base = base
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        write_sample(
            base / "sample",
            size=SampleSize(pairs_per_paradigm=25, n_steps=60, n_dropped=5, n_shards=5, vocab_size=1200),
        )
        (base / "ids").mkdir()
        corpus = SmallCorpus(base / "ids", n_shards=5)
        self.configs = {"ids": corpus.write_config(), "text and ids": base / "sample" / "exposure.toml"}
        self.first: dict[str, dict[str, object]] = {}

    def run(self, n_settings: int) -> None:
        """Draw so many settings and index both corpora under each."""
        turns = {}
        for name, values in _VALUES.items():
            shuffled = values[:]
            self.dice.shuffle(shuffled)
            turns[name] = cycle(shuffled)
        for number in range(n_settings):
            setting = {name: next(turn) for name, turn in turns.items()}
            for name, config in self.configs.items():
                self.one_index(name, config, setting)
            if number % 10 == 9:
                print(f"{number + 1} of {n_settings}, {len(self.wrong)} wrong", flush=True)

    def one_index(self, name: str, config: Path, setting: dict[str, str]) -> None:
        root = self.base / "index"
        shutil.rmtree(root, ignore_errors=True)
        values = [setting[key] for key in ("seed", "shift", "block_ids", "workers")]
        environment = {key: value for key, value in setting.items() if key.isupper()}
        done = subprocess.run(
            [sys.executable, "-c", _STARTED, *values, str(config), str(root)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment, "LANG": setting["LC_ALL"]},
        )
        self.seen[f"indexes of {name}"] += 1
        if done.returncode:
            self.wrong.append(f"{name}, {setting}: ends {done.returncode}: {done.stderr[-400:]}")
            return
        found = content_of(root)
        first = self.first.setdefault(name, found)
        other = sorted(key for key in {*first, *found} if first.get(key) != found.get(key))
        if other:
            self.wrong.append(f"{name}, {setting}: other {', '.join(other)}")


def content_of(root: Path) -> dict[str, object]:
    """Return the bytes of partials and files of the plan, and the rows of all tables."""
    files: dict[str, object] = {
        str(path.relative_to(root)): path.read_bytes()
        for folder in ("plan", "partials")
        for path in (root / folder).iterdir()
    }
    files["plan.json"] = (root / "plan.json").read_bytes()
    for (table,) in ask(root, "SELECT table_name FROM duckdb_tables()"):
        files[table] = ask(root, f'SELECT * FROM "{table}" ORDER BY ALL')
    return files
