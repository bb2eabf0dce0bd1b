"""Blocks of every reader put together again give the ids that were written."""

from __future__ import annotations

import bz2
import gzip
import itertools
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.text.writers import write_megatron
from indexer.errors import ConfigError, InputError, StateError

RNG = np.random.default_rng(7)


def rows_of(reader, start=None, stop=None):
    rows = []
    for shard in reader.shards():
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            assert block.first_sequence == len(rows)
            assert block.ids.dtype in (np.uint16, np.uint32)
            rows += [block.ids[a:b].tolist() for a, b in zip(block.starts, block.stops, strict=True)]
    return rows


def multi_frame(data: bytes) -> bytes:
    """Frames that end in the middle of an id, with no size in their heads, and a skippable one between."""
    cuts = [0, 3, 11, len(data) // 2 | 1, len(data)]
    frames = [
        zstandard.ZstdCompressor(write_content_size=False, write_checksum=bool(i % 2)).compress(data[a:b])
        for i, (a, b) in enumerate(itertools.pairwise(cuts))
    ]
    skippable = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"hello"
    return frames[0] + skippable + b"".join(frames[1:])


PACKINGS = {
    "": lambda data: data,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
    "-frames.zst": multi_frame,
    ".gz": gzip.compress,
    "-members.gz": lambda data: gzip.compress(data[:31]) + gzip.compress(data[31:]),
    ".bz2": lambda data: bz2.compress(data[:31]) + bz2.compress(data[31:]),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("dtype", ["<u2", ">u2", "<u4", ">i4", "<i8", "u1"])
@pytest.mark.parametrize("block_ids", [1, 37])
def test_headerless_arrays_give_their_rows(tmp_path: Path, packing, dtype, block_ids):
    ids = RNG.integers(0, 250 if dtype == "u1" else 30_000, 517)
    (tmp_path / f"a.bin{packing}").write_bytes(PACKINGS[packing](ids.astype(dtype).tobytes()))
    config = CorpusConfig(paths=[f"a.bin{packing}"], format="headerless", dtype=dtype, sequence_length=10)
    reader = open_corpus(config, base=tmp_path, block_ids=block_ids)
    assert rows_of(reader) == ids[:510].reshape(51, 10).tolist()
    (shard,) = reader.shards()
    assert (shard.n_sequences, shard.n_tokens, shard.n_dropped_tokens) == (51, 510, 7)
    assert shard.seekable == (packing == "")
    middle = [b for b in reader.blocks(shard, 20, 33)]
    got = [b.ids[x:y].tolist() for b in middle for x, y in zip(b.starts, b.stops, strict=True)]
    assert got == ids[200:330].reshape(13, 10).tolist()


@pytest.mark.parametrize(
    ("packing", "dtype", "longest"), [("", "<u2", 80), ("", ">u2", 20), (".zst", "<u2", 20)]
)
def test_blocks_are_longer_where_they_take_no_memory(tmp_path: Path, packing, dtype, longest):
    ids = RNG.integers(0, 30_000, 500)
    (tmp_path / f"a.bin{packing}").write_bytes(PACKINGS[packing](ids.astype(dtype).tobytes()))
    config = CorpusConfig(paths=[f"a.bin{packing}"], format="headerless", dtype=dtype, sequence_length=10)
    reader = open_corpus(config, base=tmp_path, block_ids=20)
    lengths = [len(block.ids) for block in reader.blocks(reader.shards()[0], 0, 50)]
    assert max(lengths) == longest
    assert sum(lengths) == 500


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("descr", ["<u2", ">i4", "<u8"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_npy_headers_are_honoured(tmp_path: Path, packing, descr, version):
    rows = RNG.integers(0, 60_000, (23, 9)).astype(descr)
    with (tmp_path / "plain").open("wb") as handle:
        np.lib.format.write_array(handle, rows, version=version)
    (tmp_path / f"a.npy{packing}").write_bytes(PACKINGS[packing]((tmp_path / "plain").read_bytes()))
    config = CorpusConfig(paths=["a.npy*"], format="npy")
    assert rows_of(open_corpus(config, base=tmp_path, block_ids=20)) == rows.tolist()


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("behind", [b"\0", b"\1\0", b"\0" * 9])
def test_a_npy_with_bytes_behind_its_end_is_refused(tmp_path: Path, packing, behind):
    np.save(tmp_path / "plain.npy", RNG.integers(0, 60_000, (23, 9)).astype("<u2"))
    data = (tmp_path / "plain.npy").read_bytes()
    (tmp_path / f"a.npy{packing}").write_bytes(PACKINGS[packing](data + behind))
    config = CorpusConfig(paths=["a.npy*"], format="npy")
    with pytest.raises(
        InputError, match=rf"a\.npy.*{len(data) + len(behind)} bytes.*expected.* {len(data)}\b"
    ):
        rows_of(open_corpus(config, base=tmp_path, block_ids=20))


def test_fortran_order_gives_rows_not_columns(tmp_path: Path):
    rows = RNG.integers(0, 60_000, (23, 9)).astype("<u2")
    np.save(tmp_path / "f.npy", np.asfortranarray(rows))
    config = CorpusConfig(paths=["f.npy"], format="npy")
    assert rows_of(open_corpus(config, base=tmp_path, block_ids=20)) == rows.tolist()


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "i8"])
@pytest.mark.parametrize("block_ids", [1, 37])
def test_megatron_gives_stored_sequences(tmp_path: Path, packing, dtype, block_ids):
    lengths = [0, 5, 1, 0, 40, 7, 0]
    sequences = [RNG.integers(0, 100, n).astype(dtype) for n in lengths]
    write_megatron(tmp_path / "a", sequences, dtype)
    if packing:
        data = tmp_path / "a.bin"
        suffix = "." + packing.rsplit(".", 1)[1]
        (tmp_path / f"a.bin{suffix}").write_bytes(PACKINGS[packing](data.read_bytes()))
        data.unlink()
    for spelling in ("a", "a.idx", "a.bin*"):
        reader = open_corpus(
            CorpusConfig(paths=[spelling], format="megatron"), base=tmp_path, block_ids=block_ids
        )
        assert rows_of(reader) == [s.tolist() for s in sequences]
    flat = open_corpus(
        CorpusConfig(paths=["a"], format="megatron", sequence_length=8), base=tmp_path, block_ids=block_ids
    )
    assert rows_of(flat) == np.concatenate(sequences)[:48].reshape(6, 8).tolist()
    assert flat.shards()[0].n_dropped_tokens == 5


def test_plain_arrays_are_views_of_the_map(tmp_path: Path):
    write_megatron(tmp_path / "a", [np.arange(50), np.arange(9)], "u2")
    reader = open_corpus(CorpusConfig(paths=["a"], format="megatron"), base=tmp_path)
    (block,) = reader.blocks(reader.shards()[0], 0, 2)
    assert not block.ids.flags.owndata and not block.ids.flags.writeable


def test_a_negative_id_lies_beyond_any_vocabulary(tmp_path: Path):
    np.array([1, -1, 3], "<i4").tofile(tmp_path / "a.bin")
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype="int32", sequence_length=3)
    assert rows_of(open_corpus(config, base=tmp_path)) == [[1, 2**32 - 1, 3]]


def test_a_64_bit_id_that_does_not_fit_is_named(tmp_path: Path):
    np.array([1, 2, 2**32, 3], "<i8").tofile(tmp_path / "a.bin")
    config = CorpusConfig(paths=["a.bin"], format="headerless", dtype="int64", sequence_length=2)
    with pytest.raises(InputError, match=r"a\.bin, token 2: id 4294967296 does not fit"):
        rows_of(open_corpus(config, base=tmp_path))


def test_shards_are_numbered_over_the_corpus(tmp_path: Path):
    for name, n in [("b", 3), ("a", 2), ("c", 4)]:
        write_megatron(tmp_path / name, [np.full(6, ord(name))] * n, "u2")
    reader = open_corpus(CorpusConfig(paths=["c.bin", "[ab].*"], format="megatron"), base=tmp_path)
    assert [(s.name, s.first_sequence, s.n_sequences) for s in reader.shards()] == [
        ("c.bin", 0, 4),
        ("a.bin", 4, 2),
        ("b.bin", 6, 3),
    ]
    assert [row[0] for row in rows_of(reader)] == [ord(x) for x in "ccccaabbb"]
    again = open_corpus(
        CorpusConfig(paths=["c.bin", "[ab].*"], format="megatron"), base=tmp_path, shards=reader.shards()
    )
    assert rows_of(again) == rows_of(reader)


def test_pointers_rule_not_the_running_sum(tmp_path: Path):
    """Sequences may lie anywhere in the .bin: with gaps, backwards, twice."""
    data = np.arange(100, dtype="<u2")
    data.tofile(tmp_path / "a.bin")
    starts, lengths = [50, 10, 10, 90], [20, 5, 5, 10]
    (tmp_path / "a.idx").write_bytes(
        b"MMIDIDX\x00\x00"
        + (1).to_bytes(8, "little")
        + bytes([8])
        + (4).to_bytes(8, "little")
        + (5).to_bytes(8, "little")
        + np.array(lengths, "<i4").tobytes()
        + (np.array(starts, "<i8") * 2).tobytes()
        + np.arange(5, dtype="<i8").tobytes()
        + bytes(4)
    )
    for block_ids in (1, 30, 1000):
        reader = open_corpus(CorpusConfig(paths=["a"], format="megatron"), base=tmp_path, block_ids=block_ids)
        assert rows_of(reader) == [list(range(a, a + n)) for a, n in zip(starts, lengths, strict=True)]
        assert reader.facts.details["modes"]
    with pytest.raises(ConfigError, match="gaps"):
        open_corpus(CorpusConfig(paths=["a"], format="megatron", sequence_length=4), base=tmp_path).shards()


def test_a_truncated_bin_is_refused_before_the_scan(tmp_path: Path):
    write_megatron(tmp_path / "a", [np.arange(50), np.arange(9)], "u2")
    data = tmp_path / "a.bin"
    data.write_bytes(data.read_bytes()[:-2])
    with pytest.raises(
        InputError, match=r"a\.idx, sequence 1: lies at bytes 100 to 118 of a\.bin, which holds 116"
    ):
        open_corpus(CorpusConfig(paths=["a"], format="megatron"), base=tmp_path).shards()


def test_a_file_that_changed_since_it_was_found_is_stale(tmp_path: Path):
    write_megatron(tmp_path / "a", [np.arange(50)], "u2")
    reader = open_corpus(CorpusConfig(paths=["a"], format="megatron"), base=tmp_path)
    shard = reader.shards()[0]
    (tmp_path / "a.bin").write_bytes(bytes(50))
    with pytest.raises(StateError, match="50 bytes now; expected 100"):
        list(reader.blocks(shard, 0, 1))


def test_a_shard_named_twice_is_refused_but_for_olmo(tmp_path: Path):
    """OLMo's own configurations list files twice, and mean it; elsewhere a name and a glob overlap."""
    np.arange(8, dtype="<u2").tofile(tmp_path / "a.bin")
    config = dict(paths=["a.bin", "*.bin"], dtype="u2", sequence_length=4)
    with pytest.raises(InputError, match=r"a\.bin: is named twice .*allow_repeats"):
        open_corpus(CorpusConfig(format="headerless", **config), base=tmp_path)
    assert len(rows_of(open_corpus(CorpusConfig(format="olmo", **config), base=tmp_path))) == 4


@pytest.mark.parametrize(
    ("config", "error", "message"),
    [
        (dict(paths=["none.bin"], format="headerless", dtype="u2"), InputError, "none.bin: no such file"),
        (dict(paths=["none*"], format="headerless", dtype="u2"), InputError, "matches no file"),
        (dict(paths=["."], format="headerless", dtype="u2"), InputError, "is a folder"),
        (
            dict(paths=["a.bin"], format="headerless", sequence_length=2),
            ConfigError,
            "set \\[corpus\\] dtype",
        ),
        (dict(paths=["a.bin"], format="headerless", dtype="u2"), ConfigError, "sequence_length"),
        (dict(paths=["a.bin"], format="headerless", dtype="f4", sequence_length=2), ConfigError, "token ids"),
        (dict(paths=["a.bin"], format="headerles"), ConfigError, "did you mean 'headerless'"),
        (dict(paths=["a.bin"], format="npy", sequence_length=2), InputError, "no npy header"),
        (
            dict(paths=["a.bin"], format="headerless", dtype="u4", sequence_length=2),
            InputError,
            "multiple of 4",
        ),
    ],
)
def test_refusals_say_what_to_do(tmp_path: Path, config, error, message):
    np.arange(5, dtype="<u2").tofile(tmp_path / "a.bin")
    with pytest.raises(error, match=message):
        open_corpus(CorpusConfig(**config), base=tmp_path).shards()
