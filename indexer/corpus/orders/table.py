"""A recorded order: a table of (sequence, step), Parquet or CSV, one row a visit.

What a trainer's own loader logged is the truth about its order. Rows of one step stand in batch order. A
column ``step`` counts batches from 0; further columns are left alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.order import OrderConfig
from indexer.corpus.orders.completeness import COMPLETENESS_KEYS, judge_table
from indexer.corpus.orders.index_files import content_hash
from indexer.corpus.orders.listed_steps import ListedSteps
from indexer.corpus.orders.order import Visits
from indexer.corpus.orders.window import WINDOW_KEYS, window_of
from indexer.corpus.sequences import Reader
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.observer import read_whole
from indexer.units import Int64Array


def read_table(name: str, *, base: Path) -> tuple[Int64Array, Int64Array]:
    """Return the columns ``sequence`` and ``step`` of a Parquet or CSV file.

    Raises
    ------
    InputError
        A column is missing, or holds something other than whole numbers.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    file = files.file_at(name, base=base)
    read_whole(file)
    columns = ["sequence", "step"]
    try:
        with file_bytes.open_binary(file) as handle:
            if name.endswith(".parquet"):
                table = pq.read_table(handle, columns=columns)
            else:
                options = pa_csv.ConvertOptions(
                    include_columns=columns, column_types={column: pa.int64() for column in columns}
                )
                table = pa_csv.read_csv(handle, convert_options=options)
        table = table.cast(pa.schema([(column, pa.int64()) for column in columns]))
    except (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError, KeyError, ValueError) as error:
        raise InputError(
            f"is no table of sequence and step ({str(error).splitlines()[0]})", path=name
        ) from None
    if any(table.column(column).null_count for column in columns):
        raise InputError("has NULL among its sequences or steps", path=name)
    sequences, steps = (table.column(column).combine_chunks().to_numpy() for column in columns)
    return sequences, steps


class TableOrder:
    """Visits as they were recorded."""

    keys = WINDOW_KEYS | COMPLETENESS_KEYS | {"path"}

    def __init__(self, config: OrderConfig, reader: Reader, *, base: Path) -> None:
        if not isinstance(config.path, str):
            raise ConfigError(
                "[order] kind = 'table' needs one table", fix="set [order] path to a .parquet or .csv"
            )
        n = sum(shard.n_sequences for shard in reader.shards())
        sequences, steps = read_table(config.path, base=base)
        for values, what, limit in ((sequences, "sequence", n), (steps, "step", None)):
            if values.size and int(values.min()) < 0:
                at = int(np.flatnonzero(values < 0)[0])
                raise InputError(
                    f"names {what} {int(values[at])}",
                    path=config.path,
                    offset=f"row {at:,}",
                    expected="0 or more: a table has no padding",
                )
            if limit is not None and values.size and int(values.max()) >= limit:
                raise InputError(
                    f"names sequence {int(values.max()):,}, but the corpus holds {n:,} (0 to {n - 1:,})",
                    path=config.path,
                    fix="a shard is missing, or the order belongs to other shards",
                )
        n_steps = int(steps.max()) + 1 if steps.size else 0
        self._listed = ListedSteps(sequences, steps)
        self.start_step, self.stop_step = window_of(config, n_steps)
        window = (self.start_step, self.stop_step)
        taken = judge_table(config, config.path, n, sequences, steps, window)
        n_seen = len(np.unique(sequences))
        self.facts: dict[str, Any] = {
            "kind": "table",
            "source": config.path,
            "sha256": content_hash(files.file_at(config.path, base=base)),
            "n_steps": n_steps,
            "n_visits": len(steps),
            "n_sequences_left_out": n - n_seen,
            "taken_on_purpose": taken,
        }

    def visits(self, start: int, stop: int) -> Visits:
        """Return the visits of the sequences [start, stop)."""
        return self._listed.visits(start, stop, self.start_step, self.stop_step)

    def sequences_at(self, step: int) -> Int64Array:
        """Return the sequences of a step, in the order of the table."""
        return self._listed.sequences_at(step)
