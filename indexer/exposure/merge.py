"""Merges the partials of a plan into the DuckDB table."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import xxhash

from indexer.doubts import weakening
from indexer.errors import InputError, StateError
from indexer.exposure.database import (
    SCHEMA_VERSION,
    DamagedTableError,
    building,
    define_macros,
    first_line,
    is_of_the_machine,
    open_read_only,
    sql,
)
from indexer.exposure.merged_evidence import notes_on_none_seen, repeated_ids
from indexer.exposure.occurrence_view import create_view, document_offsets, occurrences_hash
from indexer.index_dir import IndexDir
from indexer.occurrence_files import ends_hash
from indexer.partials import SCHEMA, PartialFacts, SliceFacts, slices_by_shard
from indexer.phrases.normal_forms import told
from indexer.plan.coverage import Coverage, coverage_of
from indexer.plan.known_hashes import is_verified
from indexer.plan.plan import Plan
from indexer.plan.store import check_files
from indexer.plurals import counted
from indexer.table_seal import commit_table, wrong_with_table

_MAX_NAMED = 5
_AT_ONCE = 1000
"""More partials are added up so many at a time, each opened once: four questions are asked of their rows."""

_DOCUMENT_OFFSETS = pa.schema(
    [("range", pa.int32()), ("shard", pa.int32()), ("documents_before", pa.int64())]
)

_BYTES_AT_ONCE = 32 << 20
"""Bytes of these files at most: a row of some 25 bytes takes ten times as many in memory."""

_log = logging.getLogger(__name__)


def merge_partials(
    index: IndexDir, plan: Plan, *, allow_missing: bool = False, memory_bytes: int | None = None
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

    imported = _earlier_imports(index, plan, facts)

    def build(path: Path) -> None:
        path.unlink(missing_ok=True)
        with building(path, memory_bytes=memory_bytes) as connection:
            notes[:] = _fill(connection, index, plan, facts, missing)
            for table, rows in imported.items():
                _insert(connection, table, rows)
            _check(connection, "checks.sql")
            if facts and plan.config.index.occurrences == "all":
                _check(connection, "occurrences_checks.sql")

    commit_table(index, build)
    _remove_unclaimed(index)
    return notes


def _remove_unclaimed(index: IndexDir) -> None:
    """Remove files of occurrences that no partial claims: their scan was killed before it wrote one."""
    ranges = index.committed_ranges()
    kept = {file(number).name for number in ranges for file in (index.occurrence_file, index.names_file)}
    for path in index.occurrences.glob("*.parquet"):
        if path.name not in kept:
            path.unlink(missing_ok=True)


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
    shards = _shard_rows(plan, facts, missing)
    taken = {**plan.taken, **repeated_ids(plan, shards)}
    _insert(connection, "shards", pa.Table.from_pylist(shards))
    _insert(connection, "checkpoints", _checkpoint_rows(plan, facts, steps_known))
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
        _set(connection, name, value)
    read_rows(connection, [str(index.partial_file(one.range_number)) for one in facts])
    if "unspelled" in plan.frozen:
        connection.execute(sql("unspelled.sql"))
    try:
        connection.execute(sql("merge.sql"))
    except duckdb.ConversionException:
        raise _beyond_64_bits(connection) from None
    connection.execute(sql("items_of_pairs.sql"))
    if "items" in plan.frozen:
        connection.execute(sql("items.sql"))
    notes = notes_on_none_seen(connection)
    if "other_forms" in plan.frozen:
        connection.execute(sql("other_forms.sql"))
        notes += _notes_on_other_forms(connection)
    _insert(connection, "provenance", _provenance_rows(index, plan, missing, [*plan.notes, *notes], taken))
    if "attributes" in plan.frozen:
        connection.execute(sql("attributes.sql"))
    if "probe_positions" in plan.frozen:
        connection.execute("INSERT INTO probe_positions SELECT * FROM read_parquet(getvariable('probes'))")
    define_macros(connection)
    if plan.config.index.occurrences == "all":
        offsets = pa.Table.from_pylist(document_offsets(plan, facts), _DOCUMENT_OFFSETS)
        _insert(connection, "document_offsets", offsets)
        files = [index.occurrence_file(one.range_number) for one in facts if one.occurrences is not None]
        hashes = [occurrences_hash(facts), ends_hash(sorted(files))]
        told = pa.table({"key": ["occurrences_hash", "occurrences_ends"], "value": hashes})
        _insert(connection, "provenance", told)
        create_view(connection, index, facts)
        named = [str(index.names_file(one.range_number)) for one in facts if one.document_names is not None]
        if named:
            connection.execute("SET VARIABLE document_names = $value", {"value": named})
            connection.execute(sql("documents.sql"))
    return notes


def read_rows(
    connection: duckdb.DuckDBPyConnection, partials: Sequence[str], *, at_once: int = _AT_ONCE
) -> None:
    """Have merge.sql find the rows of partials.

    Few are looked at where they lie. Many are added up some at a time, so that neither memory nor the disk
    need room for the rows of all of them.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With the variables first_unit and n_places set.
    partials : sequence of str
        Their files.
    at_once : int
        How many are few.
    """
    if not partials:
        connection.register("partial_rows", SCHEMA.empty_table())
        connection.execute(sql("rows.sql"))
        return
    _set(connection, "partials", partials[:at_once])
    connection.execute(sql("partials.sql"))
    connection.execute(sql("rows.sql"))
    if len(partials) <= at_once:
        return
    connection.execute(sql("fold_begin.sql"))
    for some in _portions(partials, at_once):
        _set(connection, "partials", some)
        connection.execute(sql("fold.sql"))
    connection.execute(sql("fold_end.sql"))


def _portions(partials: Sequence[str], at_once: int) -> Iterator[list[str]]:
    """Yield the files by so many, or by so many bytes, whichever is less: their rows are held in memory."""
    some: list[str] = []
    n_bytes = 0
    for path in partials:
        size = Path(path).stat().st_size
        if some and (len(some) == at_once or n_bytes + size > _BYTES_AT_ONCE):
            yield some
            some, n_bytes = [], 0
        some.append(path)
        n_bytes += size
    yield some


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: Any) -> None:
    connection.execute(f"SET VARIABLE {name} = $value", {"value": value})


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("new_rows", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM new_rows")
    connection.unregister("new_rows")


def _shard_rows(plan: Plan, facts: list[PartialFacts], missing: list[int]) -> list[dict[str, Any]]:
    read = slices_by_shard(facts)
    unscanned = {shard for number in missing for shard in plan.ranges[number].shards}
    rows = []
    for shard in plan.shards:
        number = shard.number
        rows.append(
            {
                "shard": number,
                "path": shard.name,
                "n_bytes": shard.n_bytes,
                "tokens_hash": None if number in unscanned else _joined_hash(read[number]),
                "first_sequence": shard.first_sequence,
                "n_sequences": shard.n_sequences,
                "n_tokens": shard.n_tokens,
                "n_dropped_tokens": shard.n_dropped_tokens,
                "n_visits": sum(one.n_visits for one in read[number]),
                "verified": number not in unscanned and is_verified(plan, number, read[number]),
            }
        )
    return rows


def _joined_hash(read: Sequence[SliceFacts]) -> str | None:
    """Return the hash of the ids of a shard: of the hashes of its slices where there are several."""
    if len(read) <= 1:
        return read[0].tokens_hash if read else None
    return xxhash.xxh3_128("".join(one.tokens_hash for one in read).encode()).hexdigest()


def _checkpoint_rows(plan: Plan, facts: list[PartialFacts], steps_known: bool) -> pa.Table:
    seen = 0
    tokens_seen: list[int | None] = []
    for number in range(len(plan.checkpoints)):
        seen += sum(one.visited_tokens[number] for one in facts)
        tokens_seen.append(seen if steps_known else None)
    return pa.table(
        {
            "checkpoint": pa.array(plan.checkpoints, pa.int64()),
            "tokens_seen": pa.array(tokens_seen, pa.uint64()),
        }
    )


def _notes_on_other_forms(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what is to be told of phrases that were found in another normal form only."""
    return [
        told(form, n_phrases, example)
        for form, n_phrases, example in connection.execute(sql("found_in_other_forms.sql")).fetchall()
    ]


def _provenance_rows(
    index: IndexDir, plan: Plan, missing: list[int], notes: list[str], taken: dict[str, str]
) -> pa.Table:
    config = plan.config.sections()
    values: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "plan_fingerprint": plan.fingerprint,
        "files_hash": plan.files.hash_of_all(),
        "complete": not missing,
        "steps_known": plan.order.steps_known,
        "missing_ranges": missing,
        "taken_on_purpose": taken,
        "zeros_weakened_by": weakening(taken),
        "notes": notes,
        "grain": config["index"]["grain"],
        "start_step": plan.order.start_step,
        "stop_step": plan.order.stop_step,
        "order": plan.order.as_dict(),
        "corpus": asdict(plan.corpus),
        "tokenizer": plan.tokenizer and asdict(plan.tokenizer),
        "frozen": {name: asdict(file) for name, file in plan.frozen.items()},
        "software": plan.software,
        "search": index.noted_search(),
        **{f"match_{key}": value for key, value in config["match"].items()},
        "config": config,
    }
    texts = [
        value if isinstance(value, str) else json.dumps(value, sort_keys=True) for value in values.values()
    ]
    return pa.table({"key": list(values), "value": texts})


def _earlier_imports(index: IndexDir, plan: Plan, facts: list[PartialFacts]) -> dict[str, pa.Table]:
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
        with open_read_only(index.database_file, versions=(1, SCHEMA_VERSION)) as earlier:
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
        if known is not None and whole and _joined_hash(read[shard]) != known:
            raise StateError(
                "gave other ids when it was scanned again, though its size and time are the same",
                path=plan.shards[shard].name,
                expected=f"ids of the hash {known}",
                fix="bring the right file back, touch it, and run `exposure index` again: it is rescanned",
            )


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


def _beyond_64_bits(connection: duckdb.DuckDBPyConnection) -> InputError:
    """Return the error that names the phrase whose exposures are more than a column holds."""
    row = connection.execute(
        "SELECT phrase_id, sum(exposure_count) AS n FROM count_rows"
        " GROUP BY unit, phrase_id ORDER BY n DESC LIMIT 1"
    ).fetchone()
    number, count = row or (0, 0)
    return InputError(
        f"phrase {number} has {count:,} exposures, more than the table holds",
        expected=f"at most {(1 << 64) - 1:,}",
        fix="this is more than any training run has seen: please report it",
    )
