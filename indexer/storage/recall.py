"""Answers questions about names as a plan was answered; compares every file with the plan when it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from indexer.errors import StateError
from indexer.storage.files import CorpusFile, measured_again
from indexer.storage.inventory import Inventory, UsedFile
from indexer.storage.recorded_hashes import content_hash, verify_hashes

_FIX = "run `exposure index` again: it plans anew and rescans what changed"


class Recall:
    """What a plan saw, for whoever reads its corpus: to be put to work by `observed_by`.

    Parameters
    ----------
    inventory : Inventory
        What the plan saw.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._answers = inventory.answers
        self._planned = {file.name: file for file in inventory.files}
        self._opened: dict[str, CorpusFile] = {}
        self._states: dict[str, tuple[Any, ...]] = {}
        self._hashed: dict[str, tuple[Any, ...]] = {}

    def answer(self, key: str, ask: Callable[[], Any]) -> Any:
        """Return the noted answer; what was never asked is asked now."""
        return self._answers[key] if key in self._answers else ask()

    def is_answered(self, key: str) -> bool:
        """Tell whether a question was asked while the plan was made."""
        return key in self._answers

    def planned(self, name: str) -> UsedFile | None:
        """Return a file as it was planned; None where it was not."""
        return self._planned.get(name)

    def found(self, file: CorpusFile) -> None:
        """Keep a file that may be read."""
        self._opened[file.name] = file

    def reading(self, file: CorpusFile) -> None:
        """Compare a file that is going to be read, once until the next range begins.

        Raises
        ------
        StateError
            It is not the file that was planned, or is gone.
        """
        if file.name not in self._states:
            self._opened[file.name] = file
            self._states[file.name] = self._compare(file)

    def read_whole(self, file: CorpusFile) -> None:
        """Compare the content of a side file too, once for each state of the file."""
        self.reading(file)
        planned = self._planned.get(file.name)
        if planned is None or planned.content_hash is None:
            return
        state = self._states[file.name]
        if self._hashed.get(file.name) != state:
            if content_hash(file) != planned.content_hash:
                raise _changed(file.name, "its content is another one")
            self._hashed[file.name] = state

    def begin(self, names: Collection[str]) -> None:
        """Compare files with the plan before a range is read from them; those not opened yet when they are.

        Raises
        ------
        StateError
            One is not the file that was planned, or is gone.
        """
        self._states.clear()
        for name in names:
            if name in self._hashed:
                self.read_whole(self._opened[name])
            elif name in self._opened:
                self.reading(self._opened[name])

    def verify(self, names: Collection[str], *, where: str) -> None:
        """Read files and compare them with the hashes that are known of them.

        Raises
        ------
        InputError
            One has another hash.
        """
        for name in names:
            planned = self._planned[name]
            if planned.known_hashes and planned.content_hash is None and name in self._opened:
                verify_hashes(self._opened[name], planned.known_hashes, where=where)

    def end(self, names: Collection[str] | None = None) -> None:
        """See that no file (None: none that was read) was touched since `begin`, whatever its size and time.

        Raises
        ------
        StateError
            One was changed, or is gone.
        """
        for name in list(self._states) if names is None else names:
            state = self._states.get(name)
            if state is None:
                continue
            now = self._compare(self._opened[name])
            if name in self._hashed:
                self._states[name] = now
                self.read_whole(self._opened[name])
            elif now != state:
                raise _changed(name, "while it was read")

    def _compare(self, file: CorpusFile) -> tuple[Any, ...]:
        """Return what tells a file from another one now."""
        now, planned = measured_again(file), self._planned.get(file.name)
        if planned is not None:
            if now.n_bytes != planned.n_bytes:
                raise _changed(file.name, f"it holds {now.n_bytes:,} bytes, then {planned.n_bytes:,}")
            if planned.content_hash is None and now.modified_ns != planned.modified_ns:
                raise _changed(file.name, "its modification time is another one")
            if now.version != planned.version:
                raise _changed(file.name, f"its version is {now.version}, then {planned.version}")
        return now.identity()


def _changed(name: str, how: str) -> StateError:
    return StateError(f"was changed after it was planned: {how}", path=name, fix=_FIX)
