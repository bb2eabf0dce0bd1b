"""Merges the partials of a plan into the DuckDB table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from indexer.doubts import weakening
from indexer.errors import StateError
from indexer.exposure.database import (
    building,
    define_macros,
    insert_rows,
    open_read_only,
    set_variable,
    sql,
)
from indexer.exposure.earlier_imports import earlier_imports
from indexer.exposure.merged_evidence import notes_on_none_seen, repeated_ids
from indexer.exposure.merged_rows import checkpoint_rows, provenance_rows, shard_rows
from indexer.exposure.occurrence_view import add_occurrences
from indexer.exposure.partial_rows import beyond_64_bits, read_rows
from indexer.index_dir import IndexDir
from indexer.occurrence_files import remove_unclaimed
from indexer.partials import PartialFacts
from indexer.phrases.normal_forms import told
from indexer.plan.coverage import Coverage, coverage_of
from indexer.plan.plan import Plan
from indexer.plan.store import check_files
from indexer.plurals import counted
from indexer.table_seal import commit_table

_MAX_NAMED = 5


def merge_partials(
    index: IndexDir,
    plan: Plan,
    *,
    allow_missing: bool = False,
    memory_bytes: int | None = None,
    on_merged: Callable[[int, int], object] = lambda *_: None,
) -> list[str]:
    """Build ``exposures.duckdb`` aside from the partials, check it, and rename it into place.

    Parameters
    ----------
    index : IndexDir
        Where the partials are and the table goes.
    plan : Plan
        The plan they belong to.
    allow_missing : bool
        Merge what there is; the index is then marked incomplete, and what was not seen is unknown.
    memory_bytes : int, optional
        What DuckDB may take.
    on_merged : callable
        Told at the end of how many partials, of how many ranges, the table was made.

    Returns
    -------
    list of str
        What a person should know of what was found, one sentence each.

    Raises
    ------
    StateError
        A partial is missing or belongs to another plan, or the merged table contradicts itself.
    """
    check_files(index, plan)
    coverage = coverage_of(index, plan)
    missing = coverage.to_scan
    if not allow_missing:
        _refuse_gaps(index, plan, coverage)
    facts = list(coverage.whole.values())

    notes: list[str] = []

    imported = earlier_imports(index, plan, facts)

    def build(path: Path) -> None:
        path.unlink(missing_ok=True)
        with building(path, memory_bytes=memory_bytes) as connection:
            notes[:] = _fill(connection, index, plan, facts, missing)
            for table, rows in imported.items():
                insert_rows(connection, table, rows)
            _check(connection, "checks.sql")
            if facts and plan.config.index.occurrences == "all":
                _check(connection, "occurrences_checks.sql")

    commit_table(index, build)
    remove_unclaimed(index)
    on_merged(len(facts), len(plan.ranges))
    return notes


def withdraw_outdated(index: IndexDir, plan: Plan) -> bool:
    """Merge anew what can be merged, where the table is of files that were changed since.

    A zero of files that are not there any more is no zero of the plan: it becomes unknown until they are
    scanned.

    Returns
    -------
    bool
        Whether the table was outdated.
    """
    if not index.database_file.is_file():
        return False
    try:
        with open_read_only(index.database_file) as table:
            facts = dict(table.execute("SELECT key, value FROM provenance").fetchall())
    except (StateError, duckdb.Error):
        return False  # the merge after the scan will say what is wrong with it
    same_plan = facts["plan_fingerprint"] == plan.fingerprint
    if not same_plan or facts.get("files_hash") == plan.files.hash_of_all():
        return False
    merge_partials(index, plan, allow_missing=True)
    return True


def _refuse_gaps(index: IndexDir, plan: Plan, coverage: Coverage) -> None:
    for error in coverage.refused.values():
        if len(coverage.to_scan) > 1:
            others = counted(len(coverage.to_scan) - 1, "more range", "has", "have")
            error.what += f" (and {others} no partial that can be merged)"
        raise error
    if coverage.missing:
        of, verb = counted(len(plan.ranges), "partial"), "is" if len(coverage.missing) == 1 else "are"
        raise StateError(
            f"{len(coverage.missing):,} of {of} {verb} missing, of {_name_some(plan, coverage.missing)}",
            path=index.root,
            fix="finish the scan with `exposure index`, or merge what there is with --allow-missing",
        )
    if coverage.begun:
        of, verb = counted(len(plan.ranges), "range"), "is" if len(coverage.begun) == 1 else "are"
        raise StateError(
            f"{len(coverage.begun):,} of {of} {verb} not scanned for all phrases yet",
            path=index.root,
            fix="finish the scan with `exposure index`, or merge the others with --allow-missing",
        )


def _name_some(plan: Plan, range_numbers: Sequence[int]) -> str:
    distinct = list(
        dict.fromkeys(plan.shards[shard].name for n in range_numbers for shard in plan.ranges[n].shards)
    )
    more = len(distinct) - _MAX_NAMED
    return ", ".join(distinct[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _fill(
    connection: duckdb.DuckDBPyConnection,
    index: IndexDir,
    plan: Plan,
    facts: list[PartialFacts],
    missing: list[int],
) -> list[str]:
    unit = plan.config.match.unit
    complete = not missing
    steps_known = plan.order.steps_known
    shards = shard_rows(plan, facts, missing)
    taken = {**plan.taken, **repeated_ids(plan, shards)}
    insert_rows(connection, "shards", pa.Table.from_pylist(shards))
    insert_rows(connection, "checkpoints", checkpoint_rows(plan, facts, steps_known))
    variables: dict[str, Any] = {
        "phrases": str(index.phrases_file),
        "pairs": str(index.pairs_file),
        "attributes": str(index.attributes_file),
        "probes": str(index.probes_file),
        "other_forms": str(index.other_forms_file),
        "first_unit": "text" if unit == "both" else unit,
        "second_unit": "tokens" if unit == "both" else None,
        "n_places": plan.config.index.places,
        "certain": complete and not weakening(taken),
        "unspelled": str(index.unspelled_file),
        "items": str(index.items_file),
        "item_phrases": str(index.item_phrases_file),
    }
    for name, value in variables.items():
        set_variable(connection, name, value)
    read_rows(connection, [str(index.partial_file(one.range_number)) for one in facts])
    if "unspelled" in plan.frozen:
        connection.execute(sql("unspelled.sql"))
    try:
        connection.execute(sql("merge.sql"))
    except duckdb.ConversionException:
        raise beyond_64_bits(connection) from None
    connection.execute(sql("items_of_pairs.sql"))
    if "items" in plan.frozen:
        connection.execute(sql("items.sql"))
    notes = notes_on_none_seen(connection)
    if "other_forms" in plan.frozen:
        connection.execute(sql("other_forms.sql"))
        notes += _notes_on_other_forms(connection)
    insert_rows(connection, "provenance", provenance_rows(index, plan, missing, [*plan.notes, *notes], taken))
    if "attributes" in plan.frozen:
        connection.execute(sql("attributes.sql"))
    if "probe_positions" in plan.frozen:
        connection.execute("INSERT INTO probe_positions SELECT * FROM read_parquet(getvariable('probes'))")
    define_macros(connection)
    if plan.config.index.occurrences == "all":
        add_occurrences(connection, index, plan, facts)
    return notes


def _notes_on_other_forms(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what is to be told of phrases that were found in another normal form only."""
    return [
        told(form, n_phrases, example)
        for form, n_phrases, example in connection.execute(sql("found_in_other_forms.sql")).fetchall()
    ]


def _check(connection: duckdb.DuckDBPyConnection, rules: str) -> None:
    """Refuse a table that contradicts itself; see ``checks.sql``."""
    for part in sql(rules).split("-- check: ")[1:]:
        rule, _, query = part.partition("\n")
        row = connection.execute(query).fetchone()
        if row is not None:
            raise StateError(
                f"the merged table breaks the rule {rule.strip()!r} (first case: {row})",
                fix="please report this with the plan.json",
            )
