"""Unpacks blosc (version 1) chunks, as zarr stores them, with the decoders that are installed anyway.

======== ===== =====================================================================================
offset   size  field, little-endian
======== ===== =====================================================================================
0        1     format version, 2
1        1     version of the codec
2        1     flags: 1 bytes shuffled, 2 stored as they are, 4 bits shuffled, 16 not split;
               the upper three bits are the codec (1 lz4, 3 zlib, 4 zstd)
3        1     item size
4        4     unpacked bytes
8        4     block size
12       4     packed bytes, this header included
16             uint32 start of each block, then the blocks
======== ===== =====================================================================================

A block is one stream, or one for each byte of an item; a stream is its int32 length and its bytes, which are
stored as they are where the length is that of the unpacked stream. Source: Blosc/c-blosc
README_CHUNK_FORMAT.rst. The format's own libraries either are not fork-safe (tensorstore) or would be one
more dependency.
"""

from __future__ import annotations

import zlib

import numpy as np

from indexer.errors import InputError
from indexer.units import Uint8Array

_SHUFFLE, _STORED, _BITSHUFFLE, _WHOLE = 1, 2, 4, 16
_LZ4, _ZLIB, _ZSTD = 1, 3, 4


def decompress_blosc(data: bytes, *, name: str, max_bytes: int) -> Uint8Array:
    """Return the content of one blosc chunk.

    Raises
    ------
    InputError
        The chunk is corrupt, of an unknown kind, or would unpack to more than `max_bytes`.
    """
    if len(data) < 16 or data[0] != 2:
        raise InputError("holds a chunk that is not blosc version 1", path=name)
    flags, item = data[2], data[3]
    n_bytes, block_bytes, packed = np.frombuffer(data, "<u4", 3, 4).tolist()
    if packed != len(data) or n_bytes > max_bytes or not item or (n_bytes and not block_bytes):
        raise InputError(f"holds a corrupt blosc chunk of {len(data):,} bytes", path=name)
    if flags & _STORED:
        if len(data) != 16 + n_bytes:
            raise InputError("holds a corrupt blosc chunk", path=name)
        return np.frombuffer(data, np.uint8, n_bytes, 16)
    if flags & _BITSHUFFLE:
        raise InputError("holds bit-shuffled blosc chunks, which are not read", path=name)
    out = np.empty(n_bytes, np.uint8)
    n_blocks = -(-n_bytes // block_bytes)
    try:
        starts = np.frombuffer(data, "<u4", n_blocks, 16).tolist()
        for block, at in enumerate(starts):
            low = block * block_bytes
            size = min(block_bytes, n_bytes - low)
            # a last block that is shorter is never split
            n_streams = 1 if flags & _WHOLE or size < block_bytes else item
            raw = _streams(data, at, size, n_streams, flags >> 5)
            out[low : low + size] = _unshuffled(raw, item) if flags & _SHUFFLE and item > 1 else raw
    except (ValueError, OSError, IndexError, zlib.error) as error:
        raise InputError(f"holds a corrupt blosc chunk ({error})", path=name) from None
    return out


def _streams(data: bytes, at: int, size: int, n_streams: int, codec: int) -> Uint8Array:
    n_each = size // n_streams
    parts = []
    for _ in range(n_streams):
        n_packed = int.from_bytes(data[at : at + 4], "little")
        body = data[at + 4 : at + 4 + n_packed]
        if len(body) != n_packed:
            raise ValueError("a stream ends early")
        unpacked = body if n_packed == n_each else _decode(body, n_each, codec)
        if len(unpacked) != n_each:
            raise ValueError(f"a stream unpacks to {len(unpacked)} bytes of {n_each}")
        parts.append(np.frombuffer(unpacked, np.uint8))
        at += 4 + n_packed
    return parts[0] if n_streams == 1 else np.concatenate(parts)


def _decode(body: bytes, n_bytes: int, codec: int) -> bytes:
    if codec == _LZ4:
        import pyarrow as pa

        unpacked: bytes = pa.Codec("lz4_raw").decompress(body, n_bytes, asbytes=True)
        return unpacked
    if codec == _ZLIB:
        decoder = zlib.decompressobj()
        return decoder.decompress(body, n_bytes)
    if codec == _ZSTD:
        import zstandard

        try:
            return bytes(zstandard.ZstdDecompressor().decompress(body, max_output_size=n_bytes))
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None
    raise ValueError(f"codec {codec} is not read")


def _unshuffled(raw: Uint8Array, item: int) -> Uint8Array:
    """Put the bytes of each item together again, which lie one n-th of the block apart.

    Planes are widened, shifted and added, and those of nothing but zeros, as the upper bytes of ids are, left
    out: 131,072 items of four bytes take 0.05 ms, as a transposed copy 0.38.
    """
    n_items = len(raw) // item
    planes = raw[: n_items * item].reshape(item, n_items)
    if item not in (2, 4, 8):
        whole = np.ascontiguousarray(planes.T).reshape(-1)
    else:
        values = planes[0].astype(f"<u{item}")
        for place in range(1, item):
            if planes[place].any():
                values |= np.left_shift(planes[place], 8 * place, dtype=values.dtype)
        whole = values.view(np.uint8)
    return whole if n_items * item == len(raw) else np.concatenate([whole, raw[n_items * item :]])
