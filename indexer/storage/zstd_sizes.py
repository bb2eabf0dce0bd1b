"""The unpacked size of a zstd file from the heads of its frames and blocks."""

from __future__ import annotations

from indexer.errors import InputError
from indexer.storage.file_bytes import read_range
from indexer.storage.files import CorpusFile
from indexer.storage.zstd_frames import MAGIC, SKIPPABLE, n_bytes_of_header, parse_header, truncated


def stated_size(file: CorpusFile) -> int | None:
    """Return the unpacked size that the frame heads state, None where one is silent.

    Only block headers are read, so the time goes with the number of blocks, not with their content.

    Raises
    ------
    InputError
        A frame is truncated, or bytes follow that belong to no frame.
    """
    at, total, frame = 0, 0, 0
    page_start, page = 0, b""

    def peek(start: int, n_bytes: int) -> bytes:
        nonlocal page_start, page
        stop = min(start + n_bytes, file.n_bytes)
        if start < page_start or stop > page_start + len(page):
            page_start = start
            page = read_range(file, start, min(start + 4096, file.n_bytes)) if start < file.n_bytes else b""
        return page[start - page_start : stop - page_start]

    while at < file.n_bytes:
        where = f"frame {frame}, byte {at:,}"
        head = peek(at, 18)
        number = int.from_bytes(head[:4], "little")
        if len(head) >= 8 and number & 0xFFFFFFF0 == SKIPPABLE:
            at += 8 + int.from_bytes(head[4:8], "little")
        else:
            if number != MAGIC:
                what = "bytes that belong to no zstd frame" if frame else "is not a zstd file"
                raise InputError(what, path=file.name, offset=where)
            if len(head) < 5 or len(head) < n_bytes_of_header(head[4]):
                raise truncated(file.name, where)
            header = parse_header(head)
            if header.content_bytes is None:
                return None
            total += header.content_bytes
            at += header.n_header_bytes
            last = False
            while not last:
                block = peek(at, 3)
                if len(block) < 3:
                    raise truncated(file.name, where)
                word = int.from_bytes(block, "little")
                last = bool(word & 1)
                at += 3 + (1 if (word >> 1) & 3 == 1 else word >> 3)
            at += 4 if header.checksum else 0
        if at > file.n_bytes:
            raise truncated(file.name, where)
        frame += 1
    return total
