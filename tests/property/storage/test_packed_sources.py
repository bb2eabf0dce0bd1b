"""Unpacked bytes are the bytes that were packed, however they are framed, chunked and asked for."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.blocks.id_sources import IdRun
from indexer.errors import InputError
from indexer.storage import unpack_ahead
from indexer.storage.compressed import Limits, decompressed, unpacked
from indexer.storage.files import file_at
from indexer.storage.zstd_frames import ZstdReader

PARTS = st.lists(
    st.one_of(st.binary(max_size=300), st.integers(0, 300_000).map(lambda n: b"abcdefg" * (n // 7))),
    max_size=5,
)
SIZES = st.lists(st.integers(1, 200_000), max_size=6).map(lambda sizes: [*sizes, 4096])


def frame(part: bytes, kind: int) -> bytes:
    if kind == 4:
        return b"\x5a\x2a\x4d\x18" + len(part).to_bytes(4, "little") + part
    return zstandard.ZstdCompressor(
        write_content_size=bool(kind & 1), write_checksum=bool(kind & 2)
    ).compress(part)


def read_by(source, sizes, n_most=1 << 24) -> bytes:
    """Read with buffers of these sizes in turn, to the end."""
    got = bytearray()
    for turn in range(n_most):
        target = bytearray(sizes[turn % len(sizes)])
        n_bytes = source.readinto(memoryview(target))
        got += target[:n_bytes]
        if n_bytes < len(target):
            assert source.readinto(memoryview(target)) == 0
            return got
    raise AssertionError("never ends")


@given(
    parts=PARTS,
    kinds=st.lists(st.integers(0, 4), min_size=5, max_size=5),
    sizes=SIZES,
    cut=st.integers(1, 40),
)
def test_zstd_frames_of_any_kind_in_chunks_of_any_size(parts, kinds, sizes, cut):
    packed = b"".join(frame(part, kind) for part, kind in zip(parts, kinds, strict=False))
    expected = b"".join(part for part, kind in zip(parts, kinds, strict=False) if kind != 4)
    step = max(1, len(packed) // cut)
    chunks = (packed[at : at + step] for at in range(0, len(packed), step))
    assert read_by(ZstdReader(chunks, name="a", max_window_bytes=1 << 27), sizes) == expected


@given(parts=PARTS, kinds=st.lists(st.integers(0, 3), min_size=5, max_size=5), sizes=SIZES, data=st.data())
def test_zstd_cut_or_followed_by_something_is_refused(parts, kinds, sizes, data):
    frames = [frame(part, kind) for part, kind in zip(parts, kinds, strict=False)]
    packed = b"".join(frames)
    ends = {sum(map(len, frames[:n])) for n in range(len(frames) + 1)}
    at = data.draw(st.integers(0, len(packed)))
    if at not in ends:
        with pytest.raises(InputError, match=r"truncated|belong to no zstd frame|not a zstd file"):
            read_by(ZstdReader(iter([packed[:at]]), name="a", max_window_bytes=1 << 27), sizes)
    with pytest.raises(InputError, match=r"truncated|belong to no zstd frame|not a zstd file"):
        read_by(ZstdReader(iter([packed, b"\x00"]), name="a", max_window_bytes=1 << 27), sizes)


def test_a_frame_whose_last_block_is_not_marked_as_the_last_is_refused():
    packed = bytearray(zstandard.compress(b"abc"))
    packed[-6] &= 0xFE
    with pytest.raises(InputError, match=r"a, frame 0, byte 0: is truncated"):
        read_by(ZstdReader(iter([bytes(packed)]), name="a", max_window_bytes=1 << 27), [10])


PACKINGS = {
    "zstd": lambda parts: b"".join(map(zstandard.compress, parts)),
    "gzip": lambda parts: b"".join(map(gzip.compress, parts)),
    "bz2": lambda parts: b"".join(map(bz2.compress, parts)),
}


@pytest.mark.parametrize("kind", PACKINGS)
@given(parts=PARTS, sizes=SIZES)
def test_every_packing_gives_its_bytes(tmp_path_factory, kind, parts, sizes):
    path = Path(tmp_path_factory.mktemp("packed")) / "a"
    path.write_bytes(PACKINGS[kind](parts))
    file = file_at(str(path), base=Path())
    assert read_by(unpacked(file, kind, Limits()), sizes) == b"".join(parts)
    assert b"".join(decompressed(file, kind, Limits())) == b"".join(parts)


@pytest.mark.parametrize("kind", PACKINGS)
@given(
    ids=st.lists(st.integers(0, 65_535), min_size=1, max_size=400),
    places=st.lists(st.integers(0, 400), min_size=2, max_size=12),
    dtype=st.sampled_from(["<u2", ">u2", "<i4", "<i8"]),
    offset=st.integers(0, 9),
    n_ahead=st.integers(0, 300),
)
def test_ranges_may_overlap_and_leave_out(tmp_path_factory, kind, ids, places, dtype, offset, n_ahead):
    path = Path(tmp_path_factory.mktemp("packed")) / "a"
    path.write_bytes(PACKINGS[kind]([b"x" * offset, np.array(ids, dtype).tobytes()]))
    file = file_at(str(path), base=Path())
    source = IdRun(file, offset, len(ids), np.dtype(dtype), kind).open(Limits())
    starts = sorted(min(place, len(ids)) for place in places)
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpack_ahead, "PIECE_BYTES", n_ahead)
        patch.setattr(unpack_ahead, "has_idle_core", lambda: n_ahead > 0)
        for turn, (start, length) in enumerate(zip(starts, places, strict=True)):
            stop = min(len(ids), start + length)
            if turn % 3 == 0:
                source.expect(start, len(ids) if turn else stop)
            kept.append((start, stop, source.read(start, stop)))
        source.finish()
    for start, stop, got in kept:
        assert got.tolist() == ids[start:stop]
