"""What of an index is done, what is missing, and what it cannot vouch for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexer.exposure.database import DamagedTableError, open_read_only
from indexer.index_dir import IndexDir
from indexer.index_on_store import opened_index
from indexer.partials import slices_by_shard
from indexer.plan.coverage import Coverage, coverage_of
from indexer.plan.known_hashes import is_verified
from indexer.plan.plan import Plan
from indexer.plan.plan_file import read_plan
from indexer.storage.files import file_at
from indexer.storage.recorded_hashes import content_hash
from indexer.storage.urls import is_url
from indexer.table_seal import wrong_with_table


@dataclass(frozen=True)
class IndexStatus:
    """The state of an index directory.

    Attributes
    ----------
    fingerprint : str
        Of the plan.
    n_ranges, n_scanned : int
        Planned ranges, and those with a partial.
    n_tokens, n_tokens_scanned : int
        Tokens of these.
    missing_ranges : dict of int to str
        Ranges that have no partial which can be merged, and what they are called.
    missing_shards : tuple of str
        Shards with a range that has no partial.
    table : str
        ``none``, ``complete``, ``incomplete`` (merged with ranges missing), ``outdated`` (of files that were
        changed since), ``weakened`` (a doubt taken on purpose makes zeros unknown), ``earlier`` (of the plan
        before phrases were added), ``foreign`` (of another plan), ``edited`` (not what was merged) or
        ``damaged``.
    tokenizer : dict or None
        Name and hashes of the tokenizer, where there is one.
    n_unverified_shards : int
        Shards whose content was not compared with a hash known from elsewhere.
    changed_files : tuple of str
        Local files that are not what the plan saw any more, by size and modification time.
    n_remote_files : int
        Objects of a store, which were not looked at.
    refused_partials : tuple of str
        What is wrong with partials that cannot be merged.
    given_up : dict of str to str
        Why the last scan gave ranges up that have no partial, by what they are called.
    n_dropped_tokens : int
        Tokens at shard ends that fill no sequence.
    notes : tuple of str
        What a reader should know, one sentence each: as the table says, or the plan before there is one.
    taken_on_purpose : dict of str to str
        Doubts that were taken on purpose, with what was found.
    """

    fingerprint: str
    n_ranges: int
    n_scanned: int
    n_tokens: int
    n_tokens_scanned: int
    missing_ranges: dict[int, str]
    missing_shards: tuple[str, ...]
    table: str
    n_unverified_shards: int
    changed_files: tuple[str, ...]
    n_remote_files: int
    refused_partials: tuple[str, ...]
    n_dropped_tokens: int
    tokenizer: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    taken_on_purpose: dict[str, str] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)


def read_status(root: str | Path) -> IndexStatus:
    """Read the state of an index directory; scans nothing.

    Raises
    ------
    ConfigError
        The directory holds no plan.
    """
    with opened_index(root) as index:
        index.require_plan()
        return _status_of(index, read_plan(index.plan_file))


def _status_of(index: IndexDir, plan: Plan) -> IndexStatus:
    coverage = coverage_of(index, plan)
    missing = set(coverage.to_scan)
    per_sequence = [shard.n_tokens / max(shard.n_sequences, 1) for shard in plan.shards]
    n_missing = sum(
        round((part.stop - part.start) * per_sequence[part.shard])
        for number in missing
        for part in plan.ranges[number].slices
    )
    n_tokens = plan.n_tokens
    shards = dict.fromkeys(
        plan.shards[shard].name for number in sorted(missing) for shard in plan.ranges[number].shards
    )
    table, facts = _table_state(index, plan)
    return IndexStatus(
        fingerprint=plan.fingerprint,
        n_ranges=len(plan.ranges),
        n_scanned=len(plan.ranges) - len(missing),
        n_tokens=n_tokens,
        n_tokens_scanned=n_tokens - n_missing,
        missing_ranges={number: plan.range_name(number) for number in coverage.to_scan},
        missing_shards=tuple(shards),
        table=table,
        n_unverified_shards=_n_unverified(plan, coverage),
        changed_files=tuple(_changed_files(plan)),
        n_remote_files=sum(is_url(file.name) for file in plan.files.files),
        refused_partials=tuple(f"{error.path}: {error.what}" for error in coverage.refused.values()),
        n_dropped_tokens=sum(shard.n_dropped_tokens for shard in plan.shards),
        tokenizer=None if plan.tokenizer is None else asdict(plan.tokenizer),
        notes=tuple(json.loads(facts["notes"]) if facts else plan.notes),
        taken_on_purpose=json.loads(facts["taken_on_purpose"]) if facts else plan.taken,
        given_up={
            plan.range_name(number): reason
            for number in coverage.to_scan
            if (reason := index.failure_of(number, plan.fingerprint)) is not None
        },
    )


def _n_unverified(plan: Plan, coverage: Coverage) -> int:
    read = slices_by_shard(coverage.whole.values())
    unscanned = {shard for number in coverage.to_scan for shard in plan.ranges[number].shards}
    return sum(
        shard.number in unscanned or not is_verified(plan, shard.number, read[shard.number])
        for shard in plan.shards
    )


def _changed_files(plan: Plan) -> Iterator[str]:
    """Name the local files that were changed or are gone since they were planned; reads hardly any."""
    for file in plan.files.files:
        if is_url(file.name):
            continue
        path = plan.config.base / file.name
        try:
            status = path.stat()
        except OSError:
            yield f"{file.name} (gone)"
            continue
        if status.st_size == file.n_bytes and status.st_mtime_ns == file.modified_ns:
            continue
        same_size = status.st_size == file.n_bytes
        if not (same_size and file.content_hash == content_hash(file_at(file.name, base=plan.config.base))):
            yield file.name


def _table_state(index: IndexDir, plan: Plan) -> tuple[str, dict[str, str]]:
    """Return the state of the table, and its provenance where it is of this plan."""
    if not index.database_file.is_file():
        return "none", {}
    try:
        with open_read_only(index.database_file) as connection:
            facts = dict(connection.execute("SELECT key, value FROM provenance").fetchall())
    except DamagedTableError:
        return "damaged", {}
    if facts["plan_fingerprint"] != plan.fingerprint:
        return "earlier" if facts["plan_fingerprint"] in plan.tables_of.split() else "foreign", {}
    if wrong_with_table(index, whole=True) is not None:
        return "edited", {}
    if facts["complete"] != "true":
        return "incomplete", facts
    if facts.get("files_hash") != plan.files.hash_of_all():
        return "outdated", facts
    return "complete" if facts["zeros_weakened_by"] == "[]" else "weakened", facts
