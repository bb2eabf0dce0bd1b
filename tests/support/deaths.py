"""Runs something over copies of an index, and has it die after one kind of commit after another.

A commit is a rename of a file into its place. Its kind is what is renamed and what is renamed next; numbers
of ranges, and names below ``plan/``, make no difference. Of each kind the first is tried, and all of them
with `make soak`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer import crew

_ALL = bool(os.environ.get("EXPOSURE_SOAK"))


class DiedError(BaseException):
    """Stands for a kill: nothing may catch it."""


def scan_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan without workers, so that a death in a scan is one of the whole command."""
    honest = crew.run_tasks
    monkeypatch.setattr(crew, "run_tasks", lambda work, tasks, _, **keys: honest(work, tasks, 0, **keys))


def deaths(
    start: Path, act: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[int, Path]]:
    """Yield copies of an index in which something died, each by the number of its last commit.

    Parameters
    ----------
    start : Path
        The index before. Beside it stand the copies, each removed when the next one is asked for.
    act : callable
        What commits files of the index that it is given, in one order.
    monkeypatch : MonkeyPatch
        Undone by the test.
    """
    scan_in_this_process(monkeypatch)
    committed: list[str] = []
    last = 0
    honest = Path.replace

    def replace(self: Path, target: str | os.PathLike[str]) -> Path:
        renamed = honest(self, target)
        committed.append(_kind(Path(target)))
        if len(committed) == last:
            raise DiedError
        return renamed

    monkeypatch.setattr(Path, "replace", replace)
    copy = start.with_name("dying")
    shutil.copytree(start, copy)
    act(copy)
    shutil.rmtree(copy)
    for number in _one_of_each_kind(committed):
        shutil.copytree(start, copy)
        committed.clear()
        last = number
        with pytest.raises(DiedError):
            act(copy)
        last = 0
        yield number, copy
        shutil.rmtree(copy)


def _kind(path: Path) -> str:
    return "plan/" if path.parent.name == "plan" else re.sub(r"\d+", "#", path.name)


def _one_of_each_kind(committed: list[str]) -> list[int]:
    """Return numbers of commits, from 1."""
    kinds: dict[object, int] = {}
    for number, kind in enumerate(zip(committed, [*committed[1:], ""], strict=True), 1):
        kinds.setdefault(number if _ALL else kind, number)
    return list(kinds.values())
