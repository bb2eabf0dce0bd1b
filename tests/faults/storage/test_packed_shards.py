"""Packed shards that are cut, flipped, followed by garbage, or meant to fill memory."""

from __future__ import annotations

import bz2
import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.text.writers import write_megatron
from indexer.errors import InputError, ResourceError

IDS = np.random.default_rng(3).integers(0, 5000, 160).astype("<u2")
DATA = IDS.tobytes()
FRAMES = {
    "one frame": zstandard.ZstdCompressor().compress(DATA),
    "no size": zstandard.ZstdCompressor(write_content_size=False).compress(DATA),
    "checksum": zstandard.ZstdCompressor(write_checksum=True).compress(DATA),
    "three frames": b"".join(
        zstandard.ZstdCompressor(write_content_size=False).compress(part)
        for part in (DATA[:101], DATA[101:233], DATA[233:])
    ),
}


def read_all(path: Path, **keys) -> list[int]:
    config = CorpusConfig(paths=[path.name], format="headerless", dtype="u2", sequence_length=20, **keys)
    reader = open_corpus(config, base=path.parent)
    ids: list[int] = []
    for shard in reader.shards():
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            ids += block.ids.tolist()
    return ids


def frame_ends(data: bytes) -> set[int]:
    """Where a shorter file is whole frames all the same, which only a size known before can refuse."""
    ends, at = {0}, 0
    while at < len(data):
        decoder = zstandard.ZstdDecompressor().decompressobj()
        decoder.decompress(data[at:])
        at = len(data) - len(decoder.unused_data)
        ends.add(at)
    return ends - {len(data)}


@pytest.mark.parametrize("name", FRAMES)
def test_zstd_cut_at_any_offset_is_refused(tmp_path: Path, name):
    data = FRAMES[name]
    path = tmp_path / "a.bin.zst"
    path.write_bytes(data)
    assert read_all(path) == IDS.tolist()
    for n_bytes in set(range(1, len(data))) - frame_ends(data):
        path.write_bytes(data[:n_bytes])
        with pytest.raises(InputError, match=r"a\.bin\.zst.*(truncated|not a zstd|belong to no|begin like)"):
            read_all(path)


def test_a_missing_last_frame_is_refused_where_the_index_knows_the_size(tmp_path: Path):
    write_megatron(tmp_path / "a", [IDS], "u2")
    (tmp_path / "a.bin").unlink()
    data = FRAMES["three frames"]
    for end in sorted(frame_ends(data)):
        (tmp_path / "a.bin.zst").write_bytes(data[:end])
        reader = open_corpus(CorpusConfig(paths=["a"], format="megatron"), base=tmp_path)
        with pytest.raises(
            InputError, match=r"unpacks to [\d,]+ bytes; expected at least 320|lies at bytes 0 to 320"
        ):
            list(reader.blocks(reader.shards()[0], 0, 1))


@pytest.mark.parametrize("kind", ["gzip", "bz2"])
def test_gzip_and_bz2_cut_at_any_offset_are_refused(tmp_path: Path, kind):
    packed = {"gzip": gzip.compress(DATA), "bz2": bz2.compress(DATA)}[kind]
    path = tmp_path / {"gzip": "a.bin.gz", "bz2": "a.bin.bz2"}[kind]
    for n_bytes in range(1, len(packed)):
        path.write_bytes(packed[:n_bytes])
        with pytest.raises(InputError, match=r"truncated|does not begin like"):
            read_all(path)


def test_a_flipped_bit_of_a_frame_with_a_checksum_never_changes_an_id(tmp_path: Path):
    data = bytearray(FRAMES["checksum"])
    path = tmp_path / "a.bin.zst"
    n_refused = 0
    for at in range(len(data)):
        data[at] ^= 0x10
        path.write_bytes(data)
        try:
            assert read_all(path) == IDS.tolist(), at
        except (InputError, ResourceError):
            n_refused += 1
        data[at] ^= 0x10
    assert n_refused >= len(data) - 4  # a few bits of the heads mean nothing


def test_a_flipped_bit_without_a_checksum_never_gives_more_or_fewer_ids(tmp_path: Path):
    data = bytearray(FRAMES["one frame"])
    path = tmp_path / "a.bin.zst"
    n_refused = 0
    for at in range(len(data)):
        data[at] ^= 0x10
        path.write_bytes(data)
        try:
            assert len(read_all(path)) == len(IDS)
        except (InputError, ResourceError):
            n_refused += 1
        data[at] ^= 0x10
    assert n_refused


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("garbage", [b"\x00", b"garbage", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18"])
def test_trailing_garbage_is_refused(tmp_path: Path, name, garbage):
    path = tmp_path / "a.bin.zst"
    path.write_bytes(FRAMES[name] + garbage)
    with pytest.raises(InputError, match=r"frame \d, byte \d"):
        read_all(path)


def test_skippable_and_empty_frames_are_read_over(tmp_path: Path):
    skippable = b"\x5a\x2a\x4d\x18\x03\x00\x00\x00abc"
    empty = zstandard.ZstdCompressor().compress(b"")
    path = tmp_path / "a.bin.zst"
    path.write_bytes(skippable + empty + FRAMES["one frame"] + skippable + empty)
    assert read_all(path) == IDS.tolist()


def test_an_empty_file_holds_no_sequences(tmp_path: Path):
    (tmp_path / "a.bin").write_bytes(b"")
    assert read_all(tmp_path / "a.bin") == []
    (tmp_path / "a.bin.zst").write_bytes(b"")
    assert read_all(tmp_path / "a.bin.zst") == []


@pytest.mark.parametrize("stated", [True, False])
def test_a_bomb_is_refused_within_its_budget(tmp_path: Path, stated):
    bomb = zstandard.ZstdCompressor(write_content_size=stated).compress(bytes(256 << 20))
    assert len(bomb) < 40_000
    (tmp_path / "bomb.bin.zst").write_bytes(bomb)
    program = (
        "import resource, sys, zstandard, numpy, indexer.corpus.readers.arrays\n"
        "from pathlib import Path\n"
        "from indexer.config import CorpusConfig\n"
        "from indexer.corpus import open_corpus\n"
        "from indexer.errors import ResourceError\n"
        "now = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (now + (96 << 20), now + (96 << 20)))\n"
        "config = CorpusConfig(paths=['bomb.bin.zst'], format='headerless', dtype='u2', sequence_length=64)\n"
        "try:\n"
        "    open_corpus(config, base=Path(sys.argv[1])).shards()\n"
        "except ResourceError as error:\n"
        "    print(error.exit_code, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert done.stdout.startswith("5 bomb.bin.zst: unpacks to"), done.stderr
    assert "max_shard_bytes" in done.stdout


def test_a_large_window_is_refused_unless_raised(tmp_path: Path):
    parameters = zstandard.ZstdCompressionParameters(window_log=28, write_content_size=False)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    (tmp_path / "a.bin.zst").write_bytes(compressor.compress(DATA) + compressor.flush())
    with pytest.raises(ResourceError, match=r"needs a zstd window of 268,435,456 bytes.*max_window_bytes"):
        read_all(tmp_path / "a.bin.zst")
    assert read_all(tmp_path / "a.bin.zst", max_window_bytes=1 << 28) == IDS.tolist()
