"""A file that becomes shorter while it is mapped is named: a worker dies of it, a command says so."""

from __future__ import annotations

import faulthandler
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.config import load_config
from indexer.corpus.blocks.file_reader import FileReader
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.plan.plan_file import read_plan
from tests.support.small_corpus import SmallCorpus, ask


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
    with pytest.raises(StateError, match=r"partials (is|are) missing, of shards/s01\.bin"):
        merge_index(tmp_path / "index")


SCRIPT = """
import os, sys
import numpy as np, pyarrow as pa
target, words = sys.argv[1], sys.argv[2:]
made, memory_map = np.memmap, pa.memory_map

def cut(path):
    if os.path.abspath(path) == target:
        os.truncate(target, 100)

class Memmap(np.memmap):
    def __new__(cls, path, *how, **more):
        data = made.__new__(made, path, *how, **more)
        cut(path)
        return data

def mapped(path, *how):
    data = memory_map(path, *how)
    cut(path)
    return data

np.memmap, pa.memory_map = Memmap, mapped
from indexer.cli.main import main
main(words)
"""


@pytest.fixture
def big(tmp_path: Path) -> SmallCorpus:
    """A corpus whose every file is some pages long; a step takes from the first two shards."""
    corpus = SmallCorpus(tmp_path, order={"kind": "indices", "path": "order.npy", "batch_size": 4})
    for number in range(3):
        corpus.write_shard(number, number, n=1200, length=64)
    np.save(tmp_path / "order.npy", np.arange(3600, dtype=np.uint32).reshape(2, 1800).T.reshape(-1))
    return corpus


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGBUS there")
@pytest.mark.parametrize("target", ["shards/s01.idx", "shards/s00.bin", "order.npy"])
@pytest.mark.parametrize("command", ["check", "plan", "index", "scan", "batch", "batch of a plan"])
def test_a_file_that_is_truncated_under_a_command(big: SmallCorpus, target: str, command: str) -> None:
    config, root, words = str(big.write_config()), str(big.base / "index"), command.split()
    arguments = {"check": [config], "scan": [root], "batch": [config, "2"]}.get(
        words[0], [config, "--out", root]
    )
    if command in ("scan", "batch of a plan"):
        plan_index(big.config(), root)
        arguments[0] = root
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(big.base / target), words[0], *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode in (3, 4), done.stderr
    assert last.startswith("exposure: ") and target.removesuffix(".bin").removesuffix(".idx") in last, last
    assert "Traceback" not in done.stderr
    if IndexDir(root).plan_file.is_file():
        needed = {"shards/s01.idx": {1}, "shards/s00.bin": {0}, "order.npy": {0, 1, 2}}[target]
        ranges = read_plan(IndexDir(root).plan_file).ranges
        spoilt = {one.number for one in ranges if needed & set(one.shards)}
        assert not IndexDir(root).committed_ranges() & spoilt


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGBUS there")
@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        pytest.param(">= 100", 4, "exposure: {}: became shorter while it was read", id="behind its page"),
        pytest.param(
            "BETWEEN 4 AND 8",  # what is left of a page reads as zeros, without a signal
            0,
            "places cannot be shown in context: {}: was changed after it was planned: it holds 100 bytes",
            id="within its page",
        ),
    ],
)
def test_a_shard_that_is_truncated_under_show(
    sample: Path, tmp_path: Path, rows: str, code: int, said: str
) -> None:
    shutil.copytree(sample, tmp_path / "sample")
    root = tmp_path / "index"
    build_index(load_config(tmp_path / "sample/exposure.toml"), root, n_workers=1)
    (phrase, shard), *_ = ask(
        root,
        f"""
        SELECT phrase, path FROM places JOIN phrases USING (phrase_id) JOIN shards USING (shard)
        GROUP BY ALL HAVING bool_and(sequence - first_sequence {rows}) ORDER BY ALL
        """,
    )
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "sample" / shard), "show", str(root), phrase],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.startswith(said.format(shard))) == (code, True), done
    assert "\u2026" not in done.stdout and done.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGBUS there")
def test_a_table_that_is_truncated_under_planning(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 9, (4000, 8)).tolist()
    with pa.OSFile(str(tmp_path / "rows.arrow"), "wb") as sink:
        table = pa.table({"input_ids": rows})
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=100)
    (tmp_path / "words.jsonl").write_text('{"token_ids": [1, 2]}\n')
    (tmp_path / "exposure.toml").write_text(
        '[phrases]\nsource = "words.jsonl"\ntoken_ids = "token_ids"\n'
        '[corpus]\npaths = ["rows.arrow"]\nformat = "arrow"\nvocab_size = 9\n'
        '[order]\nkind = "sequential"\nbatch_size = 1\n[match]\nunit = "tokens"\n'
    )
    words = ["plan", str(tmp_path / "exposure.toml"), "--out", str(tmp_path / "index")]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "rows.arrow"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (3, 4) and "rows.arrow" in done.stderr.splitlines()[-1], done.stderr
