"""Chunks of a zarr array that are corrupt, of another size, or need a package that is missing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from numcodecs import blosc

from indexer.corpus.formats.zarr_array import ZarrArray, crc32c, unpacked_chunk
from indexer.errors import InputError, ResourceError

IDS = np.arange(64, dtype="<i4")


def array_of(folder: Path, *chunks: bytes, codec: str | None = "blosc") -> ZarrArray:
    """Write an array of one file a chunk and open it."""
    inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
    meta = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [64 * len(chunks)],
        "data_type": "int32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [64]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "."}},
        "codecs": inner + ([{"name": codec}] if codec else []),
    }
    for number, chunk in enumerate(chunks):
        (folder / f"c.{number}").write_bytes(chunk)
    (folder / "zarr.json").write_text(json.dumps(meta))
    return ZarrArray(str(folder), name="data")


def packed(shuffle: int = blosc.SHUFFLE) -> bytearray:
    return bytearray(blosc.compress(IDS.tobytes(), b"lz4", 5, shuffle, typesize=4))


def test_chunks_are_read_across_their_borders(tmp_path: Path):
    array = array_of(tmp_path, packed(), packed(blosc.BITSHUFFLE))
    assert array.read(60, 70).tolist() == [60, 61, 62, 63, 0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (4, 255, r"c\.0, byte 0: holds a chunk of 511 bytes"),  # unpacked bytes
        (7, 255, "holds a chunk of 4,278,190,336 bytes"),  # would take all memory
        (12, 1, "holds a corrupt blosc chunk of"),  # packed bytes
        (0, 77, "holds a corrupt blosc chunk"),  # version
        (16, 255, "holds a corrupt blosc chunk"),  # start of the first block
    ],
)
def test_a_chunk_with_a_corrupt_head_is_refused(tmp_path: Path, place, value, message):
    chunk = packed()
    chunk[place] = value
    with pytest.raises(InputError, match=message):
        array_of(tmp_path, chunk).read(0, 64)


@pytest.mark.parametrize("n_bytes", [0, 3, 15, 16, 40])
def test_a_chunk_that_ends_early_is_refused(tmp_path: Path, n_bytes):
    with pytest.raises(InputError, match="holds a corrupt blosc chunk"):
        array_of(tmp_path, packed()[:n_bytes]).read(0, 64)


@pytest.mark.parametrize("n_bytes", [252, 255, 257])
def test_a_chunk_that_is_not_packed_has_the_bytes_of_its_items(tmp_path: Path, n_bytes):
    chunk = (IDS.tobytes() * 2)[:n_bytes]
    with pytest.raises(InputError, match=f"holds a chunk of {n_bytes} bytes"):
        array_of(tmp_path, chunk, codec=None).read(0, 64)


def test_the_checksum_is_castagnoli_s():
    assert crc32c(b"123456789", name="a") == 0xE3069283


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "numcodecs", None)
    monkeypatch.setitem(sys.modules, "google_crc32c", None)
    for needs_it in (
        lambda: unpacked_chunk(bytes(packed()), n_bytes=256, name="c/0", offset="byte 0"),
        lambda: crc32c(b"", name="c/0"),
    ):
        with pytest.raises(ResourceError, match=r"c/0: needs the package .*exposure-indexer\[levanter\]"):
            needs_it()
