"""Ctrl-C, SIGTERM and SIGHUP to every command at random moments: it ends within seconds, in one line.

A command that is over by itself before its signal does not count, and is signalled earlier the next time. No
process of its session may live on, and an index can be finished afterwards, with the rows it should have.
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

from indexer.build import build_index
from indexer.config import load_config
from indexer.sample.write import SampleSize, write_sample
from tests.support.small_corpus import ask, exposures

_MOST_SECONDS = 5.0
_SIZE = SampleSize(pairs_per_paradigm=25, n_steps=60, n_dropped=5, n_shards=4, vocab_size=1200)
_ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
COMMANDS = {
    "sample": ["sample", "OUT/sample"],
    "phrases": ["phrases", "SAMPLE/blimp", "--out", "OUT/phrases.parquet"],
    "check": ["check", "CONFIG"],
    "plan": ["plan", "CONFIG", "--out", "NEW"],
    "index": ["index", "CONFIG", "--out", "NEW", "--workers", "2"],
    "scan": ["scan", "SCANNED", "--workers", "2"],
    "merge": ["merge", "INDEX"],
    "status": ["status", "INDEX"],
    "debug": ["debug", "INDEX"],
    "query": ["query", "INDEX", "SELECT * FROM exposures"],
    "endless query": ["query", "INDEX", _ENDLESS],
    "split": ["split", "INDEX", "--out", "OUT/split.parquet"],
    "export to lm-eval": ["export", "INDEX", "--to", "lm-eval", "--out", "OUT/e"],
    "export of tables": ["export", "INDEX", "--to", "tables", "--out", "OUT/t"],
    "import": ["import", "INDEX", "RESULTS"],
    "report": ["report", "INDEX", "--out", "OUT/report.html"],
    "verify": ["verify", "INDEX", "--max-tokens", "0", "--sample", "100000"],
    "certify": ["certify", "INDEX", "--out", "OUT/certificate"],
    "diff": ["diff", "INDEX", "SCANNED"],
    "batch": ["batch", "INDEX", "3"],
    "show": ["show", "INDEX", "PHRASE"],
}


class Soak:
    """A sample's index, copied for each command that is signalled."""

    def __init__(self, base: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.base = base
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.slowest: dict[str, float] = {}
        write_sample(base / "sample", size=_SIZE)
        self.config = base / "sample" / "exposure.toml"
        build_index(load_config(self.config), base / "whole", n_workers=1)
        self.rows = exposures(base / "whole")
        (self.phrase,) = ask(base / "whole", "SELECT phrase FROM phrases LIMIT 1")[0]
        pairs = [row[0] for row in ask(base / "whole", "SELECT pair_id FROM pairs ORDER BY ALL LIMIT 20")]
        lines = [f"{pair},m,10,true\n" for pair in pairs]
        (base / "results.csv").write_text("".join(["pair_id,model,checkpoint,correct\n", *lines]))
        self.seconds = dict.fromkeys(COMMANDS, 4.0)
        """How long each takes, as those that were over before the signal show."""

    def run(self, n_signals: int) -> None:
        """Send so many signals, to one command after another."""
        sent = 0
        while sent < n_signals:
            for name in COMMANDS:
                sent += self.try_one(name)
            print(f"{sent} of {n_signals} sent, {len(self.wrong)} wrong", flush=True)
        slow = sorted(self.slowest.items(), key=lambda item: -item[1])
        print("slowest ends: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slow))

    def try_one(self, name: str) -> bool:
        """Signal a command; return whether it was still at work."""
        folder = self.base / "tried"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "out").mkdir(parents=True)
        words = self.words(name, folder)
        number = self.dice.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
        run = subprocess.Popen(
            [sys.executable, "-m", "indexer", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # a shell has what it starts in the background pass over Ctrl-C
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        began = time.monotonic()
        time.sleep(self.dice.uniform(0.02, self.seconds[name]))
        at_work = run.poll() is None
        whole_group = self.dice.randrange(2) == 0  # as a terminal does
        sent_at = time.monotonic()
        if at_work:
            (os.killpg if whole_group else os.kill)(run.pid, number)
        try:
            _, said = run.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            self.wrong.append(f"{name}: does not end within 60 s of {number.name}")
            return True
        took = time.monotonic() - sent_at
        if not at_work:
            self.seconds[name] = 0.8 * (sent_at - began)
            return False
        met = f"{name}, {number.name} after {sent_at - began:.2f} s: ends {run.returncode}: {said[-400:]}"
        self.seen[f"{name} ended by a signal" if run.returncode != 0 else f"{name} was done"] += 1
        self.slowest[name] = max(self.slowest.get(name, 0.0), took)
        # before Python has read its first module of ours, a signal does what it does to any process
        is_loaded = "indexer" in said or "Traceback" not in said
        if is_loaded and (run.returncode not in (0, 128 + number, -number) or "Traceback" in said):
            self.wrong.append(met)
            print(met, flush=True)
        if took > _MOST_SECONDS:
            self.wrong.append(f"{met} (it took {took:.1f} s)")
        self.nobody_lives_on(run.pid, met)
        self.works_all_the_same(name, words, met)
        return True

    def words(self, name: str, folder: Path) -> list[str]:
        """Return the command line, with copies of what it changes."""
        places = {
            "OUT": folder / "out",
            "SAMPLE": self.base / "sample",
            "CONFIG": self.config,
            "NEW": folder / "new",
            "INDEX": folder / "index",
            "SCANNED": folder / "scanned",
            "RESULTS": self.base / "results.csv",
            "PHRASE": self.phrase,
        }
        words = []
        for word in COMMANDS[name]:
            head, slash, tail = word.partition("/")
            words.append(f"{places[head]}{slash}{tail}" if head in places else word)
            if word in ("INDEX", "SCANNED"):
                shutil.copytree(self.base / "whole", places[word])
        if name == "scan":
            shutil.rmtree(folder / "scanned" / "partials")
        return words

    def nobody_lives_on(self, session: int, met: str) -> None:
        deadline = time.monotonic() + 3
        while living := of_session(session):
            if time.monotonic() > deadline:
                self.wrong.append(f"{met}: processes live on: {living}")
                os.killpg(session, signal.SIGKILL)
                return
            time.sleep(0.02)

    def works_all_the_same(self, name: str, words: list[str], met: str) -> None:
        """Give the same command again, at times, and look at what it left."""
        root = Path(words[words.index("--out") + 1]) if name in ("plan", "index") else Path(words[1])
        if name not in ("plan", "index", "scan", "merge", "import") or self.dice.randrange(3):
            return
        again = [sys.executable, "-m", "indexer", "index", str(self.config), "--out", str(root), "--quiet"]
        done = subprocess.run(again, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode or exposures(root) != self.rows:
            self.wrong.append(f"{met}: cannot be finished: {done.stderr[-400:]}")
        left = [path.name for path in root.rglob("*") if ".tmp" in path.name]
        if left:
            self.wrong.append(f"{met}: left over: {left}")


def of_session(session: int) -> list[int]:
    """Return the processes of a session that run, zombies left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found
