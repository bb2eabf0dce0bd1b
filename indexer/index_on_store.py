"""An index directory on an object store: its plan and partials are objects below a URL.

Each command works on a copy of the plan in a folder of its own, and commits by one PUT: an object appears
whole or not at all. There is no lock. What a lock would keep apart is told apart instead: ``plan.json`` is
made once and its version compared before each commit, a partial is made once and one that is there is
compared with ours, so two machines that scan one range at once, or after each other, end with one partial or
a refusal.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from indexer.errors import ExposureError, ResourceError, StateError
from indexer.index_dir import IndexDir, commit_file
from indexer.storage.credentials import hide
from indexer.storage.objects import (
    create_object,
    read_object,
    remove_object,
    require_writable,
    version_of_object,
    write_object,
)
from indexer.storage.remote_names import entries_of
from indexer.storage.urls import is_url

_FROZEN = re.compile(r"\w+\.\w+\.\w+")
"""Names of frozen files, behind their hash: what another name leads to is not written to this disk."""
_AT_ONCE = 16
"""Small objects that are fetched at once: each is a round trip."""


class IndexOnStore(IndexDir):
    """The objects of one index, and a folder with copies of those that were looked at.

    Parameters
    ----------
    url : str
        The prefix of the objects.
    folder : str or Path
        Where the copies lie.
    """

    writes_over = False

    def __init__(self, url: str, folder: str | Path) -> None:
        super().__init__(folder)
        self.url = hide(url.rstrip("/"))
        require_writable(self.url)
        self._failed: set[str] | None = None
        self._fetch_plan()

    def __reduce__(self) -> tuple[Any, ...]:
        """Have a process on another machine make copies of its own, for as long as it lives."""
        return _copied_here, (self.url,)

    def _fetch_plan(self) -> None:
        """Copy the plan, and the files that it names by their hash: those of another plan lie beside them."""
        self._copied_state = self.plan_state()  # asked first: a plan that comes between is another one
        self._fetch([self.plan_file, self.search_file])
        stored: dict[str, str] = {}
        with suppress(OSError, ValueError, KeyError, AttributeError):  # a damaged plan is told by its reader
            stored = {**json.loads(self.plan_file.read_bytes())["stored"]}
        stored = {name: digest for name, digest in stored.items() if _FROZEN.fullmatch(f"{digest}.{name}")}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(
                pool.map(
                    lambda name: self._fetch_one(self.frozen / name, self._frozen_url(name, stored[name])),
                    stored,
                )
            )

    def _frozen_url(self, name: str, digest: str) -> str:
        return f"{self.url}/plan/{digest}.{name}"

    def _names(self, folder: str) -> list[str]:
        return [
            f"{folder}/{entry.name}" for entry in entries_of(f"{self.url}/{folder}") if not entry.is_folder
        ]

    def _fetch(self, paths: Iterable[Path]) -> None:
        """Copy objects, as they are now; a copy of what is not there any more is taken away."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._fetch_one, paths))

    def _fetch_one(self, path: Path, url: str = "") -> None:
        data = read_object(url or self.shown(path))
        if data is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def shown(self, path: Path) -> str:
        """Return the URL of a file of the index."""
        inside = path.relative_to(self.root).as_posix()
        return self.url if inside == "." else f"{self.url}/{inside}"

    def committed_ranges(self) -> set[int]:
        """Return the numbers of the ranges whose partial is on the store, by one listing."""
        stems = (Path(name).name.partition(".") for name in self._names("partials"))
        return {int(stem) for stem, _, ending in stems if stem.isdigit() and ending == "parquet"}

    def bring(self, range_numbers: Iterable[int]) -> None:
        """Copy partials here, to be read."""
        self._fetch(map(self.partial_file, range_numbers))

    def commit(self, final: Path, write: Callable[[Path], object]) -> None:
        """Write a file of the index, and send it."""
        commit_file(final, write)
        write_object(self.shown(final), final.read_bytes())

    def commit_frozen(self, name: str, data: bytes, digest: str) -> None:
        """Write a file of a plan, and send it under its hash: no other plan writes over it."""
        super().commit_frozen(name, data, digest)
        write_object(self._frozen_url(name, digest), data)

    def commit_plan(self, pieces: Iterable[str]) -> None:
        """Write ``plan.json``; where there was none, only if nobody else wrote one meanwhile.

        Raises
        ------
        StateError
            Somebody did.
        """
        copied = self.plan_file.read_bytes() if self.plan_file.is_file() else None
        super().commit_plan(pieces)
        data, url = self.plan_file.read_bytes(), self.shown(self.plan_file)
        if data == copied:
            return  # written again it would be another version to whoever scans for it
        if copied is not None:
            write_object(url, data)
        elif create_object(url, data) is not None:
            raise StateError(
                "was made by another process while this one planned",
                path=url,
                fix="run the command again: the same plan is taken, another one refused",
            )

    def commit_partial(self, range_number: int, write: Callable[[Path], object]) -> None:
        """Write the partial of a range, and send it.

        In the place of the one that was looked at, where there was one: it is damaged, of other files, or
        of an earlier plan, or it would have been left alone. Else only where there is none.

        Raises
        ------
        StateError
            Another run made another one since it was looked for.
        """
        path = self.partial_file(range_number)
        looked_at = path.read_bytes() if path.is_file() else None
        commit_file(path, write)
        data, url = path.read_bytes(), self.shown(path)
        if looked_at is not None:
            write_object(url, data)
        elif create_object(url, data) is not None:
            raise StateError(
                "was written by another run meanwhile, and holds something else",
                path=url,
                fix="run again: whose ids are other ones is then told by the shard",
            )

    def plan_state(self) -> str | None:
        """Return what tells ``plan.json`` from any other that takes its place; None where there is none."""
        return version_of_object(self.shown(self.plan_file))

    def state_of_plan_here(self) -> str | None:
        """Return what told ``plan.json`` when it was copied."""
        return self._copied_state

    def keep_failure(self, range_number: int, fingerprint: str, reason: str) -> None:
        """Keep why a range was given up, for `exposure status`; a failing store is no new failure."""
        path = self._failure_file(range_number)
        with suppress(ResourceError):
            self._fetch_one(path)
            super().keep_failure(range_number, fingerprint, reason)
            write_object(self.shown(path), path.read_bytes())
            self._failures_there().add(path.name)

    def forget_failure(self, range_number: int) -> None:
        """Forget it once the range was scanned."""
        if self._failure_file(range_number).name in self._failures_there():
            super().forget_failure(range_number)
            remove_object(self.shown(self._failure_file(range_number)))

    def failure_of(self, range_number: int, fingerprint: str) -> str | None:
        """Return why and on which host the last scan gave a range of a plan up; None where none did."""
        path = self._failure_file(range_number)
        if path.name not in self._failures_there():
            return None
        self._fetch_one(path)
        return super().failure_of(range_number, fingerprint)

    def _failures_there(self) -> set[str]:
        if self._failed is None:
            self._failed = {Path(name).name for name in self._names("failures")}
        return self._failed

    @contextmanager
    def lock(self, *, shared: bool = False) -> Iterator[None]:
        """Lock nothing, since a store has no locks; learn what was given up before."""
        del shared
        self.root.mkdir(parents=True, exist_ok=True)
        self._failures_there()
        yield


_copies: dict[str, tuple[IndexOnStore, tempfile.TemporaryDirectory[str]]] = {}
"""In a process that was handed an index on a store: its own copies, removed when it ends."""


def _copied_here(url: str) -> IndexOnStore:
    if url not in _copies:
        folder = tempfile.TemporaryDirectory(prefix="exposure-")
        _copies[url] = IndexOnStore(url, folder.name), folder
    return _copies[url][0]


@contextmanager
def opened_index(root: str | Path) -> Iterator[IndexDir]:
    """Open the index in a folder, or below the URL of a store, with copies that are removed at the end."""
    if not is_url(str(root)):
        yield IndexDir(root)
        return
    with tempfile.TemporaryDirectory(prefix="exposure-") as folder:
        index = IndexOnStore(str(root), folder)
        try:
            yield index
        except ExposureError as error:  # nobody knows the folder of the copies
            if error.path is not None and Path(error.path).is_relative_to(folder):
                error.path = index.shown(Path(error.path))
                error.args = (error.line(),)
            raise
