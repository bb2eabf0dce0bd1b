"""Imports measures of models into the table `model_measures`."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from indexer.errors import InputError
from indexer.exposure.change import change_table
from indexer.exposure.database import sql
from indexer.index_dir import IndexDir

COLUMNS = pa.schema(
    [
        pa.field("model", pa.string(), nullable=False),
        pa.field("checkpoint", pa.int64(), nullable=False),
        pa.field("paradigm", pa.string()),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("part", pa.string()),
        pa.field("value", pa.float64()),
    ]
)


@dataclass(frozen=True)
class JoinedMeasures:
    """How imported measures met the index.

    Attributes
    ----------
    n_rows : int
        Rows imported.
    n_replaced : int
        Rows that stood there before and were replaced.
    measures : tuple of str
        What was measured.
    unknown_paradigms : tuple of str
        Paradigms that are not in the index; their rows were left out.
    off_grid : tuple of int
        Checkpoints of imported rows as of which the index can tell no exposure.
    """

    n_rows: int
    n_replaced: int
    measures: tuple[str, ...]
    unknown_paradigms: tuple[str, ...]
    off_grid: tuple[int, ...]


def add_measures(index: IndexDir, rows: pa.Table) -> JoinedMeasures:
    """Add measures of models, replacing those of the same model, checkpoint, paradigm, measure and part.

    Parameters
    ----------
    index : IndexDir
        A merged index.
    rows : pyarrow.Table
        Columns as in `COLUMNS`. A value of NULL or NaN is kept as missing, never as 0; an empty paradigm is
        all of them together.

    Raises
    ------
    StateError
        The table is not the one that was merged.
    InputError
        A measure stands twice in the rows.
    """
    return change_table(index, lambda table: _add(table, rows.select(COLUMNS.names).cast(COLUMNS)))


def _add(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> JoinedMeasures:
    connection.register("given_rows", rows)
    connection.execute(sql("model_measures.sql"))
    twice = connection.execute("SELECT * FROM measures_twice").fetchall()
    if twice:
        model, checkpoint, paradigm, measure, part, count = twice[0]
        raise InputError(
            f"{measure} {part} of {paradigm} stands {count} times for model {model} at checkpoint "
            f"{checkpoint}",
            fix=f"keep one row each ({len(twice)} such measures)",
        )
    unknown = connection.execute("SELECT * FROM unknown_paradigms").fetchall()
    off_grid = connection.execute("SELECT * FROM measured_off_grid").fetchall()
    measures = connection.execute("SELECT DISTINCT measure FROM known_measures ORDER BY ALL").fetchall()
    replaced = connection.execute(
        "DELETE FROM model_measures WHERE rowid IN (SELECT earlier_row FROM replaced_measures)"
    ).fetchone()
    added = connection.execute(
        "INSERT INTO model_measures BY NAME SELECT * FROM known_measures ORDER BY ALL"
    ).fetchone()
    connection.unregister("given_rows")
    return JoinedMeasures(
        added[0] if added else 0,
        replaced[0] if replaced else 0,
        tuple(measure for (measure,) in measures),
        tuple(paradigm for (paradigm,) in unknown),
        tuple(checkpoint for (checkpoint,) in off_grid),
    )
