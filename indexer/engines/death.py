"""Why a worker process died, in words."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path

_COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))


def n_out_of_memory_kills() -> int:
    """Return how many processes the kernel has killed for want of memory; 0 where it does not say."""
    for path in _COUNTERS:
        with suppress(OSError, ValueError):
            for line in path.read_text().splitlines():
                word, _, number = line.partition(" ")
                if word == "oom_kill":
                    return int(number)
    return 0


def is_stopped(process_id: int) -> bool:
    """Tell whether a process was stopped by a signal; False where the system does not say."""
    if sys.platform != "linux":
        return False
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return False
    # The name in brackets may hold anything.
    return status.rpartition(")")[2].split()[0] == "T"


def cause_of(exit_code: int | None, *, memory_kills: int) -> str:
    """Say why a process ended.

    Parameters
    ----------
    exit_code : int or None
        As `multiprocessing` gives it: negative for a signal.
    memory_kills : int
        Kills for want of memory the kernel counted while it ran.
    """
    if exit_code is None or exit_code >= 0:
        return f"its process left with exit code {exit_code}"
    name = _signal_name(-exit_code)
    if -exit_code == signal.SIGKILL:
        if memory_kills:
            return "the system killed its process for want of memory (SIGKILL)"
        return "its process was killed (SIGKILL): most likely for want of memory, or by hand"
    if -exit_code == signal.SIGBUS:
        return (
            "its process crashed (SIGBUS): a file became shorter, or could not be read, while it was mapped"
        )
    return f"its process crashed ({name})"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
