"""Shards are compared with hashes that are known from elsewhere; what was not compared is said."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
import xxhash
import zstandard

from indexer.build import build_index, plan_index, scan_shards
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from tests.support.small_corpus import SmallCorpus, ask, exposures, sequences

DIGESTS = {
    "SHA256SUMS": lambda data: hashlib.sha256(data).hexdigest(),
    "md5sums.txt": lambda data: hashlib.md5(data).hexdigest(),
    "shards.xxh128": lambda data: xxhash.xxh128(data).hexdigest(),
}


def write_manifest(corpus: SmallCorpus, name: str, line: str, names: list[str]) -> None:
    lines = [
        line.format(digest=DIGESTS[name]((corpus.base / one).read_bytes()), name=one, kind="SHA256")
        for one in names
    ]
    (corpus.base / name).write_text("\n".join(lines) + "\n")


def verified(root: Path) -> list[bool]:
    return [row[0] for row in ask(root, "SELECT verified FROM shards ORDER BY shard")]


SHARDS = [f"shards/s{number:02}.bin" for number in range(3)]


@pytest.mark.parametrize("name", DIGESTS)
@pytest.mark.parametrize(
    "line", ["{digest}  {name}", "{digest} *./{name}", "# made by hand\n\n{digest}  {name}"]
)
def test_shards_of_a_manifest_are_verified(tmp_path: Path, name: str, line: str) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"manifest": name})
    write_manifest(corpus, name, line, SHARDS[:2])
    plan = build_index(corpus.config(), tmp_path / "index", n_workers=1)
    assert verified(tmp_path / "index") == [True, True, False]
    assert [note for note in plan.notes if "s02.bin" in note and "unverified" in note]
    corpus.corpus = {}
    build_index(corpus.config(), tmp_path / "without", n_workers=1)
    assert verified(tmp_path / "without") == [False] * 3
    assert exposures(tmp_path / "index") == exposures(tmp_path / "without")


def test_the_form_of_bsd(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"manifest": ["SHA256SUMS"]})
    write_manifest(corpus, "SHA256SUMS", "{kind} ({name}) = {digest}", SHARDS)
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    assert verified(tmp_path / "index") == [True] * 3


def spoil(path: Path) -> None:
    """Change an id, and neither the size nor the time of a file."""
    before, data = path.stat(), bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(bytes(data))
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))


def test_a_shard_of_the_same_size_and_time_is_found_out(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"manifest": "SHA256SUMS"})
    write_manifest(corpus, "SHA256SUMS", "{digest}  {name}", SHARDS)
    spoil(corpus.shard(1))
    code, _, err = exposure("index", corpus.write_config(), "--out", tmp_path / "index")
    assert code == 3 and "shards/s01.bin: has the sha256" in err and "fetch it again" in err
    assert IndexDir(tmp_path / "index").committed_ranges() == {0, 2}


def test_a_side_file_of_a_manifest_is_compared_when_it_is_planned(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"manifest": "SHA256SUMS"})
    write_manifest(corpus, "SHA256SUMS", "{digest}  {name}", [*SHARDS, "shards/s00.idx"])
    spoil(corpus.shard(0, ".idx"))
    with pytest.raises(InputError, match=r"s00\.idx"):
        plan_index(corpus.config(), tmp_path / "index")


def test_files_of_a_manifest_that_the_paths_do_not_hold_are_told(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=4, corpus={"manifest": "SHA256SUMS"})
    write_manifest(corpus, "SHA256SUMS", "{digest}  {name}", [*SHARDS, "shards/s03.bin", "phrases.jsonl"])
    for ending in (".bin", ".idx"):
        corpus.shard(3, ending).unlink()
    notes = plan_index(corpus.config(), tmp_path / "index").notes
    assert any("names files like the shards" in note and "shards/s03.bin" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no hash"),
        ("hello\n", "line 1: is no line of a manifest"),
        ("0" * 33 + "  x\n", "is no line of a manifest"),
        ("ROT13 (x) = 00\n", "is no line of a manifest"),
        ("0" * 64 + "  shards/s00.bin\n" + "1" * 64 + "  other/shards/s00.bin\n", "has two digests"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, message: str) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"manifest": "SHA256SUMS"})
    (tmp_path / "SHA256SUMS").write_text(text)
    with pytest.raises(InputError, match=message):
        plan_index(corpus.config(), tmp_path / "index")


def test_an_entry_of_another_folder_is_another_file(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path, corpus={"manifest": "lists/SHA256SUMS"})
    (tmp_path / "lists").mkdir()
    digest = hashlib.sha256(corpus.shard(0).read_bytes()).hexdigest()
    lines = [f"{digest}  shards/s00.bin", f"{'0' * 64}  val/s01.bin", f"{'0' * 64}  deep/down/README.bin"]
    (tmp_path / "lists/SHA256SUMS").write_text("\n".join(lines))
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    assert verified(tmp_path / "index") == [True, False, False]


def test_an_earlier_index_is_a_manifest(tmp_path: Path) -> None:
    corpus = SmallCorpus(tmp_path)
    build_index(corpus.config(), tmp_path / "first", n_workers=1)
    corpus.corpus = {"manifest": "first"}
    (tmp_path / "phrases.jsonl").write_text(json.dumps({"id": 0, "token_ids": [1, 2]}) + "\n")
    build_index(corpus.config(), tmp_path / "second", n_workers=1)
    assert verified(tmp_path / "second") == [True] * 3
    plan_index(corpus.config(), tmp_path / "third")
    spoil(corpus.shard(2))
    with pytest.raises(StateError, match=r"s02\.bin: holds other ids than when it was indexed before"):
        list(scan_shards(tmp_path / "third", n_workers=1))
    assert IndexDir(tmp_path / "third").committed_ranges() == {0, 1}


@pytest.mark.parametrize("length", ["a frame", "nothing"])
def test_a_packed_shard_that_is_cut_between_two_frames(tmp_path: Path, length: str) -> None:
    ids = sequences(1, n=20, length=8)
    frames = [zstandard.compress(ids[:10].tobytes()), zstandard.compress(ids[10:].tobytes())]
    whole, cut = b"".join(frames), frames[0] if length == "a frame" else b""
    keys = {"paths": ["a.zst", "b.zst"], "format": "headerless", "dtype": "uint16", "sequence_length": 8}
    corpus = SmallCorpus(tmp_path, n_shards=0, corpus={**keys, "manifest": "SHA256SUMS"})
    for name in ("a.zst", "b.zst"):
        (tmp_path / name).write_bytes(whole)
    write_manifest(corpus, "SHA256SUMS", "{digest}  {name}", ["a.zst", "b.zst"])
    (tmp_path / "b.zst").write_bytes(cut)
    with pytest.raises(InputError, match=r"b\.zst: has the sha256"):
        build_index(corpus.config(), tmp_path / "index", n_workers=1)
