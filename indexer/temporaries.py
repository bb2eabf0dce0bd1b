"""Files and folders that are written aside: their names say who writes, so that those of dead runs can go.

``.FINAL.HOST.BOOT.PID-START.TOKEN.tmp``: two machines may write the same file at once, and the number of a
process says nothing on another machine, after a restart, or in another container of the same machine, which
may all have one host name: what these wrote goes once nobody else writes there. On a busy machine another
process soon has the number of a dead one; when it was started tells them apart.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

_NAME = re.compile(
    r"\.(?P<final>.+)\.(?P<host>[^.]+)\.(?P<boot>[^.]+)\.(?P<pid>\d+)(-(?P<start>\d+))?\.[0-9a-f]{8}\.tmp(\.wal|\.spill)?"
)


def aside_of(final: Path) -> Path:
    """Return a new name beside a file, to write it to before it is renamed."""
    host, boot = _machine()
    pid = os.getpid()
    writer = f"{pid}-{_started(pid) or 0}"
    return final.with_name(f".{final.name}.{host}.{boot}.{writer}.{secrets.token_hex(4)}.tmp")


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
        if (here or alone) and not (here and _is_alive(int(match["pid"]), match["start"])):
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
