"""Files and folders that are written aside: their names say who writes, so that those of dead runs can go.

``.FINAL.HOST.BOOT.PID-START.TOKEN.tmp``: two machines may write the same file at once, and the number of a
process says nothing on another machine, after a restart, or in another container of the same machine, which
may all have one host name: what these wrote goes once nobody else writes there. On a busy machine another
process soon has the number of a dead one; when it was started tells them apart. Whoever fills a folder holds
a lock on it, so that one which was left before a machine of this name was started anew can go too.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_NAME = re.compile(
    r"\.(?P<final>.+)\.(?P<host>[^.]+)\.(?P<boot>[^.]+)\.(?P<pid>\d+)(-(?P<start>\d+))?\.[0-9a-f]{8}\.tmp(?P<of_duckdb>\.wal|\.spill)?"
)


def aside_of(final: Path) -> Path:
    """Return a new name beside a file, to write it to before it is renamed."""
    host, boot = _machine()
    pid = os.getpid()
    writer = f"{pid}-{_started(pid) or 0}"
    return final.with_name(f".{final.name}.{host}.{boot}.{writer}.{secrets.token_hex(4)}.tmp")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder that is filled aside: it ends with this process, however that ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # not every file system locks folders
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _is_held(folder: Path) -> bool:
    """Tell whether anybody may hold a folder; so it is said of what is none, or cannot be locked."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove_aside(aside: Path) -> None:
    """Remove what was written aside, and the log that DuckDB keeps beside it."""
    if aside.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
        return
    aside.unlink(missing_ok=True)
    aside.with_name(f"{aside.name}.wal").unlink(missing_ok=True)


def remove_leftovers(folder: Path, *, alone: bool, of: str | None = None) -> list[Path]:
    """Remove what runs wrote aside that are dead.

    Parameters
    ----------
    folder : Path
        Where to look; it need not be there.
    alone : bool
        Whether nobody else writes here: then what another machine or container left is removed too.
        Where others may write, a folder that was left under the name of this machine is, if nobody holds it.
    of : str, optional
        Name of a file: only what was written aside for it is looked at.

    Returns
    -------
    list of Path
        What was removed.
    """
    removed = []
    for path in sorted(folder.glob(".*.tmp*")):
        match = _NAME.fullmatch(path.name)
        if match is None or of not in (None, match["final"]):
            continue
        here = (match["host"], match["boot"]) == _machine()
        is_dead = here and not _is_alive(int(match["pid"]), match["start"])
        is_free = match["host"] == _machine()[0] and not match["of_duckdb"] and not _is_held(path)
        if is_dead or (not here and (alone or is_free)):
            remove_aside(path)
            removed.append(path)
    return removed


@cache
def _machine() -> tuple[str, str]:
    """Return the name of this machine, and what changes when it starts anew or in another container."""
    host = re.sub(r"\W", "-", socket.gethostname()) or "here"
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
    except OSError:
        boot = "0"
    with suppress(OSError):  # pid_namespaces(7): within one of these a number means one process
        boot += f"-{Path('/proc/self/ns/pid').stat().st_ino:x}"
    return host, boot


def _started(pid: int) -> int | None:
    """Return when a process was started, in ticks since the machine was; None where nothing tells.

    0 is said of a zombie: it is dead, though its parent has not asked for it yet.
    """
    try:
        # proc(5): behind the name in brackets the state is the 3rd field, the start the 22nd
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return 0 if fields[0] in (b"Z", b"X") else int(fields[19])
    except (OSError, IndexError, ValueError):
        return None


def _is_alive(pid: int, start: str | None) -> bool:
    """Tell whether a process lives, and is the one that was started then, where that is known."""
    began = _started(pid)
    if began == 0 or (began and start and int(start) and began != int(start)):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
