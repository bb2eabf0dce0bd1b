"""Ranges of remote files, of the very object that was found: a changed one ends the reading.

HTTP servers and S3 are told which version is wanted (``If-Match``) with each range, and what they answer is
held against it: its version, the length of the whole, where the range begins. Of other stores, the version
is compared before and after a shard is scanned (`indexer.storage.recall`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from indexer.errors import ResourceError
from indexer.storage.requests import ask, call, waited_for
from indexer.storage.store_errors import NotThere, ShortAnswerError, changed
from indexer.storage.urls import filesystem_of

if TYPE_CHECKING:
    from indexer.storage.files import CorpusFile

VERSION_KEYS = (
    "ETag", "etag", "VersionId", "generation", "Content-MD5", "Digest",
    "LastModified", "Last-Modified", "last_modified", "updated", "mtime", "modified", "created",
)  # fmt: skip
"""What file systems of fsspec call the version of an object (s3fs, gcsfs, adlfs, http, memory)."""
WHOLE_BYTES = 8 * 1024 * 1024
"""Bytes of a file that is taken whole from a server that sends no parts."""
BUFFER_BYTES = 1024 * 1024
"""Bytes read ahead of a handle: the headers between the columns of Arrow and Parquet files are small."""
_SILENCE_SECONDS = 30
"""How long a connection may be silent before it counts as broken."""


def version_of(info: Mapping[str, Any]) -> str | None:
    """Return what tells the version of an object, where the store tells any."""
    told = [f"{key}={info[key]}" for key in VERSION_KEYS if info.get(key) not in (None, "")]
    return " ".join(told) or None


def read_remote(file: CorpusFile, start: int, stop: int) -> bytes:
    """Return the bytes [start, stop) of a remote file, all of them.

    Raises
    ------
    StateError
        It is gone, or not the object that was found.
    ResourceError
        The store kept failing, or refuses.
    """
    if start >= stop:
        return b""

    def request(seconds: float) -> bytes:
        filesystem, inner = filesystem_of(file.url)
        data = _range(filesystem, inner, file, start, stop, seconds)
        if len(data) != stop - start:
            raise ShortAnswerError(f"{len(data):,} of {stop - start:,} bytes came")
        return data

    try:
        return ask(request, file.name, offset=f"byte {start:,}", n_bytes=stop - start)
    except NotThere:
        raise changed(file.name, "it is gone") from None


def _range(filesystem: Any, inner: str, file: CorpusFile, start: int, stop: int, seconds: float) -> bytes:
    protocols = {filesystem.protocol} if isinstance(filesystem.protocol, str) else set(filesystem.protocol)
    if "http" in protocols and hasattr(filesystem, "set_session"):
        answer = waited_for(filesystem, _http_range, filesystem, inner, file, start, stop, seconds=seconds)
    elif "s3" in protocols and hasattr(filesystem, "_call_s3"):
        answer = waited_for(filesystem, _s3_range, filesystem, inner, file, start, stop, seconds=seconds)
    else:
        answer = call(filesystem, "cat_file", inner, start=start, end=stop, seconds=seconds)
    return bytes(answer)


async def _http_range(filesystem: Any, url: str, file: CorpusFile, start: int, stop: int) -> bytes:
    """Ask for a range of the version that was found; nothing but its bytes is taken into memory."""
    import aiohttp

    more = dict(filesystem.kwargs)
    headers = dict(more.pop("headers", None) or {})
    headers["Range"] = f"bytes={start}-{stop - 1}"
    headers["Accept-Encoding"] = "identity"  # a range of a packed answer would be another one
    etag = _etag(file)
    if etag is not None and not etag.startswith("W/"):
        headers["If-Match"] = etag
    more["timeout"] = aiohttp.ClientTimeout(
        total=None, sock_connect=_SILENCE_SECONDS, sock_read=_SILENCE_SECONDS
    )
    session = await filesystem.set_session()
    async with session.get(filesystem.encode_url(url), headers=headers, **more) as answer:
        answer.raise_for_status()
        _hold_against(file, {key: answer.headers.get(key) for key in ("ETag", "Last-Modified")})
        if answer.headers.get("Content-Encoding", "identity") not in ("identity", ""):
            raise ResourceError(
                f"the server packs what it sends ({answer.headers['Content-Encoding']})",
                path=file.name,
                fix="have it send the bytes as they are stored, or copy the file to a disk",
            )
        if answer.status == 206:
            _hold_range(file, answer.headers.get("Content-Range", ""), start)
            return await _body(answer.content, stop - start)
        if (start, stop) != (0, file.n_bytes) and file.n_bytes > WHOLE_BYTES:
            raise ResourceError(
                "the server sends whole files alone, no parts of them",
                path=file.name,
                fix="copy the shards to a disk, or serve them by a server that answers Range requests",
            )
        whole = await _body(answer.content, file.n_bytes)
        if len(whole) > file.n_bytes:
            raise changed(file.name, f"it is longer than {file.n_bytes:,} bytes")
        if len(whole) < file.n_bytes:
            raise ShortAnswerError(f"{len(whole):,} of {file.n_bytes:,} bytes came")
        return whole[start:stop]


async def _body(content: Any, n_bytes: int) -> bytes:
    """Return a body of known length; one byte more where there are more."""
    parts, n_read = [], 0
    while n_read <= n_bytes:
        part = await content.read(n_bytes + 1 - n_read)
        if not part:
            break
        parts.append(part)
        n_read += len(part)
    return b"".join(parts)


async def _s3_range(filesystem: Any, path: str, file: CorpusFile, start: int, stop: int) -> bytes:
    """Ask for a range of the version that was found."""
    bucket, key, version = filesystem.split_path(path)
    pinned = {"VersionId": version} if version else {}
    etag = _etag(file)
    if etag is not None:
        pinned["IfMatch"] = etag
    answer = await filesystem._call_s3(
        "get_object", Bucket=bucket, Key=key, Range=f"bytes={start}-{stop - 1}", **pinned
    )
    body = answer["Body"]
    try:
        _hold_against(file, {"ETag": answer.get("ETag")})
        _hold_range(file, answer.get("ContentRange", ""), start)
        return await _body(body, stop - start)
    finally:
        body.close()


def _etag(file: CorpusFile) -> str | None:
    """Return the ETag that a version tells; it may hold spaces."""
    version = file.version or ""
    if not version.startswith("ETag="):
        return None
    ends = [version.find(f" {key}=") for key in VERSION_KEYS]
    return version[len("ETag=") : min((end for end in ends if end >= 0), default=len(version))]


def _hold_against(file: CorpusFile, told: Mapping[str, str | None]) -> None:
    """Compare what a server says of an answer with the version that was found."""
    found = f" {file.version or ''} "
    for key, value in told.items():
        if value and f" {key}=" in found and f" {key}={value} " not in found:
            raise changed(file.name, f"its {key} is {value}")


def _hold_range(file: CorpusFile, content_range: str, start: int) -> None:
    """Compare the range that came, and the length of the whole, with what was asked for."""
    unit, _, rest = content_range.partition(" ")
    place, _, length = rest.partition("/")
    if unit != "bytes":
        return
    if length.isdigit() and int(length) != file.n_bytes:
        raise changed(file.name, f"it holds {int(length):,} bytes, then {file.n_bytes:,}")
    if place.partition("-")[0] != str(start):
        raise ShortAnswerError(f"bytes {place} came")


class RangedFile(io.RawIOBase):
    """A file to be read from anywhere in it, each read a range.

    Parameters
    ----------
    file : CorpusFile
        The file.
    read : callable
        Returns the bytes [start, stop) of a file.
    """

    def __init__(self, file: CorpusFile, read: Callable[[CorpusFile, int, int], bytes]) -> None:
        self._file = file
        self._read = read
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the byte that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.n_bytes}[whence]
        if base + offset < 0:
            raise ValueError(f"seek before the start of {self._file.name}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; 0 at the end."""
        room = memoryview(buffer).cast("B")
        data = self._read(self._file, self._at, min(self._at + len(room), self._file.n_bytes))
        room[: len(data)] = data
        self._at += len(data)
        return len(data)
