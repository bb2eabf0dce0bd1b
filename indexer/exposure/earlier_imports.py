"""What was imported into the table before it is merged anew."""

from __future__ import annotations

import logging
from collections import Counter

import duckdb
import pyarrow as pa

from indexer.errors import StateError
from indexer.exposure.database import (
    SCHEMA_VERSION,
    DamagedTableError,
    first_line,
    is_of_the_machine,
    open_read_only,
    sql,
)
from indexer.exposure.merged_rows import ids_hash
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts, slices_by_shard
from indexer.plan.plan import Plan
from indexer.plurals import counted
from indexer.table_seal import wrong_with_table

_log = logging.getLogger(__name__)


def earlier_imports(index: IndexDir, plan: Plan, facts: list[PartialFacts]) -> dict[str, pa.Table]:
    """Return what was imported into the earlier table, by table; one that cannot be read is put aside.

    Raises
    ------
    StateError
        The table is of other ids, though neither size nor time of a shard say that it was changed.
    """
    if not index.database_file.is_file():
        return {}
    wrong = wrong_with_table(index, whole=True)
    try:
        with open_read_only(index.database_file, versions=range(1, SCHEMA_VERSION + 1)) as earlier:
            provenance = dict(earlier.execute("SELECT key, value FROM provenance").fetchall())
            is_old = provenance["schema_version"] == "1"
            question = sql("results_of_version_1.sql") if is_old else "SELECT * FROM results"
            imported = {"results": earlier.sql(question).to_arrow_table()}
            if earlier.sql("SELECT * FROM duckdb_tables() WHERE table_name = 'model_measures'").fetchall():
                imported["model_measures"] = earlier.table("model_measures").to_arrow_table()
            hashes = dict(earlier.execute("SELECT shard, tokens_hash FROM shards").fetchall())
    except (DamagedTableError, duckdb.Error) as error:
        if isinstance(error, duckdb.Error) and is_of_the_machine(error):
            raise  # the table is whole for all we know: it is not put aside
        kept = index.root / "exposures.damaged.duckdb"
        index.database_file.replace(kept)
        _log.warning(
            "%s: cannot be read (%s) and is built anew; evaluation results that were imported into it "
            "are not taken along: import them again; the damaged file is kept as %s",
            index.database_file,
            error.what if isinstance(error, DamagedTableError) else first_line(error),
            kept.name,
        )
        return {}
    if wrong is not None:
        if n_rows := sum(rows.num_rows for rows in imported.values()):
            _log.warning(
                "%s: %s; it is built anew, and the %s in it taken along unproved",
                index.database_file,
                wrong,
                counted(n_rows, "imported result"),
            )
        return imported
    same_files = provenance.get("files_hash") == plan.files.hash_of_all()
    if same_files and provenance["plan_fingerprint"] == plan.fingerprint:
        _refuse_other_ids(plan, facts, hashes)
    return imported


def _refuse_other_ids(plan: Plan, facts: list[PartialFacts], hashes: dict[int, str | None]) -> None:
    """Refuse shards that were read again and gave other ids than those that stand in the table."""
    read = slices_by_shard(facts)
    n_slices = Counter(shard for scan_range in plan.ranges for shard in scan_range.shards)
    for shard, known in hashes.items():
        whole = len(read[shard]) == n_slices[shard]
        if known is not None and whole and ids_hash(read[shard]) != known:
            raise StateError(
                "gave other ids when it was scanned again, though its size and time are the same",
                path=plan.shards[shard].name,
                expected=f"ids of the hash {known}",
                fix="bring the right file back, touch it, and run `exposure index` again: it is rescanned",
            )
