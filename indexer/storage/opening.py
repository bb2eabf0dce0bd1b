"""Opens files that a user names: regular files alone, never a pipe, a socket or a device.

Opening a pipe waits for a writer that may never come, and a device such as ``/dev/zero`` has no end. What a
name stands for is asked before it is opened, and once more of what was opened.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from indexer.errors import ExposureError, InputError, ResourceError
from indexer.storage.roots import refuse_outside

MOST_BYTES = 1 << 30
"""Most bytes of a file that is read whole: a description, a query, a configuration."""

_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe, and pipes are never opened"),
    (stat.S_ISSOCK, "is a socket, and sockets are never opened"),
    (stat.S_ISCHR, "is a device, and devices are never opened"),
    (stat.S_ISBLK, "is a device, and devices are never opened"),
)


def status_of(
    path: Path,
    *,
    shown: object = None,
    error: type[ExposureError] = InputError,
    missing: str = "no such file",
    fix: str | None = None,
) -> os.stat_result:
    """Return what the file system says of a regular file, links followed.

    Parameters
    ----------
    path : Path
        The file.
    shown : object, optional
        What messages call it; default: `path`.
    error : type
        Class of the refusal.
    missing : str
        What to say where there is no such file.
    fix : str, optional
        What to do where it cannot be read.

    Raises
    ------
    ExposureError
        There is no such file, the name cannot be one, or it is no regular file.
    """
    name = str(path if shown is None else shown)
    try:
        status = path.stat()
    except FileNotFoundError:
        what = "is a link to a file that is not there" if path.is_symlink() else missing
        raise error(what, path=name, fix=fix) from None
    except OSError as refused:
        raise error(f"cannot be read ({refused.strerror})", path=name, fix=fix) from None
    except ValueError:
        # a NUL character, or half a surrogate pair
        raise error("is no name that a file can have", path=name, fix=fix) from None
    _refuse_irregular(status, name, error)
    refuse_outside(path, name)
    return status


def open_regular(
    path: Path,
    *,
    shown: object = None,
    error: type[ExposureError] = InputError,
    missing: str = "no such file",
    fix: str | None = None,
) -> BinaryIO:
    """Open a regular file for reading; parameters and errors are those of `status_of`."""
    name = str(path if shown is None else shown)
    status_of(path, shown=shown, error=error, missing=missing, fix=fix)
    try:
        # without waiting, should a pipe have taken its place since
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as refused:
        raise error(f"cannot be read ({refused.strerror})", path=name, fix=fix) from None
    handle = os.fdopen(descriptor, "rb")
    try:
        _refuse_irregular(os.fstat(descriptor), name, error)
    except ExposureError:
        handle.close()
        raise
    return handle


def read_regular(
    path: Path,
    *,
    shown: object = None,
    error: type[ExposureError] = InputError,
    missing: str = "no such file",
    fix: str | None = None,
    at_most: int = MOST_BYTES,
) -> bytes:
    """Return the bytes of a regular file that is read whole.

    Raises
    ------
    ExposureError
        As `status_of`.
    ResourceError
        It holds more than `at_most` bytes.
    """
    name = str(path if shown is None else shown)
    with open_regular(path, shown=shown, error=error, missing=missing, fix=fix) as handle:
        try:
            data = handle.read(at_most + 1)
        except OSError as refused:
            raise error(f"cannot be read ({refused.strerror})", path=name, fix=fix) from None
    if len(data) > at_most:
        raise ResourceError(
            f"holds more than {at_most:,} bytes",
            path=name,
            fix="name another file, if this is not the one that is meant",
        )
    return data


def bytes_of_regular(path: Path) -> bytes:
    """Return the bytes of a file of our own, of any size; who asks says what it should be.

    Raises
    ------
    OSError
        It cannot be read, or a pipe, a device or a folder stands in its place.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return handle.read()


def read_text(
    path: Path,
    *,
    shown: object = None,
    error: type[ExposureError] = InputError,
    missing: str = "no such file",
    fix: str | None = None,
) -> str:
    """Return the text of a regular file in UTF-8, without its byte order mark; line ends stay as they are.

    Raises
    ------
    ExposureError
        As `status_of`, or it is not UTF-8.
    """
    data = read_regular(path, shown=shown, error=error, missing=missing, fix=fix)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as refused:
        name = str(path if shown is None else shown)
        raise error("is not text in UTF-8", path=name, offset=f"byte {refused.start:,}") from None


def _refuse_irregular(status: os.stat_result, name: str, error: type[ExposureError]) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    what = next((said for test, said in _KINDS if test(status.st_mode)), "is not a regular file")
    raise error(what, path=name, expected="a regular file")
