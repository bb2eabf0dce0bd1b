"""Notes the files and names that a plan uses, while it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from indexer.errors import StateError
from indexer.storage.files import CorpusFile, measured_again
from indexer.storage.inventory import Inventory, UsedFile
from indexer.storage.observer import observed_by, observer
from indexer.storage.parts import whole_of
from indexer.storage.recorded_hashes import content_hash


class Notes:
    """What is noted while a plan is made."""

    def __init__(self) -> None:
        self._answers: dict[str, Any] = {}
        self._found: dict[str, CorpusFile] = {}
        self._found_for: dict[str, int | None] = {}
        self._read_for: dict[str, int | None] = {}
        self.shard: int | None = None

    def answer(self, key: str, ask: Callable[[], Any]) -> Any:
        """Ask, and note the answer."""
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]

    def found(self, file: CorpusFile) -> None:
        """Note a file that was measured.

        Raises
        ------
        StateError
            It was another one a moment ago.
        """
        self._compare(file)
        self._note(self._found_for, file.name)

    def _compare(self, file: CorpusFile) -> None:
        if self._found.setdefault(file.name, file).identity() != file.identity():
            raise StateError(
                "is being changed while it is planned",
                path=file.name,
                fix="wait until it is written, and run again",
            )

    def _note(self, used_for: dict[str, int | None], name: str) -> None:
        """Note that a file is used for the shard at hand: for none in particular if it is for another too."""
        if used_for.setdefault(name, self.shard) != self.shard:
            used_for[name] = None

    def is_answered(self, key: str) -> bool:
        """Tell whether a question was asked while the plan was made."""
        return key in self._answers

    def planned(self, name: str) -> UsedFile | None:
        """Return None: nothing is planned yet."""
        return None

    def reading(self, file: CorpusFile) -> None:
        """Pass over a part of a file: it is known by size and time."""

    def read_whole(self, file: CorpusFile) -> None:
        """Note a file that decides something with all its bytes."""
        self.found(file)
        self._note(self._read_for, file.name)

    def inventory(self, shards: Mapping[str, int | None]) -> Inventory:
        """Return what was noted, with the hashes of side files.

        Parameters
        ----------
        shards : mapping of str to int or None
            Number of each shard by the name of its file, None for a file of several shards. What is read of
            them is hashed when they are scanned.
        """
        used = []
        for name, file in sorted(self._found.items()):
            digest = None
            if name in self._read_for and name not in shards and file.modified_ns is not None:
                digest = content_hash(file)
                self._compare(measured_again(file))
            shard = self._read_for.get(name, self._found_for[name])
            used.append(
                UsedFile(
                    name,
                    file.n_bytes,
                    file.modified_ns,
                    file.version,
                    digest,
                    shards.get(name, shards.get(whole_of(name), shard)),
                )
            )
        return Inventory(tuple(used), dict(sorted(self._answers.items())))


@contextmanager
def noting() -> Iterator[Notes]:
    """Note every question about names and every file."""
    notes = Notes()
    with observed_by(notes):
        yield notes


@contextmanager
def on_behalf_of(shard: int) -> Iterator[None]:
    """Note that what is read now is read for one shard."""
    notes = observer()
    if not isinstance(notes, Notes):
        yield
        return
    before, notes.shard = notes.shard, shard
    try:
        yield
    finally:
        notes.shard = before
