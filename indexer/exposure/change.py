"""Changes a merged table: the new file is built aside from a copy, and renamed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from indexer.exposure.database import open_read_only
from indexer.index_dir import IndexDir
from indexer.table_seal import commit_table, require_table

_Told = TypeVar("_Told")


def change_table(index: IndexDir, change: Callable[[duckdb.DuckDBPyConnection], _Told]) -> _Told:
    """Commit a copy of the table of an index in which something was changed, and return what that tells.

    Parameters
    ----------
    index : IndexDir
        A merged index.
    change : callable
        Is given the copy, open for writing. Where it raises, the table stays as it was.

    Raises
    ------
    StateError
        The table is not the one that was merged.
    """
    require_table(index, whole=True)
    open_read_only(index.database_file).close()
    told: list[_Told] = []

    def build(path: Path) -> None:
        shutil.copyfile(index.database_file, path)
        with duckdb.connect(str(path)) as connection:
            told.append(change(connection))

    with index.lock():
        commit_table(index, build)
    return told[0]
