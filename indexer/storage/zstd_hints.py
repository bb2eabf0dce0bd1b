"""What skippable frames say of other frames: pzstd's sizes, and the seek table of the seekable format.

A zstd file that ends behind a frame is whole as far as its frames tell. pzstd writes a skippable frame of
four bytes, the packed size of the frame that follows, before each one. The seekable format ends with a
skippable frame whose last nine bytes are uint32 number of frames, uint8 descriptor (its upper bit: entries
have a checksum) and the magic 0x8F92EAB1; before them stands an entry for each frame: uint32 packed size,
uint32 unpacked size, and the checksum. Source: facebook/zstd contrib/pzstd, contrib/seekable_format.
"""

from __future__ import annotations

import numpy as np

PZSTD = 0x184D2A50
SEEK_TABLE = 0x184D2A5E
MOST_BYTES = 1 << 26
"""A seek table of more bytes is not looked at."""
_MAGIC = (0x8F92EAB1).to_bytes(4, "little")


def bytes_that_follow(magic: int, content: bytes) -> int:
    """Return the packed size of the frame that pzstd says will follow, 0 where it says nothing."""
    return int.from_bytes(content, "little") if magic == PZSTD and len(content) == 4 else 0


def unpacked_bytes(magic: int, content: bytes) -> int | None:
    """Return the unpacked size of all frames of a seek table, None where this is none."""
    if magic != SEEK_TABLE or len(content) < 9 or content[-4:] != _MAGIC:
        return None
    n_frames = int.from_bytes(content[-9:-5], "little")
    width = 3 if content[-5] & 0x80 else 2
    if len(content) != 9 + 4 * width * n_frames:
        return None
    return int(np.frombuffer(content, "<u4", width * n_frames)[1::width].sum(dtype=np.uint64))
