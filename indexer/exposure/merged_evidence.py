"""What the partials tell together and none of them alone: shards of the same ids, no phrase seen at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from indexer.errors import InputError
from indexer.plan.plan import Plan

_MOST_NAMED = 5


def repeated_ids(plan: Plan, shards: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the doubt that shards hold the same ids, as taken on purpose; empty where none do.

    Parameters
    ----------
    plan : Plan
        The plan; a path that is named twice is counted twice as its reader says.
    shards : sequence of dict
        Rows of the table ``shards``.

    Raises
    ------
    InputError
        Shards hold the same ids, and the configuration does not say that they should.
    """
    first: dict[str, int] = {}
    found = []
    for row in shards:
        if row["tokens_hash"] is None or not row["n_tokens"]:
            continue
        number = row["shard"]
        other = first.setdefault(row["tokens_hash"], number)
        if plan.shards[other].url != plan.shards[number].url:
            found.append(f"{row['path']} holds the ids of {plan.shards[other].name}")
    if not found:
        return {}
    more = len(found) - _MOST_NAMED
    what = ", ".join(found[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    if not plan.config.corpus.allow_repeats:
        raise InputError(
            what,
            path="[corpus] paths",
            fix="name each shard once; if the run took them twice, set [corpus] allow_repeats = true;"
            " index into another directory then, or delete this one",
        )
    return {"repeated shards": what}


def notes_on_none_seen(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a warning where not one phrase was seen; empty where one was."""
    question = "SELECT count(*), count(*) FILTER (WHERE seen) FROM exposures"
    ((n_phrases, n_seen),) = connection.execute(question).fetchall()
    if not n_phrases or n_seen:
        return []
    return [
        f"not one of {n_phrases:,} phrases was seen: look with `exposure check` and `exposure batch` whether"
        " corpus, tokenizer and phrases belong together"
    ]
