"""The one place that opens DuckDB: to build an index file, and to ask one."""

from __future__ import annotations

import mmap
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from indexer.errors import ResourceError, StateError
from indexer.foreign_errors import is_about_space, is_out_of_memory
from indexer.index_dir import IndexDir
from indexer.occurrence_files import ends_hash
from indexer.phrases.segmentation import WORDS

SCHEMA_VERSION = 3
"""History stands on top of ``schema.sql``. Each change of what an index stores of its questions raises it."""

STORAGE_VERSION = "v1.4.0"
"""DuckDB 1.4 LTS opens files of this version; what DuckDB 2.0 writes by default it does not (measured)."""

_ANEW = (
    "build it anew with `exposure index`, with the same configuration and --out: imported results are kept;"
    " or ask with the version that wrote it"
)
_NEWER = "ask with the version that wrote it"
_MERGE = "build it anew from the partials with `exposure merge`, which keeps this file beside it"


_ROOM_BYTES = 384 << 20
"""Address space that DuckDB takes as it starts: a stack for each thread, and the arenas of its allocator."""
_OF_THE_MACHINE = re.compile(
    r"too many open files|permission denied|set lock on file|different configuration", re.IGNORECASE
)


def sql(name: str) -> str:
    """Return the text of an ``.sql`` file of this room."""
    return files("indexer.exposure").joinpath(name).read_text(encoding="utf-8")


@contextmanager
def at_once(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have statements committed together: each commit waits for the disk, and a schema has 200 of them."""
    connection.execute("BEGIN")
    yield
    connection.execute("COMMIT")


def define_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Give an index its views and macros."""
    with at_once(connection):
        for name in ("macros.sql", "item_macros.sql"):
            connection.execute(sql(name).replace("{words}", WORDS))


class DamagedTableError(StateError):
    """A file that DuckDB cannot read, or that is no exposure index."""


@contextmanager
def building(path: Path, *, memory_bytes: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new index file for writing, with its empty tables.

    Parameters
    ----------
    path : Path
        Where the file is built; it must not exist.
    memory_bytes : int, optional
        What DuckDB may take; what does not fit is put on disk beside the file.
    """
    spill = path.with_name(f"{path.name}.spill")
    limit = {} if memory_bytes is None else {"memory_limit": f"{memory_bytes}B"}
    _require_room()
    connection = duckdb.connect(config={"temp_directory": str(spill), **limit})
    try:
        # The path is ours, not a user's word; ATTACH takes no parameters.
        quoted = str(path).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS building (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE building")
        with at_once(connection):
            connection.execute(sql("schema.sql"))
        yield connection
        connection.execute("CHECKPOINT building")
        connection.execute("USE memory")
        connection.execute("DETACH building")
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def open_read_only(
    path: Path,
    *,
    memory_bytes: int | None = None,
    versions: Collection[int] = (SCHEMA_VERSION,),
    attached: Mapping[str, Path] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open an index file for asking: no writes, no files but its occurrences, no network, no settings.

    Parameters
    ----------
    path : Path
        The index file.
    memory_bytes : int, optional
        What DuckDB may take; nothing is put on disk when it is not enough.
    versions : collection of int
        Schema versions that are taken.
    attached : mapping of str to Path, optional
        Further index files by the name that their tables are called by, as in ``other.exposures``. Of their
        macros see `indexer.exposure.attached`.

    Raises
    ------
    StateError
        The file is no index, or of another schema version.
    ResourceError
        It may be an index, and the machine does not let it be opened.
    """
    for other in (attached or {}).values():
        open_read_only(other).close()  # which refuses what is no index
    try:
        connection = duckdb.connect(
            str(path),
            read_only=True,
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",
                "temp_directory": "",
                **({} if memory_bytes is None else {"memory_limit": f"{memory_bytes}B"}),
            },
        )
        for name, other in (attached or {}).items():
            quoted = str(other).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS \"{name}\" (TYPE DUCKDB, READ_ONLY)")
        beside = {f'"{name}".main': other for name, other in (attached or {}).items()}
        _allow_occurrences(connection, {"main": Path(path), **beside})
        connection.execute("SET enable_external_access = false")
        # Locked only now: in a notebook or an interactive session connect() itself sets the progress bar.
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        if is_of_the_machine(error):
            held = "different configuration" in str(error)
            fix = "close the other connection to it in this Python process" if held else None
            raise ResourceError(f"cannot be opened ({first_line(error)})", path=path, fix=fix) from None
        raise DamagedTableError(
            f"cannot be opened by DuckDB {duckdb.__version__} ({first_line(error)})", path=path, fix=_MERGE
        ) from None
    try:
        found = connection.execute("SELECT value FROM provenance WHERE key = 'schema_version'").fetchall()
    except duckdb.Error:
        found = []
    version = found[0][0] if found else None
    if str(version) not in map(str, versions):
        connection.close()
        if version is None:
            raise DamagedTableError("is no exposure index", path=path, fix=_MERGE)
        raise StateError(
            f"has schema version {version}",
            path=path,
            expected=f"schema version {SCHEMA_VERSION}",
            fix=_ANEW if version.isdecimal() and int(version) < SCHEMA_VERSION else _NEWER,
        )
    return connection


def folder_variable(occurrences_hash: str) -> str:
    """Return the variable that holds the folder of the occurrences of an index, by the hash of all of them.

    Each index has its own, so that of two indexes in one question none reads the files of the other.
    """
    return f"occurrences_of_{occurrences_hash}"


def _allow_occurrences(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> None:
    """Let the views `occurrences` read the files that their table was merged with, and nothing else be read.

    Files that were written since, by a scan for more phrases or by somebody, are not those of the table.

    Parameters
    ----------
    tables : mapping of str to Path
        Index files by the schema they are opened as.
    """
    paths: list[Path] = []
    for schema, path in tables.items():
        index = IndexDir(path.absolute().parent)
        with suppress(duckdb.CatalogException):  # it is no index
            told = dict(connection.execute(f"SELECT key, value FROM {schema}.provenance").fetchall())
            if "occurrences_hash" not in told:
                continue
            variable = folder_variable(str(told["occurrences_hash"])).replace('"', '""')
            connection.execute(f'SET VARIABLE "{variable}" = $folder', {"folder": str(index.occurrences)})
            query = f"SELECT DISTINCT range FROM {schema}.document_offsets ORDER BY range"
            found = [index.occurrence_file(number) for (number,) in connection.execute(query).fetchall()]
            if found and ends_hash(found) == told.get("occurrences_ends"):
                paths += found
    if paths:
        connection.execute("SET allowed_paths = $paths", {"paths": sorted(map(str, paths))})


def is_of_the_machine(error: duckdb.Error) -> bool:
    """Tell whether the machine fails, not the file: memory, disk, open files, rights, or a lock of others."""
    return is_out_of_memory(error) or is_about_space(error) or bool(_OF_THE_MACHINE.search(first_line(error)))


def _require_room() -> None:
    """Refuse where DuckDB would not find room to start, which it does not survive (measured: SIGSEGV)."""
    try:
        mmap.mmap(-1, _ROOM_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except OSError as error:
        raise MemoryError(f"no room for {_ROOM_BYTES:,} bytes ({error.strerror})") from None


def first_line(error: Exception) -> str:
    """Return what DuckDB says, without the stack it adds."""
    return str(error).splitlines()[0]


def set_variable(connection: duckdb.DuckDBPyConnection, name: str, value: Any) -> None:
    """Set a variable that SQL asks by ``getvariable``."""
    connection.execute(f"SET VARIABLE {name} = $value", {"value": value})


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Add rows to a table, column by name."""
    connection.register("new_rows", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")
    connection.unregister("new_rows")
