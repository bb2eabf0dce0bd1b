"""What a language model had seen, when, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from indexer.splits.handle import Index

__version__ = "0.1.0"

__all__ = ["__version__", "open_index"]


def open_index(
    path: str | Path,
    *,
    timeout: float | Literal["by question"] | None = "by question",
    max_memory: int | None = None,
    max_rows: int | None = 10_000_000,
    attach: Mapping[str, str | Path] | None = None,
) -> Index:
    """Open an index for asking, read-only; questions are asked in a process of their own.

    Parameters
    ----------
    path : str or Path
        The index directory.
    timeout : float, optional
        Seconds until a question is ended; None: never. Default: 60 for a statement of yours, no end for
        a question that comes with the indexer.
    max_memory : int, optional
        Bytes a question, and its rows, may take; None: half of the machine's memory.
    max_rows : int, optional
        More rows are refused; None: no limit.
    attach : mapping of str to str or Path, optional
        Further index directories by name: ``attach={"other": "index2"}`` makes ``other.exposures`` a table.

    Returns
    -------
    Index
        With ``sql``, ``split``, ``exposures``, ``to_arrow`` and ``to_pandas``.

    Raises
    ------
    ConfigError, StateError
        There is no index, it is not merged, or it is of another schema version.
    """
    from indexer.exposure.query_door import QueryLimits
    from indexer.splits.handle import Index

    limits = QueryLimits(seconds=timeout, memory_bytes=max_memory, max_rows=max_rows)
    return Index(path, limits, attach)
