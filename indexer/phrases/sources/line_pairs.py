"""Minimal pairs of a text file: two lines each, the good or the bad one first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.errors import ConfigError
from indexer.phrases.sources.files import TEXT_COLUMN
from indexer.phrases.sources.record import Record


def pair_lines(rows: Iterable[Record], order: str) -> Iterator[Record]:
    """Yield one row for each two lines of a file.

    Parameters
    ----------
    rows : iterable of Record
        Lines of text files.
    order : str
        ``good-first`` or ``bad-first``.

    Raises
    ------
    ConfigError
        The rows are no lines of text, or the lines of a file do not come in twos.
    """
    names = ("good", "bad") if order == "good-first" else ("bad", "good")
    first: Record | None = None
    for row in rows:
        if set(row.values) != {TEXT_COLUMN}:
            raise ConfigError(
                "is no text file of two lines a pair",
                path=row.path,
                fix='leave [phrases] text_lines = "phrases"',
            )
        if first is None:
            first = row
            continue
        if row.path != first.path:
            break
        texts = (first.values[TEXT_COLUMN], row.values[TEXT_COLUMN])
        yield Record(row.path, row.unit, first.number, dict(zip(names, texts, strict=True)), typed=False)
        first = None
    if first is not None:
        raise first.wrong("the last line has no other line to make a pair with", expected="two lines a pair")
