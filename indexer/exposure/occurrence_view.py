"""The view `occurrences`: every exposure, read from the Parquet files beside the table.

The view names its files relative to a folder, which whoever opens the table says: an index may be moved.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import xxhash

from indexer.exposure.database import folder_variable, insert_rows, set_variable, sql
from indexer.index_dir import IndexDir
from indexer.occurrence_files import ends_hash
from indexer.partials import PartialFacts, slices_by_shard
from indexer.plan.plan import Plan

_DOCUMENT_OFFSETS = pa.schema(
    [("range", pa.int32()), ("shard", pa.int32()), ("documents_before", pa.int64())]
)


def add_occurrences(
    connection: duckdb.DuckDBPyConnection, index: IndexDir, plan: Plan, facts: Sequence[PartialFacts]
) -> None:
    """Add what the view needs to a table that is merged, and the view; hash and ends say of which files."""
    offsets = pa.Table.from_pylist(document_offsets(plan, facts), _DOCUMENT_OFFSETS)
    insert_rows(connection, "document_offsets", offsets)
    files = [index.occurrence_file(one.range_number) for one in facts if one.occurrences is not None]
    hashes = [occurrences_hash(facts), ends_hash(sorted(files))]
    told = pa.table({"key": ["occurrences_hash", "occurrences_ends"], "value": hashes})
    insert_rows(connection, "provenance", told)
    create_view(connection, index, facts)
    named = [str(index.names_file(one.range_number)) for one in facts if one.document_names is not None]
    if named:
        set_variable(connection, "document_names", named)
        connection.execute(sql("documents.sql"))


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
