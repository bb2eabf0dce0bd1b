"""Imports evaluation results into the table `results`."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from indexer.errors import InputError
from indexer.exposure.change import change_table
from indexer.exposure.database import sql
from indexer.index_dir import IndexDir
from indexer.plurals import counted

_MAX_NAMED = 5

COLUMNS = pa.schema(
    [
        pa.field("model", pa.string(), nullable=False),
        pa.field("checkpoint", pa.int64(), nullable=False),
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Missing:
    """Items of the index without a row at a checkpoint at which others of their kind have one.

    Attributes
    ----------
    model : str
        Of which model.
    kind : str
        pair or item.
    fewest_checkpoints, most_checkpoints : int
        At how many checkpoints one of these items has no row.
    item_ids : tuple of str
        The items, in order.
    """

    model: str
    kind: str
    fewest_checkpoints: int
    most_checkpoints: int
    item_ids: tuple[str, ...]

    def line(self) -> str:
        """Return it as a person reads it."""
        fewest, most = self.fewest_checkpoints, self.most_checkpoints
        each = "" if len(self.item_ids) == 1 else " each"
        where = (
            f"{counted(most, 'checkpoint')}{each}"
            if fewest == most
            else f"{fewest:,} to {most:,} checkpoints each"
        )
        return (
            f"missing: the results of {counted(len(self.item_ids), self.kind)} of the index for {self.model} "
            f"at {where}: {name_some(self.item_ids)}"
        )


@dataclass(frozen=True)
class Joined:
    """How imported rows met the items of the index.

    Attributes
    ----------
    n_results : int
        Models, checkpoints and items that were imported, whatever was measured of them.
    n_replaced : int
        Of these, those of which a measure stood there before.
    measures : tuple of str
        What was measured.
    unknown_items : tuple of str
        Ids that are not in the index; their rows were left out.
    likely : str, optional
        The item that the first of them may mean, where the index writes its data set before the id.
    missing : tuple of Missing
        Where there are any: of all pairs, and of the data sets of other items that have some.
    off_grid : tuple of int
        Checkpoints of imported rows as of which the index can tell no exposure.
    """

    n_results: int
    n_replaced: int
    measures: tuple[str, ...]
    unknown_items: tuple[str, ...]
    likely: str | None
    missing: tuple[Missing, ...]
    off_grid: tuple[int, ...]


def add_results(index: IndexDir, rows: pa.Table) -> Joined:
    """Add evaluation results, replacing those of the same model, checkpoint, item and measure.

    Parameters
    ----------
    index : IndexDir
        A merged index.
    rows : pyarrow.Table
        Columns as in `COLUMNS`. A value of NULL or NaN is kept as missing, never as 0.

    Raises
    ------
    StateError
        The table is not the one that was merged.
    InputError
        A model, checkpoint, item and measure stand twice in the rows.
    """
    return change_table(index, lambda table: _add(table, rows.select(COLUMNS.names).cast(COLUMNS)))


def _add(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> Joined:
    connection.register("given_rows", rows)
    connection.execute(sql("results_given.sql"))
    twice = connection.execute("SELECT * FROM given_twice").fetchall()
    if twice:
        model, checkpoint, item_id, count = twice[0]
        raise InputError(
            f"item {item_id} stands {count} times for model {model} at checkpoint {checkpoint}",
            fix=f"keep one row each ({len(set(twice))} such items)",
        )
    unknown = [row[0] for row in connection.execute("SELECT * FROM given_unknown").fetchall()]
    likely = connection.execute("SELECT * FROM given_likely").fetchone()
    missing = [
        Missing(model, kind, fewest, most, tuple(item_ids))
        for model, kind, fewest, most, item_ids in connection.execute(
            "SELECT * FROM given_missing"
        ).fetchall()
    ]
    off_grid = [row[0] for row in connection.execute("SELECT * FROM given_off_grid").fetchall()]
    (replaced,) = connection.execute("SELECT count(*) FROM given_replaces").fetchall()[0]
    connection.execute(sql("results_insert.sql"))
    (n_results,) = connection.execute(
        "SELECT count(DISTINCT (model, checkpoint, item_id)) FROM given_known"
    ).fetchall()[0]
    measures = connection.execute("SELECT DISTINCT measure FROM given_known ORDER BY measure").fetchall()
    connection.unregister("given_rows")
    return Joined(
        n_results,
        replaced,
        tuple(measure for (measure,) in measures),
        tuple(unknown),
        None if likely is None else likely[0],
        tuple(missing),
        tuple(off_grid),
    )


def name_some(names: tuple[str, ...]) -> str:
    """Name the first few and count the others."""
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more:,} more" if more > 0 else "")
