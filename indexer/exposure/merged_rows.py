"""Rows of the merged table that partials and plan tell: shards, checkpoints, provenance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import xxhash

from indexer.doubts import weakening
from indexer.exposure.database import SCHEMA_VERSION
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts, SliceFacts, slices_by_shard
from indexer.plan.known_hashes import is_verified
from indexer.plan.plan import Plan


def shard_rows(plan: Plan, facts: list[PartialFacts], missing: list[int]) -> list[dict[str, Any]]:
    """Return the rows of the table ``shards``; one of a missing range has no hash."""
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
                "tokens_hash": None if number in unscanned else ids_hash(read[number]),
                "first_sequence": shard.first_sequence,
                "n_sequences": shard.n_sequences,
                "n_tokens": shard.n_tokens,
                "n_dropped_tokens": shard.n_dropped_tokens,
                "n_visits": sum(one.n_visits for one in read[number]),
                "verified": number not in unscanned and is_verified(plan, number, read[number]),
            }
        )
    return rows


def ids_hash(read: Sequence[SliceFacts]) -> str | None:
    """Return the hash of the ids of a shard: of the hashes of its slices where there are several."""
    if len(read) <= 1:
        return read[0].tokens_hash if read else None
    return xxhash.xxh3_128("".join(one.tokens_hash for one in read).encode()).hexdigest()


def checkpoint_rows(plan: Plan, facts: list[PartialFacts], steps_known: bool) -> pa.Table:
    """Return the rows of the table ``checkpoints``: tokens trained on before each, where steps are known."""
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


def provenance_rows(
    index: IndexDir, plan: Plan, missing: list[int], notes: list[str], taken: dict[str, str]
) -> pa.Table:
    """Return the rows of the table ``provenance``: what the table was made of, and what weakens its zeros."""
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
