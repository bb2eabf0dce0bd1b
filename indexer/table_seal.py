"""The seal of the table: a small file beside it tells whether it is the one that was merged.

``exposures.duckdb`` can be opened by anybody's DuckDB, and be changed by a slip of the hand; a `never` of
such a file rests on nothing. The seal holds the length of the file, the hash of its head, and the hash of
all of it.

Whatever DuckDB writes into a file, it writes the head too: a number that counts up, and where the rest
lies. So questions compare the length and the head, which costs the same for any table; damage further
behind meets DuckDB's own checksums. `exposure status`, `verify`, `certify`, `import` and `merge` compare
all of it. A reader changes nothing in the file. What a writer has not yet put into it lies in a log beside
it, which readers would take into account: with a log that holds anything a table is not the one that was
merged.

While a table takes the place of another the seal names both, so that no death between two renames, and no
reader in that moment, meets a table that it does not name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import xxhash

from indexer.errors import StateError
from indexer.index_dir import IndexDir, commit_file
from indexer.storage.opening import bytes_of_regular

HEAD_BYTES = 3 * 4096
"""DuckDB's main header and its two headers that take turns (duckdb.org/docs/stable/internals/storage)."""
_PIECE_BYTES = 1 << 22
_FIX = (
    "build the table anew from the partials with `exposure merge`; to change one, copy it to another folder,"
    " where it is asked as it is"
)


@dataclass(frozen=True)
class TableFacts:
    """What tells a table from any other one.

    Attributes
    ----------
    n_bytes : int
        Length of the file.
    head : str
        xxh3-128 of its first `HEAD_BYTES`.
    whole : str
        xxh3-128 of all of it.
    """

    n_bytes: int
    head: str
    whole: str


def commit_table(index: IndexDir, build: Callable[[Path], object]) -> None:
    """Have the table written aside, renamed into place and sealed; parameters as of `commit_file`.

    Raises
    ------
    ResourceError
        The file system is full or refuses to be written.
    """
    made: list[TableFacts] = []

    def write(aside: Path) -> None:
        build(aside)
        made.append(_facts_of(aside))
        _write_seal(index, [*_sealed(index), *made])
        for log in _logs_of(index):
            log.unlink(missing_ok=True)

    commit_file(index.database_file, write)
    _write_seal(index, made)


def require_table(index: IndexDir, *, whole: bool = False) -> None:
    """Refuse a directory without a merged table, and a table that is not the one that was merged.

    Parameters
    ----------
    index : IndexDir
        The index. A table that stands alone, without plan and seal, is taken as it is.
    whole : bool
        Compare all bytes, not the head alone.

    Raises
    ------
    ConfigError
        There is no index here.
    StateError
        It is not merged, or the table was changed since.
    """
    index.require_database()
    wrong = wrong_with_table(index, whole=whole)
    if wrong is not None:
        raise StateError(wrong, path=index.database_file, fix=_FIX)


def wrong_with_table(index: IndexDir, *, whole: bool = False) -> str | None:
    """Return what speaks against a table that is there, in one clause; None where nothing does."""
    if not index.seal_file.exists():
        if not index.plan_file.exists():
            return None
        return f"has no seal ({index.seal_file.name} is gone, or an earlier version merged it)"
    for log in _logs_of(index):
        if log.is_file() and log.stat().st_size:
            return f"was changed since it was merged: {log.name} holds what is not in it yet"
    for _ in range(3):  # a merge may take place between the two
        sealed = _sealed(index)
        found = _facts_of(index.database_file, whole=whole)
        for facts in sealed:
            if (facts.n_bytes, facts.head) == (found.n_bytes, found.head) and found.whole in (
                "",
                facts.whole,
            ):
                return None
        if sealed == _sealed(index):
            break
    return "is not the table that was merged: it was edited or damaged, is another one's, or its seal is"


def _logs_of(index: IndexDir) -> list[Path]:
    """Return the files in which DuckDB keeps what it has not yet put into the table."""
    return sorted(index.root.glob(f"{index.database_file.name}.wal*"))


def _facts_of(path: Path, *, whole: bool = True) -> TableFacts:
    digest = xxhash.xxh3_128()
    with open(path, "rb") as file:
        n_bytes = file.seek(0, 2)
        file.seek(0)
        digest.update(file.read(HEAD_BYTES))
        head = digest.hexdigest()
        while whole and (piece := file.read(_PIECE_BYTES)):
            digest.update(piece)
    return TableFacts(n_bytes, head, digest.hexdigest() if whole else "")


def _sealed(index: IndexDir) -> list[TableFacts]:
    """Return the tables that the seal names: none where it cannot be read."""
    try:
        values: Any = json.loads(bytes_of_regular(index.seal_file))
        return [TableFacts(**facts) for facts in values["tables"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _write_seal(index: IndexDir, tables: list[TableFacts]) -> None:
    text = json.dumps({"tables": [asdict(facts) for facts in dict.fromkeys(tables)]}, indent=1) + "\n"
    commit_file(index.seal_file, lambda aside: aside.write_text(text, encoding="utf-8"))
