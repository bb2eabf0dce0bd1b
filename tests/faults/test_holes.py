"""A numbered set of files with a hole is refused with the names of what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer.evidence.holes import missing_in_letters, missing_in_series, missing_of_stated
from tests.support.small_corpus import SmallCorpus, ask


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["x-00000-of-00003.bin", "x-00002-of-00003.bin"], ["x-00001-of-00003.bin"]),
        (["x-00001-of-00003.bin", "x-00003-of-00003.bin"], ["x-00002-of-00003.bin"]),
        (["x-00000-of-00003.bin", "x-00001-of-00003.bin"], ["x-00002-of-00003.bin"]),
        (["c4.00000-of-00002.json.gz"], ["c4.00001-of-00002.json.gz"]),
        (["a/x-0-of-2.bin", "b/x-0-of-1.bin"], ["a/x-1-of-2.bin"]),
        (["x-00000-of-00001.bin"], []),
        (["one-of-three.bin"], []),
    ],
)
def test_names_that_say_how_many_there_are(names: list[str], missing: list[str]) -> None:
    assert list(missing_of_stated(names)) == missing


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["s00", "s02", "s03"], ["s01"]),
        (["s00", "s02"], ["s01"]),
        (["s8", "s9", "s11"], ["s10"]),
        (["part-1/f-0", "part-1/f-1", "part-3/f-0", "part-3/f-1"], ["part-2/f-0", "part-2/f-1"]),
        (["s00", "s01", "s02"], []),
        (["step1000", "step2000", "step3000"], []),
        (["a1b7", "a2b9", "a3b8"], []),
        (["wiki", "books"], []),
        (["s1", "s100"], []),
    ],
)
def test_numbers_one_after_another(names: list[str], missing: list[str]) -> None:
    assert sorted(missing_in_series(names)) == missing


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["x-aa", "x-ab", "x-ad"], ["x-ac"]),
        (["p/xaa.bin", "p/xac.bin", "p/xad.bin"], ["p/xab.bin"]),
        (
            [f"x{tens}{ones}" for tens in "ab" for ones in "abcdefghijklmnopqrstuvwxyz" if ones != "z"],
            ["xaz"],
        ),
        (["x-aa.jsonl.gz", "x-ab.jsonl.gz", "x-ac.jsonl.gz"], []),
        (["wiki.aa", "wiki.ab", "wiki.af", "wiki.am", "wiki.ar"], []),
        (["x-ab", "x-ac", "x-ae", "x-af"], []),
        (["x-aa", "x-ac"], []),
        (["canada", "panama"], []),
    ],
)
def test_letters_as_split_names_parts(names: list[str], missing: list[str]) -> None:
    assert list(missing_in_letters(names)) == missing


@pytest.mark.parametrize("command", ["check", "plan", "index"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_shard_is_gone(tmp_path: Path, exposure, command: str, number: int) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=4)
    corpus.shard(number).unlink()
    out = [] if command == "check" else ["--out", tmp_path / "index"]
    code, _, error = exposure(command, corpus.write_config(), *out)
    assert code == 3
    assert f"1 files of a numbered set are not there: shards/s0{number}.bin" in error
    assert "[corpus] allow_holes = true" in error


def test_the_last_one_is_gone_and_its_index_is_there(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    corpus.shard(2).unlink()
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and "shards/s02.bin" in error


def test_a_set_that_says_how_many_there_are(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=2)
    for number, ending in ((0, ".bin"), (0, ".idx"), (1, ".bin"), (1, ".idx")):
        shutil.move(corpus.shard(number, ending), tmp_path / f"shards/x-0000{number}-of-00003{ending}")
    code, _, error = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and "shards/x-00002-of-00003.bin" in error


def test_files_that_are_named_one_by_one_are_taken(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"paths": ["shards/s00.bin", "shards/s02.bin"]})
    assert exposure("index", corpus.write_config(), "--out", tmp_path / "index")[0] == 0


def test_taken_on_purpose_its_zeros_are_unknown(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"allow_holes": True})
    corpus.shard(1).unlink()
    assert exposure("index", corpus.write_config(), "--out", tmp_path / "index")[0] == 0
    statuses = ask(tmp_path / "index", "SELECT DISTINCT status FROM exposures WHERE exposure_count = 0")
    assert statuses == [("unknown",)]
    assert "shards/s01.bin" in exposure("status", tmp_path / "index")[1]
