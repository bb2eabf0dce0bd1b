"""Limits that whoever started this process has set with ``ulimit``, and how they are raised.

They are asked once, before this process or its parent sets limits of its own. A plain ``ulimit -v`` in a
shell sets the soft and the hard limit, and no process raises a hard limit again: the advice is then
another shell.
"""

from __future__ import annotations

from typing import NamedTuple

try:
    import resource
except ImportError:  # a system without such limits
    resource = None  # type: ignore[assignment]

_FLAGS = {"RLIMIT_AS": "-v", "RLIMIT_DATA": "-d"}
_MOST_LIKELY_MEANT = 1 << 40
"""Nobody keeps a process from taking a terabyte."""


class ProcessLimit(NamedTuple):
    """A limit of memory, in bytes.

    Attributes
    ----------
    name : str
        ``RLIMIT_AS`` for addresses, ``RLIMIT_DATA`` for data.
    soft : int
        What holds.
    hard : int or None
        As far as it may be raised; None: any.
    """

    name: str
    soft: int
    hard: int | None

    def advice(self, least: int = 0) -> str:
        """Return how it is raised, to so many bytes at least."""
        flag = _FLAGS[self.name]
        if self.hard is None or self.hard >= max(least, 2 * self.soft):
            most = "unlimited" if self.hard is None else str(self.hard >> 10)
            return f"raise it with `ulimit -S {flag} {most}` and run again"
        return f"run it from a shell or job whose `ulimit {flag}` is higher: here it cannot be raised"


def memory_limits() -> list[ProcessLimit]:
    """Return the limits of memory that this process was started with."""
    if resource is None:
        return []
    found = []
    for name in _FLAGS:
        soft, hard = resource.getrlimit(getattr(resource, name))
        if 0 <= soft < _MOST_LIKELY_MEANT:
            found.append(ProcessLimit(name, soft, None if hard < 0 else hard))
    return found


AT_START = memory_limits()
"""Those of the first process: what is forked off and limited later keeps these."""
