"""Who is told of the files that readers ask for: a plan that is being made, or one whose corpus is read.

Readers and orders open files by name and know of no plan. Whoever plans or scans observes them for as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from indexer.redaction import redacted_url
from indexer.storage.inventory import UsedFile

if TYPE_CHECKING:
    from indexer.storage.files import CorpusFile

Answer = TypeVar("Answer")


class Observer(Protocol):
    """Is told of every question about names, and of every file that is measured or read."""

    def answer(self, key: str, ask: Callable[[], Any]) -> Any:
        """Return the answer to a question about a name."""

    def is_answered(self, key: str) -> bool:
        """Tell whether a question was asked while the plan was made."""

    def planned(self, name: str) -> UsedFile | None:
        """Return a file as the plan saw it whose corpus is read; None where there is no such plan or file."""

    def found(self, file: CorpusFile) -> None:
        """Hear of a file that may be read."""

    def reading(self, file: CorpusFile) -> None:
        """Hear of a file that is going to be read; refuse one that is not as it was planned."""

    def read_whole(self, file: CorpusFile) -> None:
        """Hear of a file that decides something with all its bytes, before they are read."""


_observer: Observer | None = None


def observer() -> Observer | None:
    """Return who is told now."""
    return _observer


@contextmanager
def observed_by(observer: Observer) -> Iterator[None]:
    """Have somebody told of every question about names and every file."""
    global _observer  # noqa: PLW0603 one process reads one corpus at a time
    before, _observer = _observer, observer
    try:
        yield
    finally:
        _observer = before


def answered_once(question: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Have a question about a path answered once for a plan and whoever reads its corpus."""

    def decorate(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(ask)
        def answer(path: str, **how: Any) -> Answer:
            if _observer is None:
                return ask(path, **how)
            key = f"{question} {redacted_url(path)}"
            answered: Answer = _observer.answer(key, lambda: ask(path, **how))
            return answered

        return answer

    return decorate


def is_answered(question: str, path: str) -> bool:
    """Tell whether a question about a path was asked while the plan was made."""
    return _observer is not None and _observer.is_answered(f"{question} {redacted_url(path)}")


def planned(name: str) -> UsedFile | None:
    """Return a file as the plan saw it whose corpus is read; None where there is no such plan or file."""
    return None if _observer is None else _observer.planned(name)


def found(file: CorpusFile) -> CorpusFile:
    """Tell of a file that may be read, and return it."""
    if _observer is not None:
        _observer.found(file)
    return file


def reading(file: CorpusFile) -> None:
    """Tell of a file that is going to be read.

    Raises
    ------
    StateError
        It is not the file that was planned.
    """
    for one in file.parts or (file,):
        if _observer is not None:
            _observer.reading(one)


def read_whole(file: CorpusFile) -> None:
    """Tell of a file that decides something with all its bytes, before it is read.

    Raises
    ------
    StateError
        It is not the file that was planned.
    """
    for one in file.parts or (file,):
        if _observer is not None:
            _observer.read_whole(one)
