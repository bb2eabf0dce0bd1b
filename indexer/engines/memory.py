"""How much memory there is, and how a process is kept from taking more."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

_GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def machine_memory() -> int:
    """Return how many bytes this process can hope for: the machine's, or those of its control group."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in _GROUP_LIMITS:
        with suppress(OSError, ValueError):  # "max" is no number
            total = min(total, int(path.read_text()))
    if sys.platform == "linux":
        import resource

        for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            soft, _ = resource.getrlimit(kind)
            if soft != resource.RLIM_INFINITY:
                total = min(total, soft)
    return total


def memory_in_use() -> int:
    """Return the bytes this process holds in memory that are its own; 0 where the system does not say."""
    with suppress(OSError), open("/proc/self/statm") as file:
        resident, shared = map(int, file.read().split()[1:3])
        return (resident - shared) * os.sysconf("SC_PAGE_SIZE")
    return 0


def limit_memory(n_bytes: int) -> None:
    """Let this process take so many bytes more than it has; then allocations fail. Linux only.

    Files that are mapped to be read do not count.
    """
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm") as file:
        data_pages = int(file.read().split()[5])
    limit = data_pages * resource.getpagesize() + n_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
