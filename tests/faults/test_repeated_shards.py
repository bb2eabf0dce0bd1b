"""The same shard under two names is refused: links, hard links, other spellings, copies, packed copies."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config.corpus import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.sequences import Shard
from indexer.evidence.repeats import repeated_files
from tests.support.small_corpus import SmallCorpus, ask


def copies(corpus: SmallCorpus, how: str) -> list[str]:
    """Give a shard a second name, and return the paths of the configuration."""
    shards = corpus.base / "shards"
    pattern = ["shards/*.bin"]
    for ending in (".bin", ".idx"):
        at, again = corpus.shard(1, ending), shards / f"t{ending}"
        if how == "copy":
            shutil.copy(at, again)
        elif how == "link":
            again.symlink_to(at)
        elif how == "hard link":
            os.link(at, again)
    if how == "dots":
        return [*pattern, "shards/../shards/s01.bin"]
    if how == "url":
        return [*pattern, f"file://{corpus.shard(1)}"]
    if how == "linked folder":
        (corpus.base / "more").symlink_to(shards)
        return [*pattern, "more/s01.bin"]
    return pattern


SPELLINGS = {
    "again": ["shards/s00.idx", "shards/s01.idx", "shards/s01.idx"],
    "glob and name": ["shards/*.idx", "shards/s01.idx"],
    "bare names": ["shards/*.idx", "shards/s01"],
    "dot": ["shards/*.bin", "./shards/s01.bin"],
}


@pytest.mark.parametrize("how", SPELLINGS)
def test_a_name_that_comes_again_is_refused(tmp_path: Path, exposure, how: str) -> None:
    corpus = SmallCorpus(tmp_path)
    corpus.corpus = {"paths": SPELLINGS[how]}
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3, error
    assert "s01" in error and "[corpus] allow_repeats = true" in error


@pytest.mark.parametrize(("how", "n_shards"), [("again", 3), ("glob and name", 4), ("dot", 4)])
def test_taken_on_purpose_a_name_counts_as_often_as_it_stands(
    tmp_path: Path, exposure, how: str, n_shards: int
) -> None:
    corpus = SmallCorpus(tmp_path)
    corpus.corpus = {"paths": SPELLINGS[how], "allow_repeats": True}
    config = corpus.write_config()
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    assert ask(tmp_path / "index", "SELECT count(*), sum(n_sequences) FROM shards") == [
        (n_shards, 24 * n_shards)
    ]
    assert "s01" in exposure("status", tmp_path / "index")[1].split("on purpose")[1]
    code, out, error = exposure("verify", tmp_path / "index")
    assert code == 0, out + error


def test_an_index_and_its_data_name_a_shard_once(tmp_path: Path) -> None:
    SmallCorpus(tmp_path)
    for paths in (["shards/s*"], ["shards/*.idx", "shards/*.bin"]):
        reader = open_corpus(CorpusConfig(paths=paths, format="megatron"), base=tmp_path)
        assert len(reader.shards()) == 3


@pytest.mark.parametrize("how", ["copy", "link", "hard link", "dots", "url", "linked folder"])
def test_it_is_refused_before_a_scan(tmp_path: Path, exposure, how: str) -> None:
    corpus = SmallCorpus(tmp_path)
    corpus.corpus = {"paths": copies(corpus, how)}
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3, error
    assert "shards/s01.bin" in error and "[corpus] allow_repeats = true" in error
    assert not (tmp_path / "index" / "plan.json").exists()


def test_taken_on_purpose_it_is_counted_again(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    corpus.corpus = {"paths": copies(corpus, "copy"), "allow_repeats": True}
    assert exposure("index", corpus.write_config(), "--out", tmp_path / "index")[0] == 0
    once = SmallCorpus(tmp_path, corpus={"paths": ["shards/s*.bin"]})
    assert exposure("index", once.write_config(), "--out", tmp_path / "once")[0] == 0
    count = "SELECT sum(exposure_count) FROM exposures"
    assert ask(tmp_path / "index", count) > ask(tmp_path / "once", count)
    assert "holds the ids of shards/s01.bin" in exposure("status", tmp_path / "index")[1]


def ids_corpus(base: Path, **keys: object) -> SmallCorpus:
    corpus = SmallCorpus(base)
    data = corpus.shard(1).read_bytes()
    (base / "flat").mkdir()
    (base / "flat/a.bin").write_bytes(corpus.shard(0).read_bytes())
    (base / "flat/b.bin").write_bytes(data)
    with gzip.open(base / "flat/c.bin.gz", "wb") as file:
        file.write(data)
    flat = {"paths": ["flat/a.bin", "flat/b.bin", "flat/c.bin.gz"], "format": "headerless"}
    corpus.corpus = {**flat, "dtype": "uint16", "sequence_length": 32, **keys}
    return corpus


def test_a_copy_that_is_packed_is_refused_before_the_table_is_there(tmp_path: Path, exposure) -> None:
    config = ids_corpus(tmp_path).write_config()
    code, _, error = exposure("index", config, "--out", tmp_path / "index")
    assert code == 3, error
    assert "flat/c.bin.gz holds the ids of flat/b.bin" in error and "allow_repeats" in error
    assert not (tmp_path / "index" / "exposures.duckdb").exists()


def test_a_packed_copy_that_is_taken_on_purpose_stands_in_the_table(tmp_path: Path, exposure) -> None:
    config = ids_corpus(tmp_path, allow_repeats=True).write_config()
    assert exposure("index", config, "--out", tmp_path / "index")[0] == 0
    ((taken,),) = ask(tmp_path / "index", "SELECT value FROM provenance WHERE key = 'taken_on_purpose'")
    assert "flat/c.bin.gz holds the ids of flat/b.bin" in taken


def write_arrays(base: Path, how: str) -> None:
    """Write two shards of ids, of which the second holds the first and more behind it."""
    ids = np.random.default_rng(0).integers(0, 40, (900, 32)).astype("<u2")
    for name, rows in (("a", ids[:600]), ("b", ids)):
        if how == "npy":
            np.save(base / f"{name}.npy", rows)
        else:
            (base / f"{name}.npy").write_bytes(rows.tobytes())


@pytest.mark.parametrize("how", ["npy", "headerless"])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_shard_that_is_another_and_a_tail(tmp_path: Path, exposure, how: str, reverse: bool) -> None:
    write_arrays(tmp_path, how)
    paths = ["b.npy", "a.npy"] if reverse else ["*.npy"]
    keys = {"paths": paths, "format": how, "dtype": "<u2", "sequence_length": 32, "vocab_size": 40}
    if how == "npy":
        del keys["dtype"], keys["sequence_length"]
    (tmp_path / "phrases.jsonl").write_text('{"token_ids": [1, 2]}\n')
    for allow in (False, True):
        lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        (tmp_path / "exposure.toml").write_text(
            '[phrases]\nsource = "phrases.jsonl"\ntoken_ids = "token_ids"\n[corpus]\n'
            + "\n".join([*lines, *(["allow_repeats = true"] if allow else [])])
            + '\n[order]\nbatch_size = 4\n[match]\nunit = "tokens"\n'
        )
        code, _, error = exposure("plan", tmp_path / "exposure.toml", "--out", tmp_path / "index")
        if allow:
            assert code == 0, error
        else:
            assert code == 3, error
            assert "b.npy holds the bytes of a.npy and more behind them" in error
            assert "[corpus] allow_repeats = true" in error


def test_shards_that_begin_alike_are_not_repeats(tmp_path: Path, exposure) -> None:
    ids = np.random.default_rng(0).integers(0, 40, (900, 32)).astype("<u2")
    other = ids.copy()
    other[500:] = other[500:][::-1]
    shards = [Shard(n, f"{n}", str(tmp_path / f"{n}"), 0, None, 0, 1, 1) for n in range(3)]
    zeros = np.zeros((900, 32), "<u2")
    for shard, rows in zip(shards, (ids[:700], other, zeros), strict=True):
        Path(shard.url).write_bytes(rows.tobytes())
    (tmp_path / "3").write_bytes(zeros[:500].tobytes())
    shards.append(replace(shards[2], number=3, name="3", url=str(tmp_path / "3")))
    sized = [replace(shard, n_bytes=Path(shard.url).stat().st_size) for shard in shards]
    assert repeated_files(sized) == []


def test_shards_of_no_ids_are_no_repeats_though_their_headers_are_the_same(tmp_path: Path) -> None:
    paths = [tmp_path / "a.npy", tmp_path / "b.npy"]
    for n_rows, same in ((0, 0), (3, 1)):
        for path in paths:
            np.save(path, np.ones((n_rows, 8), "<u2"))
        shards = [
            Shard(number, path.name, str(path), path.stat().st_size, None, 0, n_rows, 8 * n_rows)
            for number, path in enumerate(paths)
        ]
        assert len(repeated_files(shards)) == same


@pytest.mark.parametrize("kind", ["array", "zstd", "lines"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_shard_that_was_appended_to_itself(tmp_path: Path, kind: str, times: int) -> None:
    ids = np.random.default_rng(0).integers(0, 40, (64, 32)).astype("<u2")
    content = {
        "array": ids.tobytes(),
        "zstd": zstandard.compress(ids.tobytes()),
        "lines": "".join(json.dumps({"tokens": row}) + "\n" for row in ids.tolist()).encode(),
    }[kind]
    (tmp_path / "a").write_bytes(content * times)
    form = {"format": "jsonl"} if kind == "lines" else {"format": "headerless", "dtype": "<u2"}
    reader = open_corpus(CorpusConfig(paths=["a"], sequence_length=32, **form), base=tmp_path)
    found = [] if times == 1 else [f"a holds its own bytes {times} times over"]
    assert repeated_files(reader.shards()) == found
