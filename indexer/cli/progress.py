"""What is shown while something is waited for: lines and bars on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

import click

from indexer.cli.lines import tell


def wants_json() -> bool:
    """Tell whether standard error is read by a script, which progress lines would disturb."""
    context = click.get_current_context(silent=True)
    return bool(context and (context.find_root().obj or {}).get("json"))


def is_unwatched() -> bool:
    """Tell whether nobody waits at a terminal: logs of jobs get what was done, not what is being done."""
    return wants_json() or not sys.stderr.isatty()


class Progress:
    """Says what is being waited for, with a bar of tokens on a terminal.

    Parameters
    ----------
    quiet : bool
        Say nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._began = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_bar()

    def say(self, line: str) -> None:
        """Print a line with the seconds gone by."""
        self.close_bar()
        if not self.quiet:
            gone_by = f"[{time.monotonic() - self._began:5.1f} s] "
            tell(line, gone_by, " " * len(gone_by))

    def advance(self, n_done: int, n_total: int | None, unit: str) -> None:
        """Move the bar on; it appears with the first move, and only on a terminal.

        Without a total it counts.
        """
        if self.quiet or not sys.stderr.isatty():
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=n_total, unit=f" {unit}", unit_scale=True, leave=False, file=sys.stderr)
        self._bar.update(n_done)

    def close_bar(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
