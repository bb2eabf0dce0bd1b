"""A zstd file with frames missing is refused where the file itself says that there were more."""

from __future__ import annotations

import struct

import pytest
import zstandard

from indexer.errors import InputError
from indexer.storage.zstd_frames import ZstdReader

PARTS = [b"one", b"two and", b"three" * 9]
FRAMES = [zstandard.compress(part) for part in PARTS]


def skippable(magic: int, content: bytes) -> bytes:
    return struct.pack("<II", magic, len(content)) + content


def sized(frame: bytes) -> bytes:
    return skippable(0x184D2A50, struct.pack("<I", len(frame)))


def seek_table(parts: list[bytes], frames: list[bytes], *, checksums: bool = False) -> bytes:
    entries = b"".join(
        struct.pack("<II", len(frame), len(part)) + (b"sum." if checksums else b"")
        for part, frame in zip(parts, frames, strict=True)
    )
    footer = struct.pack("<IBI", len(frames), 0x80 if checksums else 0, 0x8F92EAB1)
    return skippable(0x184D2A5E, entries + footer)


def read(data: bytes) -> bytes:
    target = memoryview(bytearray(10_000))
    reader = ZstdReader(iter([data]), name="a.zst", max_window_bytes=1 << 27)
    return bytes(target[: reader.readinto(target)])


def test_pzstd_says_that_a_frame_follows() -> None:
    whole = b"".join(sized(frame) + frame for frame in FRAMES)
    assert read(whole) == b"".join(PARTS)
    cut = whole[: -len(FRAMES[-1])]
    with pytest.raises(InputError, match=rf"ends between two zstd frames.* {len(FRAMES[-1])} bytes"):
        read(cut)


@pytest.mark.parametrize("checksums", [False, True])
def test_a_seek_table_says_how_much_there_was(checksums: bool) -> None:
    table = seek_table(PARTS, FRAMES, checksums=checksums)
    whole = b"".join(FRAMES) + table
    assert read(whole) == b"".join(PARTS)
    assert read(whole + whole) == b"".join(PARTS) * 2
    for left in (FRAMES[1:], FRAMES[:-1], [], [*FRAMES, FRAMES[0]]):
        with pytest.raises(InputError, match=r"before its seek table; expected 55, as the table says"):
            read(b"".join(left) + table)


def test_other_skippable_frames_say_nothing() -> None:
    data = b"".join(FRAMES)
    for magic, content in (
        (0x184D2A51, b"four"),
        (0x184D2A50, b"five."),
        (0x184D2A50, b""),
        (0x184D2A5E, b"no table"),
    ):
        assert read(data + skippable(magic, content)) == b"".join(PARTS)
        assert read(skippable(magic, content) + data) == b"".join(PARTS)
