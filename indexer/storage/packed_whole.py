"""brotli and snappy, which MosaicML shards may be packed with; their packages are extras."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.errors import InputError, ResourceError


def unbrotli(chunks: Iterator[bytes], name: str, output_bytes: int) -> Iterator[bytes]:
    """Yield the content of one brotli stream in pieces of about `output_bytes`."""
    try:
        import brotli
    except ImportError:
        raise _missing("brotli", name) from None
    if not hasattr(brotli.Decompressor, "can_accept_more_data"):
        raise _missing("brotli, version 1.2 or newer", name)  # one that was installed for something else
    decoder = brotli.Decompressor()
    try:
        for chunk in chunks:
            if decoder.is_finished():
                raise InputError("goes on after its brotli stream", path=name)
            piece = decoder.process(chunk, output_buffer_limit=output_bytes)
            while piece or not decoder.can_accept_more_data():
                if piece:
                    yield piece
                piece = decoder.process(b"", output_buffer_limit=output_bytes)
    except brotli.error as error:
        raise InputError(f"is corrupt, or goes on after its brotli stream: {error}", path=name) from None
    if not decoder.is_finished():
        raise InputError("is truncated: the file ends inside a brotli stream", path=name)


def unsnappy(chunks: Iterator[bytes], name: str, budget: int, fix: str) -> Iterator[bytes]:
    """Yield the content of one raw snappy block, unpacked at once; its head states its size."""
    try:
        import snappy
    except ImportError:
        raise _missing("python-snappy", name) from None
    data = b"".join(chunks)
    size = shift = 0
    for byte in data[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > budget:
        raise ResourceError(
            f"unpacks to {size:,} bytes",
            path=name,
            expected=f"at most {budget:,}",
            fix=fix,
        )
    try:
        unpacked: bytes = snappy.uncompress(data)
    except Exception as error:  # python-snappy raises the class of whichever backend it found, often empty
        why = str(error).strip() or "its snappy block cannot be unpacked"
        raise InputError(f"is corrupt: {why}", path=name) from None
    yield unpacked


def _missing(package: str, name: str) -> ResourceError:
    return ResourceError(f"needs the package {package}", path=name, fix="pip install 'exposure-indexer[mds]'")
