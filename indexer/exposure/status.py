"""What of an index is done, what is missing, and what it cannot vouch for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.coverage import coverage_of
from indexer.exposure.database import open_read_only
from indexer.index_dir import IndexDir
from indexer.plan import read_plan


@dataclass(frozen=True)
class IndexStatus:
    """The state of an index directory.

    Attributes
    ----------
    fingerprint : str
        Of the plan.
    n_ranges, n_scanned : int
        Planned shard ranges, and those with a partial.
    n_tokens, n_tokens_scanned : int
        Tokens of these.
    missing_shards : tuple of str
        Shards with a range that has no partial.
    table : str
        ``none``, ``complete``, ``incomplete`` (merged with ranges missing) or ``foreign`` (of another plan).
    n_unverified_shards : int
        Shards whose content was not compared with a hash known from elsewhere.
    n_dropped_tokens : int
        Tokens at shard ends that fill no sequence.
    notes : tuple of str
        What the plan says a reader should know, one sentence each.
    """

    fingerprint: str
    n_ranges: int
    n_scanned: int
    n_tokens: int
    n_tokens_scanned: int
    missing_shards: tuple[str, ...]
    table: str
    n_unverified_shards: int
    n_dropped_tokens: int
    notes: tuple[str, ...] = ()


def read_status(root: str | Path) -> IndexStatus:
    """Read the state of an index directory; scans nothing.

    Raises
    ------
    ConfigError
        The directory holds no plan.
    """
    index = IndexDir(root)
    index.require_plan()
    plan = read_plan(index.plan_file)
    coverage = coverage_of(index, plan)
    missing = set(coverage.to_scan)
    per_sequence = [shard.n_tokens / max(shard.n_sequences, 1) for shard in plan.shards]
    n_missing = sum(
        round((one.stop - one.start) * per_sequence[one.shard])
        for one in plan.ranges
        if one.number in missing
    )
    n_tokens = plan.n_tokens
    shards = dict.fromkeys(plan.shards[one.shard].name for one in plan.ranges if one.number in missing)
    return IndexStatus(
        fingerprint=plan.fingerprint,
        n_ranges=len(plan.ranges),
        n_scanned=len(plan.ranges) - len(missing),
        n_tokens=n_tokens,
        n_tokens_scanned=n_tokens - n_missing,
        missing_shards=tuple(shards),
        table=_table_state(index, plan.fingerprint),
        n_unverified_shards=len(plan.shards),
        n_dropped_tokens=sum(shard.n_dropped_tokens for shard in plan.shards),
        notes=tuple(plan.notes),
    )


def _table_state(index: IndexDir, fingerprint: str) -> str:
    if not index.database_file.is_file():
        return "none"
    connection = open_read_only(index.database_file)
    try:
        facts = dict(connection.execute("SELECT key, value FROM provenance").fetchall())
    finally:
        connection.close()
    if facts["plan_fingerprint"] != fingerprint:
        return "foreign"
    return "complete" if facts["complete"] == "true" else "incomplete"
