"""Writes a table of phrases or pairs as Parquet, CSV or JSON lines; a rename is the commit."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from indexer.errors import ConfigError, ResourceError
from indexer.index_dir import commit_file


def refuse_unwritable(path: Path) -> None:
    """Refuse a file that could not be written, before any work is done for it.

    Raises
    ------
    ConfigError
        The suffix is none of ``.parquet``, ``.csv``, ``.jsonl``, or the folder does not exist.
    """
    if path.suffix.lower() not in _WRITERS:
        raise ConfigError("no such format", path=path, expected=" or ".join(_WRITERS))
    if not path.parent.is_dir():
        raise ConfigError("no such folder", path=path.parent, fix="create it first")


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table in the format the name's suffix tells.

    Raises
    ------
    ConfigError
        The file cannot be meant, see `refuse_unwritable`.
    ResourceError
        The file system refuses.
    """
    refuse_unwritable(path)
    write = _WRITERS[path.suffix.lower()]
    try:
        commit_file(path, lambda aside: write(table, aside))
    except OSError as error:
        raise ResourceError(f"cannot be written ({error.strerror or error})", path=path) from None


def _write_parquet(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def _write_csv(table: pa.Table, path: Path) -> None:
    import pyarrow.csv as pa_csv

    flat = table
    for number, column in enumerate(table.schema):
        if pa.types.is_list(column.type):
            spelled = [
                None if ids is None else " ".join(map(str, ids)) for ids in table[column.name].to_pylist()
            ]
            flat = flat.set_column(number, column.name, pa.array(spelled, pa.string()))
    pa_csv.write_csv(flat, path)


def _write_jsonl(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for batch in table.to_batches(max_chunksize=10_000):
            file.writelines(
                f"{json.dumps(row, ensure_ascii=False, default=str)}\n" for row in batch.to_pylist()
            )


_WRITERS = {".parquet": _write_parquet, ".csv": _write_csv, ".jsonl": _write_jsonl}
