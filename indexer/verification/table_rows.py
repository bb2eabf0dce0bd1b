"""Holds every row of the table against what was worked out from the partials and the plan."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from indexer.doubts import weakening
from indexer.exposure.database import SCHEMA_VERSION
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts, SliceFacts
from indexer.plan.known_hashes import is_verified
from indexer.plan.plan import Plan
from indexer.verification.findings import Check, Finding
from indexer.verification.rows_of_partials import NO_STEP, WorkedOutRows

Rows = Mapping[Any, tuple[Any, ...]]


class TableRows:
    """Compares the tables of an index one after another.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The table, opened for reading.
    index, plan
        The index.
    facts : mapping of int to PartialFacts
        Of the ranges that have a partial.
    units : list of str
        What phrases were looked for in.
    """

    def __init__(
        self,
        connection: Any,
        index: IndexDir,
        plan: Plan,
        facts: Mapping[int, PartialFacts],
        units: list[str],
    ) -> None:
        self._connection = connection
        self._index, self._plan, self._facts, self._units = index, plan, facts, units
        self._complete = len(facts) == len(plan.ranges)

    def compare(self, rows: WorkedOutRows) -> list[Check]:
        """Compare every row of every table that the merge fills."""
        return [
            self._table("exposures", self._exposures(rows)),
            self._table("exposure_bins", {key: (*key, count) for key, count in rows.bins.items()}),
            self._table("places", dict(self._places(rows))),
            self._table("checkpoints", self._checkpoints()),
            self._table("shards", self._shards()),
            self._table("unit_differences", {key: (*key, count) for key, count in rows.alone.items()}),
            self._table("other_forms", self._other_forms(rows)),
            self._table("documents", dict(self._documents())),
            *(
                self._frozen(name, table, file)
                for name, table, file in (
                    ("phrases", "phrases", self._index.phrases_file),
                    ("pairs", "pairs", self._index.pairs_file),
                    ("attributes", "attributes", self._index.attributes_file),
                    ("probe_positions", "probe_positions", self._index.probes_file),
                    ("unspelled", "unspelled_phrases", self._index.unspelled_file),
                    ("items", _ITEMS, self._index.items_file),
                    ("item_phrases", _OF_ITEMS, self._index.item_phrases_file),
                )
                if name in self._plan.frozen
            ),
            self._provenance(),
        ]

    def _table(self, table: str, expected: Rows) -> Check:
        """Compare the rows of a table by their keys, which are the first columns."""
        columns, n_keys = _COLUMNS[table]
        found = self._connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
        rows: dict[Any, tuple[Any, ...]] = {}
        check = Check(f"rows of {table} against the partials", "rows")
        for row in found:
            key = row[0] if n_keys == 1 else row[:n_keys]
            if key in rows:
                check.fail(Finding("stands twice", found=str(row), where=f"{table}, {key}"))
            rows[key] = row
        for key in sorted({*rows, *expected}):
            check.n_looked_at += 1
            mine, theirs = expected.get(key), rows.get(key)
            if mine != theirs:
                check.fail(self._difference(table, columns, key, mine, theirs))
        return check

    def _difference(
        self,
        table: str,
        columns: Sequence[str],
        key: Any,
        expected: tuple[Any, ...] | None,
        found: tuple[Any, ...] | None,
    ) -> Finding:
        what = "the row is missing" if found is None else "the row should not be there"
        told, standing = str(expected or ""), str(found or "")
        if expected is not None and found is not None:
            other = [number for number in range(len(columns)) if expected[number] != found[number]]
            what = f"{', '.join(columns[number] for number in other)}: another value"
            told = ", ".join(str(expected[number]) for number in other)
            standing = ", ".join(str(found[number]) for number in other)
        number = key[0] if isinstance(key, tuple) else key
        phrase = self._phrase(number) if columns[0] == "phrase_id" else None
        return Finding(what, told, standing, f"{table} {key}", phrase)

    def _phrase(self, number: int) -> str | None:
        found = self._connection.execute("SELECT phrase FROM phrases WHERE phrase_id = $n", {"n": number})
        row = found.fetchone()
        return None if row is None else row[0]

    def _exposures(self, rows: WorkedOutRows) -> Rows:
        counts = rows.counts[self._units[0]].tolist()
        second = rows.counts[self._units[1]].tolist() if len(self._units) > 1 else [None] * len(counts)
        expected = {}
        certain = self._complete and not weakening(self._taken())
        unspelled: set[int] = set()
        if "unspelled" in self._plan.frozen:
            unspelled.update(pq.read_table(self._index.unspelled_file)["phrase_id"].to_pylist())
        for number, (count, other) in enumerate(zip(counts, second, strict=True)):
            place: tuple[Any, ...] = (None, None, None, None)
            last = None
            if count:
                step, sequence, offset = rows.first[number].tolist()
                place = (None if step == NO_STEP else step, sequence, offset, self._shard_of(sequence))
                last = None if rows.last_step[number] == NO_STEP else int(rows.last_step[number])
            zero = "never" if certain and number not in unspelled else "unknown"
            status = "seen" if count else zero
            n_sequences = int(rows.sequences[number])
            expected[number] = (
                number, count, n_sequences, other, count > 0, status, place[0], last, *place[1:],
            )  # fmt: skip
        return expected

    def _shard_of(self, sequence: int) -> int | None:
        for shard in self._plan.shards:
            if shard.first_sequence <= sequence < shard.first_sequence + shard.n_sequences:
                return shard.number
        return None

    def _places(self, rows: WorkedOutRows) -> Iterable[tuple[Any, tuple[Any, ...]]]:
        for phrase, places in rows.places.items():
            for number, place in enumerate(places):
                yield (phrase, number), (phrase, number, *place, self._shard_of(place[1]))

    def _documents(self) -> Iterable[tuple[Any, tuple[Any, ...]]]:
        """Return the names of documents that the ranges wrote down."""
        for number, facts in self._facts.items():
            if facts.document_names is not None:
                for row in pq.read_table(self._index.names_file(number)).to_pylist():
                    yield (row["shard"], row["document"]), (row["shard"], row["document"], row["name"])

    def _checkpoints(self) -> Rows:
        seen, expected = 0, {}
        for number, checkpoint in enumerate(self._plan.checkpoints):
            if self._plan.order.steps_known:
                seen += sum(sum(one.visited_tokens[number : number + 1]) for one in self._facts.values())
            expected[checkpoint] = (checkpoint, seen if self._plan.order.steps_known else None)
        return expected

    def _read(self, number: int, shard: int) -> list[SliceFacts]:
        """Return what a range has read of a shard; nothing where it has no partial."""
        facts = self._facts.get(number)
        return [] if facts is None else [one for one in facts.slices if one.shard == shard]

    def _shards(self) -> Rows:
        expected = {}
        ranges_of: dict[int, list[int]] = defaultdict(list)
        for scan_range in self._plan.ranges:
            for planned in scan_range.slices:
                ranges_of[planned.shard].append(scan_range.number)
        for shard in self._plan.shards:
            read = [one for number in ranges_of[shard.number] for one in self._read(number, shard.number)]
            whole = len(read) == len(ranges_of[shard.number])
            hashes = [one.tokens_hash for one in read]
            joined = hashes[0] if len(hashes) == 1 else xxhash.xxh3_128("".join(hashes).encode()).hexdigest()
            expected[shard.number] = (
                shard.number,
                shard.name,
                shard.n_bytes,
                joined if whole and hashes else None,
                shard.first_sequence,
                shard.n_sequences,
                shard.n_tokens,
                shard.n_dropped_tokens,
                sum(one.n_visits for one in read),
                whole and is_verified(self._plan, shard.number, read),
            )
        return expected

    def _other_forms(self, rows: WorkedOutRows) -> Rows:
        if "other_forms" not in self._plan.frozen:
            return {}
        others = pq.read_table(self._index.other_forms_file).to_pylist()
        expected = {}
        for number, count in rows.others.items():
            if not 0 <= number < len(others):
                continue  # told of among the rows of partials
            one = others[number]
            key = (one["phrase_id"], one["normal_form"], one["spelled"])
            expected[key] = (*key, count)
        return expected

    def _frozen(self, name: str, table: str, file: Any) -> Check:
        """Compare a table, or its rows, that is copied from a file of the plan, row by row."""
        check = Check(f"rows of {name} against the plan", "rows")
        frozen: pa.Table = pq.read_table(file)
        known = [row[0] for row in self._connection.execute(f"DESCRIBE FROM {table}").fetchall()]
        columns = [name for name in frozen.column_names if name in known]
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
        found = self._connection.sql(f"SELECT {names} FROM {table}").to_arrow_table()
        mine, theirs = (
            sorted(repr(tuple(row.values())) for row in rows.select(columns).to_pylist())
            for rows in (frozen, found)
        )
        check.n_looked_at = max(len(mine), len(theirs))
        if mine != theirs:
            for row in sorted({*mine} ^ {*theirs}):
                is_there = row in theirs
                check.fail(
                    Finding(
                        "the row should not be there" if is_there else "the row is missing",
                        "" if is_there else row,
                        row if is_there else "",
                        name,
                    )
                )
        return check

    def _provenance(self) -> Check:
        check = Check("provenance against the plan", "keys")
        found = dict(self._connection.execute("SELECT key, value FROM provenance").fetchall())
        for key, value in self._expected_provenance().items():
            check.n_looked_at += 1
            told = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            if found.get(key) != told:
                check.fail(Finding("another value", told, str(found.get(key)), f"provenance, key {key}"))
        check.n_looked_at += 1
        try:
            names = sorted(json.loads(found.get("taken_on_purpose", "")))
        except (ValueError, TypeError):
            names = []
        if names != self._taken():
            where = "provenance, key taken_on_purpose"
            check.fail(Finding("other doubts", str(self._taken()), str(found.get("taken_on_purpose")), where))
        return check

    def _taken(self) -> list[str]:
        """Return the names of the doubts taken on purpose: those of the plan, and shards of the same ids."""
        names = set(self._plan.taken)
        first: dict[str, str] = {}
        for row in self._shards().values():
            url, tokens_hash, n_tokens = self._plan.shards[row[0]].url, row[3], row[6]
            if tokens_hash and n_tokens and first.setdefault(tokens_hash, url) != url:
                names.add("repeated shards")
        return sorted(names)

    def _expected_provenance(self) -> dict[str, Any]:
        plan = self._plan
        config = plan.config.sections()
        return {
            "schema_version": SCHEMA_VERSION,
            "plan_fingerprint": plan.fingerprint,
            "complete": self._complete,
            "steps_known": plan.order.steps_known,
            "zeros_weakened_by": [name for name in plan.taken if weakening([name])],
            "missing_ranges": [one.number for one in plan.ranges if one.number not in self._facts],
            "grain": config["index"]["grain"],
            "start_step": plan.order.start_step,
            "stop_step": plan.order.stop_step,
            "order": plan.order.as_dict(),
            "corpus": asdict(plan.corpus),
            "tokenizer": plan.tokenizer and asdict(plan.tokenizer),
            "frozen": {name: asdict(file) for name, file in plan.frozen.items()},
            **{f"match_{key}": value for key, value in config["match"].items()},
            "config": config,
        }


_ITEMS = "(SELECT * REPLACE (map_entries(attributes) AS attributes) FROM items WHERE kind = 'item')"
_OF_ITEMS = "(FROM item_phrases SEMI JOIN (FROM items WHERE kind = 'item') USING (item_id))"
_COLUMNS: dict[str, tuple[list[str], int]] = {
    "exposures": (
        ["phrase_id", "exposure_count", "sequence_count", "exposure_count_tokens", "seen", "status",
         "first_step", "last_step", "first_sequence", "first_offset", "first_shard"],
        1,
    ),
    "exposure_bins": (["phrase_id", "checkpoint", "exposure_count"], 2),
    "places": (["phrase_id", "place", "step", "sequence", "token_offset", "n_tokens", "shard"], 2),
    "checkpoints": (["checkpoint", "tokens_seen"], 1),
    "shards": (
        ["shard", "path", "n_bytes", "tokens_hash", "first_sequence", "n_sequences", "n_tokens",
         "n_dropped_tokens", "n_visits", "verified"],
        1,
    ),
    "unit_differences": (["phrase_id", "found_by", "spelled", "exposure_count"], 3),
    "documents": (["shard", "document", "name"], 2),
    "other_forms": (["phrase_id", "normal_form", "spelled", "exposure_count"], 3),
}  # fmt: skip
"""Columns of each table, the keys first, and how many these are."""
