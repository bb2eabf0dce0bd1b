"""A numbered set of files with a hole is refused with the names of what is missing."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.evidence.holes import (
    late_series,
    missing_in_hexadecimal,
    missing_in_letters,
    missing_in_series,
    missing_in_single_letters,
    missing_of_stated,
)
from indexer.evidence.shard_lengths import unwritten
from indexer.storage.globs import not_by_number
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
        (["x_1_of_5", "y_0_of_1"], ["x_0_of_5", "x_2_of_5", "x_3_of_5", "x_4_of_5"]),
        (["x_1_of_4", "y_1_of_1"], ["x_2_of_4", "x_3_of_4", "x_4_of_4"]),
        (["x_1_of_3"], ["x_2_of_3", "x_0_of_3 or x_3_of_3"]),
        (
            ["x-00007-of-00010"] * 2,
            [f"x-{n:05}-of-00010" for n in (1, 2, 3, 4, 5, 6, 8, 9)]
            + ["x-00000-of-00010 or x-00010-of-00010"],
        ),
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
        (["x-ab", "x-ac", "x-ad"], ["x-aa"]),
        (["x-aa", "x-ac"], []),
        (["canada", "panama"], []),
    ],
)
def test_letters_as_split_names_parts(names: list[str], missing: list[str]) -> None:
    assert list(missing_in_letters(names)) == missing


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["p-0x0a", "p-0x0c"], ["p-0x0b"]),
        (["p-0x09", "p-0x0A", "p-0x0C"], ["p-0x0B"]),
        (["p-08", "p-09", "p-0b", "p-0c"], ["p-0a"]),
        (["0f/x.bin", "10/x.bin", "12/x.bin"], ["11/x.bin"]),
        (["p-0x0a", "p-0x0b"], []),
        (["p-08", "p-10"], []),  # decimal
        (["wiki-be", "wiki-da", "wiki-de"], []),
        (["x-3f9a01cc", "x-77b01d2e"], []),
    ],
)
def test_hexadecimal_numbers(names: list[str], missing: list[str]) -> None:
    assert list(missing_in_hexadecimal(names)) == missing


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["part-a", "part-c"], ["part-b"]),
        (["a.bin", "b.bin", "d.bin"], ["c.bin"]),
        (["part_A.bin", "part_C.bin"], ["part_B.bin"]),
        (["part-a", "part-b"], []),
        (["part-a", "part-z"], []),
        (["part-x", "part-z"], []),
        (["a-wiki", "the-wiki"], []),
    ],
)
def test_single_letters(names: list[str], missing: list[str]) -> None:
    assert list(missing_in_single_letters(names)) == missing


@pytest.mark.parametrize("command", ["check", "plan", "index"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_shard_is_gone(tmp_path: Path, exposure, command: str, number: int) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=4)
    corpus.shard(number).unlink()
    out = [] if command == "check" else ["--out", tmp_path / "index"]
    code, _, error = exposure(command, corpus.write_config(), *out)
    assert code == 3
    assert f"1 file of a numbered set is not there: shards/s0{number}.bin" in error
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


def write_packed(base: Path, n_ids: list[int], *, frames: int = 4) -> None:
    """Write headerless zstd shards of so many ids, some frames each, and a configuration of them."""
    draw = np.random.default_rng(0)
    (base / "shards").mkdir(exist_ok=True)
    for number, n in enumerate(n_ids):
        parts = np.array_split(draw.integers(0, 40, n).astype("<u2"), frames)
        packed = b"".join(zstandard.ZstdCompressor().compress(part.tobytes()) for part in parts)
        (base / f"shards/x{number}.npy.zst").write_bytes(packed)
    (base / "phrases.jsonl").write_text('{"token_ids": [1, 2]}\n{"token_ids": [7, 7, 7, 7, 7, 7]}\n')
    (base / "exposure.toml").write_text(
        '[phrases]\nsource = "phrases.jsonl"\ntoken_ids = "token_ids"\n[match]\nunit = "tokens"\n'
        '[corpus]\npaths = ["shards/*.zst"]\nformat = "headerless"\ndtype = "<u2"\nvocab_size = 40\n'
        "sequence_length = 32\n[order]\nbatch_size = 1\n"
    )


def sha256_line(path: Path) -> str:
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def cut_off_a_frame(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex((0xFD2FB528).to_bytes(4, "little"))])


@pytest.mark.parametrize("sizes", [[1280] * 4, [1280, 1280, 1280, 640], [1280, 1280, 1280, 1280]])
def test_a_shard_cut_between_two_frames_is_shorter_than_its_neighbours(
    tmp_path: Path, exposure, sizes: list[int]
) -> None:
    write_packed(tmp_path, sizes)
    words = ("index", tmp_path / "exposure.toml", "--out", tmp_path / "index")
    assert exposure(*words)[0] == 0
    shutil.rmtree(tmp_path / "index")
    cut_off_a_frame(tmp_path / "shards/x1.npy.zst")
    code, _, error = exposure(*words)
    assert code == 3, error
    assert "shards/x1.npy.zst holds 960 ids, and others of its series 1,280 each" in error
    assert "[corpus] allow_holes = true" in error
    (tmp_path / "others.sha256").write_text(sha256_line(tmp_path / "shards/x0.npy.zst"))
    assert exposure(*words, "--set", "corpus.manifest=others.sha256")[0] == 3
    (tmp_path / "known.sha256").write_text(sha256_line(tmp_path / "shards/x1.npy.zst"))
    assert exposure(*words, "--set", "corpus.manifest=known.sha256")[0] == 0
    assert ask(tmp_path / "index", "SELECT DISTINCT status FROM exposures WHERE NOT seen") == [("never",)]
    shutil.rmtree(tmp_path / "index")
    assert exposure(*words, "--set", "corpus.allow_holes=true")[0] == 0
    assert ask(tmp_path / "index", "SELECT DISTINCT status FROM exposures WHERE NOT seen") == [("unknown",)]


@pytest.mark.parametrize("sizes", [[1280, 640], [1280], [640, 1280, 1920, 960], [640, 640, 1280, 1280]])
def test_what_nothing_tells_is_said_to_be_taken_on_trust(tmp_path: Path, exposure, sizes: list[int]) -> None:
    write_packed(tmp_path, sizes)
    assert exposure("index", tmp_path / "exposure.toml", "--out", tmp_path / "index")[0] == 0
    said = f"taken on trust: that the {len(sizes)} shard"
    assert said in exposure("status", tmp_path / "index")[1]
    ((notes,),) = ask(tmp_path / "index", "SELECT value FROM provenance WHERE key = 'notes'")
    assert said in notes
    assert exposure("report", tmp_path / "index", "--out", tmp_path / "report.html")[0] == 0
    assert said in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("names", "late"),
    [
        (["s02", "s03"], ["s02"]),
        (["a1/x5.bin", "a1/x6.bin"], ["a1/x5.bin"]),
        (["s01", "s02"], []),
        (["s00", "s01"], []),
        (["v2/a", "v2/b"], []),
        (["x-00002-of-00003", "x-00003-of-00003"], []),
        (["step1000", "step2000"], []),
        (["s07"], []),
    ],
)
def test_series_that_may_lack_their_beginning(names: list[str], late: list[str]) -> None:
    assert late_series(names) == late


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (["s1", "s10", "s11", "s2"], ("s11", "s2")),
        (["a/s2", "b/s1"], None),
        (["1/s9", "10/s1", "2/s1"], ("10/s1", "2/s1")),
        (["s01", "s02", "s10"], None),
    ],
)
def test_names_that_are_sorted_as_text(names: list[str], pair: tuple[str, str] | None) -> None:
    assert not_by_number(names) == pair


def _write_with_zeros(path: Path, how: str) -> None:
    ids = np.random.default_rng(0).integers(1, 40, 1 << 17).astype("<u2")
    if how == "tail":
        ids[-(1 << 15) :] = 0
    if how == "all":
        ids = np.zeros(1 << 11, "<u2")
    ids.tofile(path)
    if how == "sparse":
        with path.open("r+b") as handle:
            handle.truncate(path.stat().st_size + (1 << 20))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("tail", "a.bin ends in 65,536 zeros or more"),
        ("all", "a.bin holds zeros alone"),
        ("sparse", "a.bin has nothing on disk from byte 262,144 to 1,310,720"),
        ("whole", None),
    ],
)
def test_bytes_that_nobody_wrote(tmp_path: Path, exposure, how: str, message: str | None) -> None:
    _write_with_zeros(tmp_path / "a.bin", how)
    corpus = {"paths": ["a.bin"], "format": "headerless", "dtype": "<u2", "sequence_length": 32}
    found = unwritten(open_corpus(CorpusConfig(**corpus), base=tmp_path).files)
    assert [one for one in found if not one.startswith(str(message))] == [] and bool(found) == bool(message)
    config = SmallCorpus(tmp_path, corpus=corpus).write_config()
    code, _, error = exposure("check", config)
    assert (code == 3 and message in error and "special_ids" in error) if message else code == 0
    assert exposure("check", config, "--set", "corpus.special_ids=[0]")[0] == 0
