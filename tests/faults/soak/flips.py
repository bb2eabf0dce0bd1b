"""Random bits flipped, one at a time, in every file that an index is made of: noticed, or of no effect.

Each flip is put before whoever reads that file first, in this process. Every `_COMMAND_EVERY`th is put before
a whole command too, which must refuse it (exit codes 2 to 4), mend it, or answer as before: a refusal that is
forgotten on the way would show there. Shards, the files beside them and the order keep their size and time.
Small files are cut at every length as well.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from indexer.build import build_index
from indexer.errors import ExposureError, StateError
from indexer.index_dir import IndexDir
from indexer.partials import read_facts
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.plan.store import check_files
from indexer.table_seal import wrong_with_table
from tests.support.dying_commands import Commands
from tests.support.small_corpus import SmallCorpus, ask, exposures

_COMMAND_EVERY = 40
_ROWS = "SELECT * FROM exposures ORDER BY phrase_id"
_REFUSED = (2, 3, 4)


@dataclass(frozen=True)
class Kind:
    """Files that the same reader reads.

    Attributes
    ----------
    files : list of Path
        Of the index that is spoiled.
    share : int
        How many of a hundred flips are theirs.
    read : callable, optional
        What reads one first; it raises what it does not believe. None: only whole commands do.
    commands : list of list of str
        Command lines that are to notice.
    """

    files: list[Path]
    share: int
    read: Callable[[Path], object] | None
    commands: list[list[str]]


class Soak:
    """An index that is spoiled bit by bit, and what it was before."""

    def __init__(self, base: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        corpus = SmallCorpus(
            base,
            corpus={"manifest": "SHA256SUMS"},
            order={"kind": "indices", "path": "order.npy", "batch_size": 4},
        )
        corpus.write_order(7)
        sums = [
            f"{hashlib.sha256((base / name).read_bytes()).hexdigest()}  {name}\n"
            for name in (f"shards/s{number:02}.bin" for number in range(corpus.n_shards))
        ]
        self.manifest, self.manifest_text = base / "SHA256SUMS", "".join(sums)
        self.manifest.write_text(self.manifest_text)
        self.config, self.whole, self.root = corpus.write_config(), base / "whole", base / "index"
        build_index(corpus.config(), self.whole, n_workers=1)
        shutil.copytree(self.whole, self.root)
        self.index = IndexDir(self.root)
        self.plan: Plan = read_plan(self.index.plan_file)
        self.rows, self.said = exposures(self.root), read_in_a_process(self.root)
        root, config = str(self.root), str(self.config)
        again = ["index", config, "--out", root, "--workers", "1", "--quiet"]
        certify = ["certify", root, "--sample", "20", "--out", str(base / "certificate")]
        proofs = [["verify", root, "--sample", "20"], certify]
        self.kinds = {
            "plan.json": Kind(
                [self.index.plan_file],
                20,
                read_plan,
                [["merge", root], ["scan", root], *proofs],
            ),
            "plan/": Kind(
                sorted(self.index.frozen.iterdir()),
                30,
                lambda _: check_files(self.index, self.plan),
                [["merge", root], again, *proofs],
            ),
            "partials": Kind(
                sorted(self.index.partials.iterdir()), 30, read_facts, [["merge", root], again, *proofs]
            ),
            "table": Kind(
                [self.index.database_file], 17, self.is_whole_or_refused, [["query", root, _ROWS], *proofs]
            ),
            "seal": Kind([self.index.seal_file], 1, None, [["query", root, _ROWS], again, *proofs]),
            "manifest": Kind([base / "SHA256SUMS"], 1, None, [again]),
            "shards, order": Kind(
                [*sorted((base / "shards").iterdir()), base / "order.npy"],
                1,
                None,
                [["scan", root, "--workers", "1"], again, *proofs],
            ),
        }

    def run(self, n_flips: int) -> None:
        """Flip so many bits, one after another; then cut small files at every length."""
        with Commands() as commands:
            self.commands = commands
            for name, kind in self.kinds.items():
                for number in range(n_flips * kind.share // 100):
                    path = self.dice.choice(kind.files)
                    place = self.dice.randrange(8 * path.stat().st_size)
                    by_command = kind.read is None or number % _COMMAND_EVERY == 0
                    self.try_one(name, kind, path, f"bit {place}", flipped(path, place), by_command)
                print(f"{name}: flipped, {len(self.wrong)} wrong", flush=True)
            for name, kind in self.kinds.items():
                if name != "table" and kind.read:
                    for path in kind.files:
                        for length in range(path.stat().st_size):
                            spoilt = path.read_bytes()[:length]
                            by_command = self.dice.randrange(500) == 0
                            self.try_one(name, kind, path, f"cut at {length}", spoilt, by_command)
                print(f"{name}: cut, {len(self.wrong)} wrong", flush=True)

    def try_one(self, name: str, kind: Kind, path: Path, what: str, spoilt: bytes, by_command: bool) -> None:
        """Put one spoilt file before its reader, perhaps before a command, and put it right again."""
        before, data = path.stat(), path.read_bytes()
        path.write_bytes(spoilt)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        where = f"{path.name}, {what}"
        self.seen[f"{name} {what.split(maxsplit=1)[0]}"] += 1
        try:
            if kind.read is not None and not self.is_noticed(kind.read, path):
                self.wrong.append(f"{where}: read as if it were whole")
            if by_command:
                self.ask_command(name, self.dice.choice(kind.commands), where)
        finally:
            path.write_bytes(data)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def is_noticed(self, read: Callable[[Path], object], path: Path) -> bool:
        """Tell whether a reader refuses a file."""
        try:
            read(path)
        except ExposureError as error:
            return error.exit_code in _REFUSED
        return False

    def is_whole_or_refused(self, _: Path) -> None:
        """Refuse a table that does not say what it said; where the flip is in unused bytes it does."""
        said = read_in_a_process(self.root)
        self.seen[f"table {'whole' if said == self.said else 'refused by DuckDB'}"] += 1
        if said in ("refused", self.said):
            raise StateError(said)

    def ask_command(self, name: str, words: list[str], where: str) -> None:
        """Run a command over a spoilt file: it refuses, mends, or answers as before."""
        if name == "shards, order" and words[0] in ("scan", "index"):
            self.index.partial_file(self.dice.randrange(3)).unlink()
        ended = self.commands.run([*words], watched=self.root / "nothing")
        self.seen[f"{name} by {words[0]}: {ended.code}"] += 1
        met = f"{where}: {words[0]} ends {ended.code}: {ended.said[-300:]}"
        if ended.code not in (0, *_REFUSED) or "Traceback" in ended.said:
            self.wrong.append(met)
        if ended.code == 0 and not self.may_pass(name, words[0]):
            self.wrong.append(f"{met}: nothing noticed")
        if ended.code == 0 and name != "table" and not self.is_as_before(name, ended.said):
            self.wrong.append(f"{met}: other rows or partials")
        self.put_right()

    def may_pass(self, name: str, command: str) -> bool:
        """Tell whether a command may be content: it does not read the file, mends it, or it says the same."""
        if command in ("verify", "certify"):
            return name == "seal" and wrong_with_table(self.index, whole=True) is None  # in a blank of it
        return name in ("manifest", "shards, order", "table", "seal") or command == "index"

    def is_as_before(self, name: str, said: str) -> bool:
        if name == "manifest":  # a name that is flipped leaves a shard without a hash, which is told
            told = any(
                "has no hash of these shards" in note for note in read_plan(self.index.plan_file).notes
            )
            return (told or self.manifest_says_the_same()) and exposures(self.root) == self.rows
        if name == "shards, order" and "files were changed since it was merged" in said:
            return True  # no hash of these files is known: the index is of what they say now, and says so
        same = all(
            path.read_bytes() == (self.root / "partials" / path.name).read_bytes()
            for path in (self.whole / "partials").iterdir()
        )
        return same and exposures(self.root) == self.rows

    def manifest_says_the_same(self) -> bool:
        """Tell whether only the case of a digit was flipped."""
        return self.manifest.read_text(errors="replace").lower() == self.manifest_text.lower()

    def put_right(self) -> None:
        """Make the index what it was, apart from the one file that whoever spoilt it puts right."""
        for path in self.whole.rglob("*"):
            copy = self.root / path.relative_to(self.whole)
            if path.is_file() and (not copy.exists() or copy.read_bytes() != path.read_bytes()):
                shutil.copy2(path, copy)


def flipped(path: Path, place: int) -> bytes:
    data = bytearray(path.read_bytes())
    data[place // 8] ^= 1 << place % 8
    return bytes(data)


def read_in_a_process(root: Path) -> str:
    """Return a hash of what a table says, or ``refused``; who dies over it says nothing."""
    ours, theirs = _FRESH.Pipe()
    reader = _FRESH.Process(target=_read_tables, args=(root, theirs))
    reader.start()
    theirs.close()
    try:
        return str(ours.recv())
    except EOFError:
        return "died"
    finally:
        reader.join()
        ours.close()


def _read_tables(root: Path, answer: Connection) -> None:
    try:
        names = [row[0] for row in ask(root, "SELECT table_name FROM duckdb_tables() ORDER BY ALL")]
        rows = [ask(root, f'SELECT * FROM "{name}" ORDER BY ALL') for name in names]
    except duckdb.Error:
        answer.send("refused")
    else:
        answer.send(hashlib.sha256(repr(rows).encode()).hexdigest())


_FRESH = multiprocessing.get_context("forkserver")
_FRESH.set_forkserver_preload(["tests.faults.soak.flips"])
