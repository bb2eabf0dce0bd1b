"""What differs between two indexes: what a person changed, what came of it, and the phrases it changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from indexer.exposure.query_door import UNHURRIED
from indexer.splits.ask import ask

_TOLD_ELSEWHERE = ("config", "software", "search", "frozen", "notes", "start_step", "stop_step", "grain")
_LISTS = ("pairs", "items")
_HASHES = ("plan_fingerprint", "content_hash", "sha256", "files_hash", "occurrences_hash", "occurrences_ends")
_WIDE = 48
"""Characters of a value from which the part is shown in which two differ."""

Pair = tuple[str, str, str]
"""A name, and what it is in the first and in the second index."""


@dataclass(frozen=True)
class Difference:
    """What differs.

    Attributes
    ----------
    keys : tuple of Pair
        Keys of ``exposure.toml``, as section.key, whose values differ.
    facts : tuple of Pair
        What else was recorded otherwise: what the corpus, the order, the tokenizer were found to be.
    notes : tuple of tuple of str
        What the first index notes and the second does not, and the other way about.
    shards : tuple of Pair
        By path: shards that are in one alone, or whose ids are others.
    hashes : tuple of Pair
        Hashes that differ: of the tokenizer, of lists of phrases and pairs, of files, of the ids of shards.
    n_phrases : tuple of int
        Phrases in both, in the first alone, in the second alone.
    n_not_compared : tuple of int
        Phrases of each that were given as ids, where the two indexes are of other lists.
    phrases : pyarrow.Table
        One row for each phrase whose status, count or steps differ, changes of status first.
    """

    keys: tuple[Pair, ...]
    facts: tuple[Pair, ...]
    notes: tuple[tuple[str, ...], tuple[str, ...]]
    shards: tuple[Pair, ...]
    hashes: tuple[Pair, ...]
    n_phrases: tuple[int, int, int]
    n_not_compared: tuple[int, ...]
    phrases: pa.Table


def diff_indexes(one: str | Path, other: str | Path) -> Difference:
    """Compare two indexes phrase by phrase, by the text of the phrases.

    Phrases of one text, which have token ids of their own, are compared in the order of their numbers. Those
    without text are compared by their numbers where both indexes are of the same list, and not elsewhere.
    """
    recorded = [
        {row["key"]: _read(row["value"]) for row in ask(root, _PROVENANCE).rows.to_pylist()}
        for root in (one, other)
    ]
    lists = [facts["frozen"].get("phrases", {}).get("hash") for facts in recorded]
    all_rows = [ask(root, _PHRASES, limits=UNHURRIED).rows for root in (one, other)]
    n_without_text = tuple(rows["is_ids"].to_pylist().count(True) for rows in all_rows)
    is_one_list = lists[0] is not None and lists[0] == lists[1]
    tables = [rows if is_one_list else rows.filter(pc.invert(rows["is_ids"])) for rows in all_rows]
    sql = files("indexer.splits").joinpath("diff.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.register("one", tables[0])
        connection.register("other", tables[1])
        rows = connection.sql(sql).to_arrow_table()
    first, second = (
        set(zip(table["phrase"].to_pylist(), table["number"].to_pylist(), strict=True)) for table in tables
    )
    keys = _differing(*(dict(_flat(facts["config"])) for facts in recorded))
    facts = _differing(*(dict(_facts(facts)) for facts in recorded))
    shards, hashes = _shards(one, other)
    here, there = (facts["notes"] for facts in recorded)
    return Difference(
        keys=keys,
        facts=(*(fact for fact in facts if not _is_hash(fact[0])), *_other_content(*recorded)),
        notes=(
            tuple(note for note in here if note not in there),
            tuple(note for note in there if note not in here),
        ),
        shards=shards,
        hashes=(*(fact for fact in facts if _is_hash(fact[0])), *hashes),
        n_phrases=(len(first & second), len(first - second), len(second - first)),
        n_not_compared=(0, 0) if is_one_list else n_without_text,
        phrases=rows,
    )


_PHRASES = """
SELECT
    coalesce(phrase, '#' || phrase_id) AS phrase,
    phrase IS NULL AS is_ids,
    row_number() OVER (PARTITION BY coalesce(phrase, '#' || phrase_id), phrase IS NULL ORDER BY phrase_id)
        AS number,
    status, exposure_count, first_step, last_step
FROM exposures JOIN phrases USING (phrase_id)
"""
_PROVENANCE = "SELECT key, value FROM provenance"


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _facts(recorded: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what was recorded beside the configuration, without what follows from the rest."""
    for name, value in recorded.items():
        if name not in _TOLD_ELSEWHERE and not name.startswith("match_"):
            yield from _flat(value, name)
    for name, frozen in recorded.get("frozen", {}).items():
        yield f"frozen.{name}.content_hash", frozen["hash"]


def _other_content(here: dict[str, Any], there: dict[str, Any]) -> Iterator[Pair]:
    """Tell of a tokenizer or a list that has one name, or one length, and another content."""
    pieces = [(facts["tokenizer"] or {}).get("vocabulary_sha256") for facts in (here, there)]
    if None not in pieces and pieces[0] != pieces[1]:
        names = [facts["tokenizer"]["name"] for facts in (here, there)]
        yield "tokenizer", names[0], f"{names[1]}, with other pieces"
    for name in _LISTS:
        lists = [facts["frozen"].get(name) for facts in (here, there)]
        if None not in lists and lists[0]["hash"] != lists[1]["hash"]:
            n_rows = [f"{each['rows']:,}" for each in lists]
            yield name, n_rows[0], n_rows[1] if n_rows[0] != n_rows[1] else f"{n_rows[1]}, not the same"


def _is_hash(name: str) -> bool:
    return name.endswith(_HASHES)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield names and values of a tree of tables: ``match.unit``, ``items[0].window``."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for number, part in enumerate(value):
            yield from _flat(part, f"{name}[{number}]")
    else:
        yield name, value


def _differing(one: dict[str, Any], other: dict[str, Any]) -> tuple[Pair, ...]:
    names = [*one, *(name for name in other if name not in one)]
    return tuple(
        (name, *_apart(_spelled(one.get(name)), _spelled(other.get(name))))
        for name in names
        if one.get(name) != other.get(name)
    )


def _spelled(value: Any) -> str:
    """Spell a value as ``exposure.toml`` does; None is a key that is not set."""
    return "not set" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return two long values from shortly before where they differ."""
    if max(len(one), len(other)) <= _WIDE:
        return one, other
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    start = max(same - _WIDE // 4, 0)
    return tuple(_part(text, start) for text in (one, other))  # type: ignore[return-value]


def _part(text: str, start: int) -> str:
    begin, stop = "…" if start else "", start + _WIDE
    return begin + (text[start:] if len(text) <= stop else f"{text[start : stop - 1]}…")


def _shards(one: str | Path, other: str | Path) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Return the shards that differ, and the hashes of the ids of those that are in both."""
    read = [
        {(row["path"], row["again"]): row for row in ask(root, _SHARDS).rows.to_pylist()}
        for root in (one, other)
    ]
    told: list[Pair] = []
    hashes: list[Pair] = []
    for path, again in dict.fromkeys([*read[0], *read[1]]):
        here, there = (shards.get((path, again)) for shards in read)
        if here is None or there is None:
            told.append((path, *("not in it" if each is None else "in it" for each in (here, there))))
        elif here["tokens_hash"] != there["tokens_hash"]:
            told.append((path, *_ids_of(here, there)))
            hashes.append((f"ids of {path}", str(here["tokens_hash"]), str(there["tokens_hash"])))
    return tuple(told), tuple(hashes)


_SHARDS = """
SELECT path, row_number() OVER (PARTITION BY path ORDER BY shard) AS again, n_tokens, tokens_hash
FROM shards ORDER BY shard
"""


def _ids_of(here: dict[str, Any], there: dict[str, Any]) -> tuple[str, str]:
    """Tell how the ids of one shard differ in two indexes."""
    if None in (here["tokens_hash"], there["tokens_hash"]):
        told = ["not scanned" if each["tokens_hash"] is None else "scanned" for each in (here, there)]
    elif here["n_tokens"] != there["n_tokens"]:
        told = [f"{each['n_tokens']:,} ids" for each in (here, there)]
    else:
        told = [f"{here['n_tokens']:,} ids", "as many, not the same"]
    return told[0], told[1]
