"""What a language model had seen, when, and how often."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.splits.handle import Index

__version__ = "0.1.0"

__all__ = ["__version__", "open_index"]


def open_index(path: str | Path) -> Index:
    """Open an index for asking, read-only.

    Parameters
    ----------
    path : str or Path
        The index directory.

    Returns
    -------
    Index
        With ``sql``, ``split``, ``exposures``, ``to_arrow`` and ``to_pandas``.

    Raises
    ------
    ConfigError, StateError
        There is no index, it is not merged, or it is of another schema version.
    """
    from indexer.splits.handle import Index

    return Index(path)
