"""A packed shard with an index of its frames is scanned in ranges, and gives the table of the plain one."""

from __future__ import annotations

import io
import lzma
import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from fsspec.implementations.memory import MemoryFileSystem

from indexer.build import build_index, merge_index, plan_index, scan_shards, share_of_ranges
from indexer.config import Config
from indexer.config.load import config_from_tables
from indexer.corpus.text.writers import write_megatron
from indexer.errors import InputError, StateError
from indexer.index_dir import IndexDir
from indexer.plan import ranges
from indexer.plan.shares import Share
from indexer.storage import frame_index
from indexer.verification.verify import verify_index
from tests.support.framed_files import bgzf, cut, entries_of, seek_table, seekable_zstd
from tests.support.small_corpus import SmallCorpus, exposures

ROWS = np.random.default_rng(5).integers(0, 40, (400, 16)).astype("<u2")
DATA = ROWS.tobytes()


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", data)
    return packed.getvalue()


FRAMES = cut(DATA, list(range(700, len(DATA), 701)))
PACKED = {".zst": seekable_zstd(FRAMES), ".gz": bgzf(FRAMES)}


def config_of(base: Path, paths: str, format: str = "headerless", **keys: object) -> Config:
    corpus = {"vocab_size": 40, "paths": [paths], "format": format, **keys}
    if format == "headerless":
        corpus |= {"dtype": "uint16", "sequence_length": 16}
    tables = {
        "phrases": {"source": "phrases.jsonl", "token_ids": "token_ids"},
        "corpus": corpus,
        "order": {"kind": "sequential", "batch_size": 4},
        "match": {"unit": "tokens"},
    }
    return config_from_tables(tables, origin="test", base=base)


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "LEAST_RANGE_TOKENS", 1_000)
    monkeypatch.setattr(frame_index, "GROUP_BYTES", 700)


@pytest.mark.parametrize(
    ("format", "ending"), [("headerless", ".zst"), ("headerless", ".gz"), ("megatron", ".zst")]
)
def test_its_table_is_that_of_the_plain_shard(tmp_path: Path, format: str, ending: str) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    write_megatron(tmp_path / "shards/a", ROWS, "<u2")
    build_index(config_of(tmp_path, "shards/a.bin", format), tmp_path / "plain", n_workers=1)
    (tmp_path / f"shards/a.bin{ending}").write_bytes(PACKED[ending])
    (tmp_path / "shards/a.bin").unlink()
    root = tmp_path / "packed"
    plan = plan_index(config_of(tmp_path, f"shards/a.bin{ending}", format), root)
    assert len(plan.ranges) == 7
    assert sum(one.n_sequences for one in plan.shards) == 400
    stopped = scan_shards(root, n_workers=1)
    first = next(stopped).range_number
    stopped.close()
    done = {first}
    for number in (2, 1):
        share = share_of_ranges(root, Share(number, 2))
        done |= {one.range_number for one in scan_shards(root, n_workers=1, ranges=share)}
    assert done == set(range(7))
    merge_index(root)
    assert exposures(root) == exposures(tmp_path / "plain")
    assert verify_index(root).exit_code == 0


def test_workers_killed_between_frames_cost_their_range_alone(
    tmp_path: Path, exposure: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    (tmp_path / "shards/a.bin").write_bytes(DATA)
    build_index(config_of(tmp_path, "shards/a.bin"), tmp_path / "plain", n_workers=1)
    (tmp_path / "shards/a.bin.zst").write_bytes(PACKED[".zst"])
    root, deaths = tmp_path / "packed", tmp_path / "deaths"
    plan = plan_index(config_of(tmp_path, "shards/a.bin.zst"), root)
    deaths.touch()
    honest = frame_index.FrameBorders.passed

    def passed(self: frame_index.FrameBorders, position: int) -> None:
        honest(self, position)
        if self.first and deaths.stat().st_size < 3 and position == self._index.packed[self.first + 1]:
            with deaths.open("a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(frame_index.FrameBorders, "passed", passed)
    code, _, err = exposure("scan", root, "--task", "1/2", "--workers", 1)
    assert (code, deaths.read_text()) == (5, "xxx")
    assert "a.bin.zst, sequences " in err and "given up after 3 attempts: its process was killed" in err
    done = IndexDir(root).committed_ranges()
    assert len(done) == len(share_of_ranges(root, Share(1, 2))) - 1
    assert exposure("merge", root)[0] == 4
    for number in (2, 1):
        assert exposure("scan", root, "--task", f"{number}/2", "--workers", 1)[0] == 0
    assert len(plan.ranges) == 7 and IndexDir(root).committed_ranges() == set(range(7))
    assert exposure("merge", root)[0] == 0
    assert exposures(root) == exposures(tmp_path / "plain")


def test_blocks_of_bgzip_without_the_one_that_ends_the_file_are_refused(tmp_path: Path) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    (tmp_path / "shards/a.bin.gz").write_bytes(bgzf(FRAMES[:-8]).removesuffix(frame_index.END_OF_BGZF))
    config = config_of(tmp_path, "shards/a.bin.gz")
    with pytest.raises(InputError, match=r"a\.bin\.gz is in blocks of bgzip.*allow_holes = true"):
        plan_index(config, tmp_path / "index")
    config = config_of(tmp_path, "shards/a.bin.gz", allow_holes=True)
    assert list(plan_index(config, tmp_path / "index").taken) == ["holes"]


def test_the_end_is_looked_for_on_a_store_too(tmp_path: Path) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    filesystem = MemoryFileSystem()
    whole = bgzf(FRAMES[:-8])
    for name, data in {"cut": whole.removesuffix(frame_index.END_OF_BGZF), "whole": whole}.items():
        filesystem.pipe_file(f"/{name}/a.bin.gz", data)
    with pytest.raises(InputError, match=r"a\.bin\.gz is in blocks of bgzip.*allow_holes = true"):
        plan_index(config_of(tmp_path, "memory://cut/a.bin.gz"), tmp_path / "index")
    assert not plan_index(config_of(tmp_path, "memory://whole/a.bin.gz"), tmp_path / "index").taken
    filesystem.store.clear()


@pytest.mark.parametrize(
    ("packed", "what"),
    [
        (lzma.compress(DATA), "packed by xz"),
        (bytes.fromhex("04224d18604082") + DATA, "packed by lz4"),
        (zipped(DATA), "a zip archive"),
    ],
)
@pytest.mark.parametrize("format", ["headerless", "auto", "jsonl"])
def test_what_is_packed_otherwise_is_no_row_of_ids(
    tmp_path: Path, packed: bytes, what: str, format: str
) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    (tmp_path / "shards/a.bin").write_bytes(packed)
    with pytest.raises(InputError, match=f"a.bin, byte 0: is {what}.*, which is not read"):
        plan_index(config_of(tmp_path, "shards/a.bin", format), tmp_path / "index")


def test_the_end_is_looked_for_in_parts_and_under_other_names(tmp_path: Path) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    cut_short = bgzf(FRAMES[:-8]).removesuffix(frame_index.END_OF_BGZF)
    (tmp_path / "shards/a.bin.bgz").write_bytes(cut_short)
    middle = len(cut_short) // 2 + 1
    (tmp_path / "shards/b.bin.gz.part0").write_bytes(cut_short[:middle])
    (tmp_path / "shards/b.bin.gz.part1").write_bytes(cut_short[middle:])
    for name, keys in {"a.bin.bgz": {}, "b.bin.gz.part*": {"parts": "joined"}}.items():
        with pytest.raises(InputError, match=r"(a\.bin\.bgz|b\.bin\.gz) is in blocks of bgzip"):
            plan_index(config_of(tmp_path, f"shards/{name}", **keys), tmp_path / "index")


def test_a_shard_of_no_row_by_its_heads_is_unpacked_when_it_is_planned(tmp_path: Path) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    (tmp_path / "shards/a.bin").write_bytes(DATA)
    frames, entries = entries_of(FRAMES, checksums=False)
    table = seek_table([(size, 0) for size, _ in entries], checksums=False)
    frame = bytearray(zstandard.ZstdCompressor().compress(DATA[:200]))
    assert frame[4:6] == b"\x20\xc8"
    frame[5] = 4
    for packed in (b"".join(frames) + table, bytes(frame)):
        (tmp_path / "shards/b.bin.zst").write_bytes(packed)
        with pytest.raises(InputError, match=r"b\.bin\.zst.*(unpacks to|corrupt)"):
            plan_index(config_of(tmp_path, "shards/*.bin*"), tmp_path / "index")


def test_a_table_that_lies_ends_in_no_index(tmp_path: Path) -> None:
    SmallCorpus(tmp_path, n_shards=0)
    frames, entries = entries_of(FRAMES, checksums=False)
    (size, n_bytes), (other_size, n_other) = entries[5:7]
    entries[5:7] = [(size, n_bytes - 32), (other_size, n_other + 32)]
    (tmp_path / "shards/a.bin.zst").write_bytes(b"".join(frames) + seek_table(entries, checksums=False))
    root = tmp_path / "index"
    plan_index(config_of(tmp_path, "shards/a.bin.zst"), root)
    said = r"a\.bin\.zst, frame [56], .*unpacks to (more than 669|701) bytes; expected (669|733)"
    with pytest.raises(InputError, match=said):
        list(scan_shards(root, n_workers=1))
    with pytest.raises(StateError):
        merge_index(root)
