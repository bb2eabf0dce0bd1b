"""What differs between two indexes: the settings, and the phrases that came out otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from indexer.exposure.query_door import UNHURRIED
from indexer.splits.ask import ask

_OF_THE_SAME_CONTENT = ("plan_fingerprint", "config", "software", "search")


@dataclass(frozen=True)
class Difference:
    """What differs.

    Attributes
    ----------
    settings : tuple of tuple
        (name, value in the first, value in the second) of every recorded fact that differs: corpus, order,
        tokenizer, match settings, phrases.
    phrases : pyarrow.Table
        One row for each phrase whose status, count or steps differ, changes of status first.
    n_phrases : int
        Phrases of both together.
    """

    settings: tuple[tuple[str, str, str], ...]
    phrases: pa.Table
    n_phrases: int


def diff_indexes(one: str | Path, other: str | Path) -> Difference:
    """Compare two indexes phrase by phrase, by the text of the phrases."""
    tables = [
        ask(
            root,
            "SELECT phrase, status, exposure_count, first_step, last_step"
            " FROM exposures JOIN phrases USING (phrase_id) WHERE phrase IS NOT NULL",
            limits=UNHURRIED,
        ).rows
        for root in (one, other)
    ]
    sql = files("indexer.splits").joinpath("diff.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.register("one", tables[0])
        connection.register("other", tables[1])
        rows = connection.sql(sql).to_arrow_table()
    n_phrases = len(set(tables[0]["phrase"].to_pylist()) | set(tables[1]["phrase"].to_pylist()))
    return Difference(_settings(one, other), rows, n_phrases)


def _settings(one: str | Path, other: str | Path) -> tuple[tuple[str, str, str], ...]:
    facts = [dict(_facts(root)) for root in (one, other)]
    return tuple(
        (name, facts[0].get(name, "-"), facts[1].get(name, "-"))
        for name in sorted(facts[0] | facts[1])
        if facts[0].get(name) != facts[1].get(name)
    )


def _facts(root: str | Path) -> list[tuple[str, str]]:
    """Return the provenance as flat names and values, without what follows from the rest."""
    flat = []
    for row in ask(root, "SELECT key, value FROM provenance").rows.to_pylist():
        if row["key"] in _OF_THE_SAME_CONTENT:
            continue
        try:
            value = json.loads(row["value"])
        except ValueError:
            value = row["value"]
        if isinstance(value, dict):
            flat += [(f"{row['key']}.{name}", _spell(part)) for name, part in value.items()]
        else:
            flat.append((row["key"], _spell(value)))
    shards = ask(root, "SELECT path, tokens_hash FROM shards ORDER BY shard").rows.to_pylist()
    return [*flat, *((f"shard {row['path']}", str(row["tokens_hash"])) for row in shards)]


def _spell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
