"""Small objects that are written to a store: each appears whole or not at all, and one may be made only once.

A store has no rename and no lock. What it has is a PUT that is whole or nothing, and on S3, Google Cloud
Storage and others one that is refused where the object is there already; a request that was answered by
silence may have been carried out, so whoever repeats it looks what is there.
"""

from __future__ import annotations

from typing import Any

from indexer.errors import ConfigError
from indexer.redaction import redacted_url
from indexer.storage.remote_names import info_of
from indexer.storage.remote_ranges import version_of
from indexer.storage.requests import ask, call, waited_for
from indexer.storage.store_errors import NotThere, ShortAnswerError, status_of
from indexer.storage.urls import filesystem_of

WRITTEN = frozenset(["s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "memory"])
"""Schemes of stores whose objects are written whole or not at all."""
_TAKEN = (409, 412)
"""Statuses of a store that made no object because there is one."""


def require_writable(url: str) -> None:
    """Refuse a URL of a store that objects are not written to.

    Raises
    ------
    ConfigError
        Its scheme is none of `WRITTEN`.
    """
    scheme = url.partition("://")[0].lower()
    if scheme not in WRITTEN:
        raise ConfigError(
            f"is no place for an index ({scheme}:// is not written to)",
            path=redacted_url(url),
            expected=f"a folder, or one of {', '.join(sorted(WRITTEN))}",
            fix="name a folder, or a prefix of an object store",
        )


def read_object(url: str) -> bytes | None:
    """Return the bytes of an object; None where there is none.

    Raises
    ------
    ResourceError, ConfigError
        The store kept failing, or refuses.
    """

    def request(seconds: float) -> bytes:
        filesystem, inner = filesystem_of(url)
        if hasattr(filesystem, "_call_s3"):
            return bytes(waited_for(filesystem, _s3_get, filesystem, inner, seconds=seconds))
        return bytes(call(filesystem, "cat_file", inner, seconds=seconds))

    try:
        return ask(request, redacted_url(url))
    except NotThere:
        return None


def version_of_object(url: str) -> str | None:
    """Return what tells an object from another one in its place; None where there is none."""
    info = info_of(url)
    return None if info is None or info["type"] != "file" else f"{info.get('size')} {version_of(info)}"


def write_object(url: str, data: bytes) -> None:
    """Write an object; one that is there is replaced.

    Raises
    ------
    ResourceError, ConfigError
        The store kept failing, or refuses.
    """
    _put(url, data, create=False)


def create_object(url: str, data: bytes) -> bytes | None:
    """Write an object where there is none.

    Returns
    -------
    bytes or None
        What is there instead, where it is anything else than `data`; None: now it is there.

    Raises
    ------
    ResourceError, ConfigError
        The store kept failing, or refuses.
    """
    if _put(url, data, create=True):
        return None
    there = read_object(url)  # perhaps written by a request of ours whose answer was lost
    return None if there == data else there


def remove_object(url: str) -> None:
    """Remove an object, if it is there."""

    def request(seconds: float) -> None:
        filesystem, inner = filesystem_of(url)
        call(filesystem, "rm_file", inner, seconds=seconds)

    try:
        ask(request, redacted_url(url), doing="removed")
    except NotThere:
        return


def _put(url: str, data: bytes, *, create: bool) -> bool:
    """Write an object; tell whether it was written."""

    def request(seconds: float) -> bool:
        filesystem, inner = filesystem_of(url)
        try:
            if hasattr(filesystem, "_call_s3"):
                waited_for(filesystem, _s3_put, filesystem, inner, data, create, seconds=seconds)
            else:
                mode = "create" if create else "overwrite"
                call(filesystem, "pipe_file", inner, data, mode=mode, seconds=seconds)
        except FileExistsError:
            return False
        except Exception as error:
            if create and status_of(error) in _TAKEN:
                return False
            raise
        finally:
            filesystem.invalidate_cache(filesystem._parent(inner))
        return True

    return ask(request, redacted_url(url), n_bytes=len(data), doing="written")


async def _s3_get(filesystem: Any, path: str) -> bytes:
    """Read an object by one request: s3fs makes two more to learn that there is none."""
    bucket, key, _ = filesystem.split_path(path)
    answer = await filesystem._call_s3("get_object", Bucket=bucket, Key=key)
    data: bytes = await answer["Body"].read()
    if len(data) != answer.get("ContentLength", len(data)):
        raise ShortAnswerError(f"{len(data):,} of {answer['ContentLength']:,} bytes came")
    return data


async def _s3_put(filesystem: Any, path: str, data: bytes, create: bool) -> None:
    """Write an object by one request, however large: the parts of an upload in several are no whole."""
    bucket, key, _ = filesystem.split_path(path)
    pinned = {"IfNoneMatch": "*"} if create else {}
    await filesystem._call_s3("put_object", Bucket=bucket, Key=key, Body=data, **pinned)
