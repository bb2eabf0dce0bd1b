"""Random deaths: parent, worker or the whole group of an index that is being built, at any moment.

Each round kills a run of `exposure index`, `plan`, `scan` or `merge` after a random time; at times the next
round goes on from there, at times the index is finished first. Whenever it is finished its partials must be
the bytes, and its table the rows, of an index that came to no harm; no worker may live on, nothing be left.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb

from indexer.index_dir import IndexDir
from indexer.table_seal import wrong_with_table
from tests.support.small_corpus import SmallCorpus, exposures

_FINISH_EVERY = 3
"""Every so many kills, on average, the index is finished and compared."""


class Soak:
    """An index that is killed again and again, beside one that was not."""

    def __init__(self, base: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        corpus = SmallCorpus(base, n_shards=12, index={"occurrences": "all"})
        for number in range(corpus.n_shards):
            corpus.write_shard(number, number, n=4000, length=64)
        self.config = corpus.write_config()
        self.whole, self.root = base / "whole", base / "index"
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.n_killed = 0
        said = self._finish(self.whole)  # which compiles the kernels
        if said:
            sys.exit(f"soak: an index that nobody kills cannot be built: {said}")
        self.seconds = dict.fromkeys(["plan", "index", "scan", "merge"], 3.0)
        """How long each command takes, as those that were over before their death show."""

    def run(self, n_kills: int) -> None:
        """Kill so many runs; one that is over before its death does not count."""
        if not Path("/proc/self/stat").exists():
            sys.exit("soak: needs /proc, to find workers")
        number = told = 0
        while self.n_killed < n_kills:
            number += 1
            self.round(number)
            if self.n_killed >= told + 20:
                told = self.n_killed
                print(f"{told} of {n_kills} killed, {len(self.wrong)} wrong", flush=True)
        self.compare(number)

    def round(self, number: int) -> None:
        """Kill one run, and perhaps finish it."""
        if not (self.root / "plan.json").is_file():
            step = self.dice.choice(["plan", "index"])
        else:
            step = self.dice.choice(["index", "scan", "scan", "merge", "plan"])
        if step in ("index", "scan"):
            # so that there is something to do: what was scanned is scanned again
            for path in sorted(self.root.glob("partials/*.parquet")):
                if self.dice.randrange(2):
                    path.unlink()
            for path in sorted(self.root.glob("occurrences/*.parquet")):
                if self.dice.randrange(8) == 0:
                    path.unlink()
        words = {
            "plan": ["plan", self.config, "--out", self.root],
            "index": ["index", self.config, "--out", self.root, "--workers", "2"],
            "scan": ["scan", self.root, "--workers", "2"],
            "merge": ["merge", self.root, "--allow-missing"],
        }[step]
        whom = self.dice.choice(
            ["parent", "worker", "group"] if step in ("index", "scan") else ["parent", "group"]
        )
        run = subprocess.Popen(
            [sys.executable, "-m", "indexer", *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started = time.monotonic()
        end = started + self.dice.uniform(0.1, self.seconds[step])
        while time.monotonic() < end and run.poll() is None:
            time.sleep(0.005)
        if whom == "worker":
            while run.poll() is None and not children_of(run.pid):
                time.sleep(0.005)
        workers = children_of(run.pid)
        live = run.poll() is None
        if live:
            hit(whom, run.pid, workers, self.dice)
            if whom == "worker":
                _, said = run.communicate(timeout=300)
                if run.returncode not in (0, 5):
                    self.wrong.append(
                        f"round {number}: {step} with a killed worker: {run.returncode}: {said[-300:]}"
                    )
        _, said = run.communicate(timeout=300)
        if "Traceback" in said:
            self.wrong.append(f"round {number}: {step}: {said[-500:]}")
        if not live:
            self.seconds[step] = 0.5 * self.seconds[step] + 0.4 * (time.monotonic() - started)
        self.n_killed += live
        self.seen[f"{step} killed ({whom})" if live else f"{step} over before"] += 1
        if live and alive(workers):
            time.sleep(3)
            if alive(workers):
                self.wrong.append(f"round {number}: workers outlive {step} by 3 s: {alive(workers)}")
        if (self.root / "exposures.duckdb").is_file():
            try:
                duckdb.connect(str(self.root / "exposures.duckdb"), read_only=True).close()
            except duckdb.Error as error:
                self.wrong.append(f"round {number}: the table does not open: {error}")
            if wrong := wrong_with_table(IndexDir(self.root), whole=True):
                self.wrong.append(f"round {number}: the table {wrong}")
        if self.dice.randrange(_FINISH_EVERY) == 0:
            self.compare(number)
            if self.dice.randrange(2):
                shutil.rmtree(self.root)

    def compare(self, number: int) -> None:
        """Finish the index, and compare it with the one that came to no harm."""
        self.seen["finished"] += 1
        said = self._finish(self.root)
        if said:
            self.wrong.append(f"round {number}: it cannot be finished: {said[-500:]}")
            return
        if partials(self.root) != partials(self.whole):
            self.wrong.append(f"round {number}: other partials or occurrences")
        if exposures(self.root) != exposures(self.whole):
            self.wrong.append(f"round {number}: other rows")
        left = [str(path) for path in self.root.rglob("*") if ".tmp" in path.name]
        if left:
            self.wrong.append(f"round {number}: left over: {left}")

    def _finish(self, root: Path) -> str:
        words = [sys.executable, "-m", "indexer", "index", str(self.config), "--out", str(root)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)
        return "" if done.returncode == 0 else done.stderr


def partials(root: Path) -> dict[str, bytes]:
    """Return the partials, and the files of occurrences beside them."""
    folders = (root / "partials", root / "occurrences")
    return {str(path.relative_to(root)): path.read_bytes() for one in folders for path in one.iterdir()}


def hit(whom: str, parent: int, workers: list[int], dice: random.Random) -> None:
    """Kill the parent, one of its workers, or all of them at once."""
    try:
        if whom == "group":
            os.killpg(parent, signal.SIGKILL)
        elif whom == "worker" and workers:
            os.kill(dice.choice(workers), signal.SIGKILL)
        elif whom == "parent":
            os.kill(parent, signal.SIGKILL)
    except ProcessLookupError:
        pass


def children_of(parent: int) -> list[int]:
    """Return the processes that a process started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found


def alive(processes: list[int]) -> list[int]:
    """Return those that run, zombies left out."""
    found = []
    for process in processes:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(process)
        except OSError:
            continue
    return found
