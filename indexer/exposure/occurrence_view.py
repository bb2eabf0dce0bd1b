"""The view `occurrences`: every exposure, read from the Parquet files beside the table.

The view names its files relative to a folder, which whoever opens the table says: an index may be moved.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import xxhash

from indexer.exposure.database import folder_variable, sql
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts, slices_by_shard
from indexer.plan.plan import Plan


def create_view(
    connection: duckdb.DuckDBPyConnection, index: IndexDir, facts: Sequence[PartialFacts]
) -> None:
    """Have the view read the files of some partials; without any it stays as it is in a new index."""
    ranges = [one.range_number for one in facts if one.occurrences is not None]
    if not ranges:
        return
    folder = str(index.occurrences.absolute())
    variable = folder_variable(occurrences_hash(facts))
    connection.execute(f"SET VARIABLE {variable} = $folder", {"folder": folder})
    files = [
        f"coalesce(getvariable('{variable}'), '{index.occurrences.name}') || '/{name}'"
        for name in (index.occurrence_file(number).name for number in ranges)
    ]
    connection.execute(sql("occurrences.sql").replace("{files}", ",\n    ".join(files)))


def occurrences_hash(facts: Sequence[PartialFacts]) -> str:
    """Return one hash of the files of some partials."""
    hashes = [one.occurrences.hash for one in facts if one.occurrences is not None]
    return xxhash.xxh3_128("".join(hashes).encode()).hexdigest()


def document_offsets(plan: Plan, facts: Sequence[PartialFacts]) -> list[dict[str, int | None]]:
    """Return how many documents of its shard end before each slice that was scanned."""
    ranges = {(one.shard, one.start): partial.range_number for partial in facts for one in partial.slices}
    rows: list[dict[str, int | None]] = []
    for shard, slices in slices_by_shard(facts).items():
        before: int | None = 0
        next_sequence = plan.shards[shard].first_sequence
        for one in slices:
            if one.n_document_ends is not None and one.start != next_sequence:
                before = None
            rows.append({"range": ranges[shard, one.start], "shard": shard, "documents_before": before})
            if before is not None:
                before += one.n_document_ends or 0
            next_sequence = one.stop
    return sorted(rows, key=lambda row: (row["range"] or 0, row["shard"] or 0))
