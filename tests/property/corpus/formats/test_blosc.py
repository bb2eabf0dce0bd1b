"""Blosc chunks, put together byte by byte as their format describes it, give back what they hold."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.formats.blosc import decompress_blosc
from indexer.errors import InputError


def shuffled(block: bytes, item: int) -> bytes:
    n_items = len(block) // item
    planes = [block[place : n_items * item : item] for place in range(item)]
    return b"".join(planes) + block[n_items * item :]


def chunk_of(content: bytes, item: int, block_bytes: int, split: bool) -> bytes:
    blocks = [content[at : at + block_bytes] for at in range(0, len(content), block_bytes)]
    starts, body = [], b""
    for block in blocks:
        starts.append(16 + 4 * len(blocks) + len(body))
        raw = shuffled(block, item) if item > 1 else block
        n_streams = item if split and len(block) == block_bytes else 1
        size = len(raw) // n_streams
        for at in range(0, n_streams * size, size):
            stream = raw[at : at + size]
            packed = pa.Codec("lz4_raw").compress(stream, asbytes=True)
            packed = packed if len(packed) < len(stream) else stream
            body += len(packed).to_bytes(4, "little") + packed
    flags = 1 << 5 | (1 if item > 1 else 0) | (0 if split else 16)
    sizes = np.array([len(content), block_bytes, 16 + 4 * len(blocks) + len(body)], "<u4").tobytes()
    return bytes([2, 1, flags, item]) + sizes + np.array(starts, "<u4").tobytes() + body


@given(
    values=st.lists(st.one_of(st.integers(0, 255), st.integers(0, 2**64 - 1)), min_size=1, max_size=200),
    item=st.sampled_from([1, 2, 3, 4, 8]),
    n_items=st.integers(1, 64),
    split=st.booleans(),
    tail=st.binary(max_size=7),
)
def test_chunks_of_items_of_every_size(values, item, n_items, split, tail):
    content = b"".join((value % 256**item).to_bytes(item, "little") for value in values) + tail
    data = chunk_of(content, item, n_items * item, split)
    assert decompress_blosc(data, name="a", max_bytes=len(content)).tobytes() == content
    with pytest.raises(InputError, match="corrupt blosc chunk"):
        decompress_blosc(data, name="a", max_bytes=len(content) - 1)
