"""Packed files with an index of their frames, written by hand: seekable zstd and bgzip."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

import xxhash
import zstandard

from indexer.storage.frame_index import END_OF_BGZF


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """Return a file's content in pieces, some of them empty."""
    ends = [0, *sorted(min(one, len(data)) for one in cuts), len(data)]
    return [data[low:high] for low, high in pairwise(ends)]


def skippable(content: bytes) -> bytes:
    return struct.pack("<II", 0x184D2A5E, len(content)) + content


def seek_table(entries: list[tuple], *, checksums: bool) -> bytes:
    rows = b"".join(struct.pack("<III" if checksums else "<II", *entry) for entry in entries)
    return skippable(rows + struct.pack("<IBI", len(entries), 0x80 if checksums else 0, 0x8F92EAB1))


def entries_of(pieces: list[bytes], *, checksums: bool) -> tuple[list[bytes], list[tuple]]:
    frames = [zstandard.ZstdCompressor(write_checksum=bool(len(one) % 2)).compress(one) for one in pieces]
    sums = [xxhash.xxh64_intdigest(one) & 0xFFFFFFFF for one in pieces]
    sizes = [(len(frame), len(one)) for frame, one in zip(frames, pieces, strict=True)]
    return frames, [(*size, one) for size, one in zip(sizes, sums, strict=True)] if checksums else sizes


def seekable_zstd(pieces: list[bytes], *, checksums: bool = True) -> bytes:
    """Write the seekable format of facebook/zstd by hand."""
    frames, entries = entries_of(pieces, checksums=checksums)
    return b"".join(frames) + seek_table(entries, checksums=checksums)


def bgzf(pieces: list[bytes], *, end: bytes = END_OF_BGZF) -> bytes:
    """Write blocks of bgzip by hand."""
    blocks = []
    for piece in pieces:
        packer = zlib.compressobj(wbits=-15)
        body = packer.compress(piece) + packer.flush()
        head = END_OF_BGZF[:16] + struct.pack("<H", len(body) + 25)
        blocks.append(head + body + struct.pack("<II", zlib.crc32(piece), len(piece)))
    return b"".join(blocks) + end
