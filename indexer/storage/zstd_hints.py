"""What skippable frames say of other frames: pzstd's sizes, and the seek table of the seekable format.

A zstd file that ends behind a frame is whole as far as its frames tell. pzstd writes a skippable frame of
four bytes, the packed size of the frame that follows, before each one. The seekable format ends with a
skippable frame whose last nine bytes are uint32 number of frames, uint8 descriptor (its upper bit: entries
have a checksum) and the magic 0x8F92EAB1; before them stands an entry for each frame: uint32 packed size,
uint32 unpacked size, and the checksum. Source: facebook/zstd contrib/pzstd, contrib/seekable_format.
"""

from __future__ import annotations

import numpy as np

from indexer.units import Uint32Array

PZSTD = 0x184D2A50
SEEK_TABLE = 0x184D2A5E
MOST_BYTES = 1 << 26
"""A seek table of more bytes is not looked at."""
FOOTER_BYTES = 9
_MAGIC = (0x8F92EAB1).to_bytes(4, "little")


def bytes_that_follow(magic: int, content: bytes) -> int:
    """Return the packed size of the frame that pzstd says will follow, 0 where it says nothing."""
    return int.from_bytes(content, "little") if magic == PZSTD and len(content) == 4 else 0


def unpacked_bytes(magic: int, content: bytes) -> int | None:
    """Return the unpacked size of all frames of a seek table, None where this is none."""
    if magic != SEEK_TABLE:
        return None
    entries = _entries(content)
    return None if entries is None else int(entries[:, 1].sum(dtype=np.uint64))


def table_bytes(footer: bytes) -> int | None:
    """Return the length of a seek table and its head, from its last nine bytes; None: none, or huge."""
    if len(footer) < FOOTER_BYTES or footer[-4:] != _MAGIC:
        return None
    n_bytes = FOOTER_BYTES + 4 * _width(footer) * int.from_bytes(footer[:4], "little")
    return 8 + n_bytes if n_bytes <= MOST_BYTES else None


def entries_of(table: bytes) -> Uint32Array | None:
    """Return the entries of a seek table with its head: packed size, unpacked size, checksum if any."""
    if table[:8] != SEEK_TABLE.to_bytes(4, "little") + (len(table) - 8).to_bytes(4, "little"):
        return None
    return _entries(table[8:])


def _entries(content: bytes) -> Uint32Array | None:
    if len(content) < FOOTER_BYTES or content[-4:] != _MAGIC:
        return None
    width = _width(content)
    n_frames = int.from_bytes(content[-9:-5], "little")
    if len(content) != FOOTER_BYTES + 4 * width * n_frames:
        return None
    return np.frombuffer(content, "<u4", width * n_frames).astype(np.uint32).reshape(n_frames, width)


def _width(footer: bytes) -> int:
    return 3 if footer[-5] & 0x80 else 2
