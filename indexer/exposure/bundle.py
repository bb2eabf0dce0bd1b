"""The same index as a folder of Parquet files: the form that outlives any database version."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from indexer.errors import StateError
from indexer.exposure.database import SCHEMA_VERSION, open_read_only
from indexer.index_dir import IndexDir, commit_folder
from indexer.table_seal import require_table

TABLES = (
    "phrases",
    "items",
    "item_phrases",
    "probe_positions",
    "exposures",
    "exposure_bins",
    "places",
    "document_offsets",
    "documents",
    "unit_differences",
    "other_forms",
    "unspelled_phrases",
    "checkpoints",
    "shards",
    "results",
    "model_measures",
    "provenance",
)
VIEWS = ("pairs", "pair_results")
"""What is read as a table though it is worked out from others."""


def write_bundle(index: IndexDir, folder: Path) -> list[Path]:
    """Write every table of an index, and the pairs, as a Parquet file, with the comments of the columns.

    Parameters
    ----------
    index : IndexDir
        A merged index.
    folder : Path
        Where to; must be empty or not exist.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    StateError
        The folder holds something already, or the index is not merged.
    """
    require_table(index)
    if folder.exists() and any(folder.iterdir()):
        raise StateError("is not empty", path=folder, fix="name a new folder")
    written: list[Path] = []

    def fill(aside: Path) -> None:
        written[:] = [folder / path.name for path in _write_tables(index, aside)]

    commit_folder(folder, fill)
    return written


def _write_tables(index: IndexDir, folder: Path) -> list[Path]:
    written = []
    with open_read_only(index.database_file) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        comments = connection.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL"
        ).fetchall()
        for name in [*TABLES, *VIEWS, *sorted({*names} - {*TABLES})]:
            rows = connection.table(name).to_arrow_table()
            of_column = {column: comment for table, column, comment in comments if table == name}
            path = folder / f"{name}.parquet"
            pq.write_table(_described(rows, of_column), path, compression="zstd", write_page_checksum=True)
            written.append(path)
    return written


def _described(rows: pa.Table, comments: dict[str, str]) -> pa.Table:
    fields = [
        field.with_metadata({"comment": comments[field.name]}) if field.name in comments else field
        for field in rows.schema
    ]
    metadata = {"exposure_index": json.dumps({"schema_version": SCHEMA_VERSION})}
    return rows.cast(pa.schema(fields, metadata=metadata))
