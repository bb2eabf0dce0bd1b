"""Who writes into an index: a lock on one of its files, with the name of the process in it."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from indexer.errors import StateError

_log = logging.getLogger(__name__)
_ELSEWHERE = " (or writes on, where the file system shares no locks between machines: then stop it)"


@contextmanager
def locked(path: Path, *, shared: bool) -> Iterator[None]:
    """Hold the lock of a folder: alone, or together with others that share it.

    Parameters
    ----------
    path : Path
        The lock file, in the folder that messages name.
    shared : bool
        Whether others may hold it too.

    Raises
    ------
    StateError
        Another live process holds it; the message names it.
    """
    descriptor = _open_lock(path)
    owner = os.getpid()
    _held_locks.add(descriptor)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise StateError(
                f"is being written by {_written_in(descriptor) or 'another process'}",
                path=path.parent,
                fix="wait for it, or stop it",
            ) from None
        earlier = _written_in(descriptor)
        if earlier and not shared:
            _log.warning(
                "%s: %s left without finishing%s; going on from what it finished",
                path.parent,
                earlier,
                "" if earlier.endswith(f" on {socket.gethostname()}") else _ELSEWHERE,
            )
        _write_in(descriptor, f"process {owner} on {socket.gethostname()}\n")
        try:
            yield
        finally:
            if os.getpid() == owner:
                _write_in(descriptor, "")
    finally:
        # A forked process has closed it already; the number may be another file's there.
        if os.getpid() == owner:
            _held_locks.discard(descriptor)
            os.close(descriptor)


_held_locks: set[int] = set()


def _close_held_locks() -> None:
    """Close the locks in a forked process: they are the parent's, and end with it."""
    for descriptor in _held_locks:
        os.close(descriptor)
    _held_locks.clear()


os.register_at_fork(after_in_child=_close_held_locks)


def _open_lock(path: Path) -> int:
    """Open the lock file; without waiting, should a pipe stand in its place."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    descriptor = None
    with suppress(IsADirectoryError):
        descriptor = os.open(path, flags, 0o666)
    if descriptor is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    if descriptor is not None:
        os.close(descriptor)
    raise StateError("is no regular file, so that nobody can lock it", path=path, fix="delete it")


def _written_in(descriptor: int) -> str:
    return os.pread(descriptor, 1000, 0).decode(errors="replace").strip()


def _write_in(descriptor: int, text: str) -> None:
    """Say who holds the lock. On a full disk nobody is told: the lock holds all the same."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
