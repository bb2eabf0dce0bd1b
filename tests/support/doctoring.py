"""Spoils an index the way a careful forger would: every checksum is made to fit again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from indexer.build import merge_index
from indexer.index_dir import IndexDir, write_sealed_plan
from indexer.partials import read_facts, write_partial
from indexer.plan.plan import Plan
from indexer.plan.plan_file import plan_as_json, read_plan
from indexer.plan.store import with_stored_files
from indexer.table_seal import _facts_of, _write_seal

Row = dict[str, Any]


def seal_table(index: IndexDir) -> None:
    """Seal a table as it is now, whoever changed it."""
    _write_seal(index, [_facts_of(index.database_file)])


class Doctored:
    """A corpus and an index in one folder, both to be changed.

    The plan holds the absolute folder it was made in: it is changed to this one at once.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self.index = IndexDir(base / "index")
        plan = self.plan()
        shards = tuple(replace(one, url=str(base / one.name)) for one in plan.shards)
        self.write_plan(replace(plan, config=replace(plan.config, base=base), shards=shards))

    def plan(self) -> Plan:
        """Read the plan."""
        return read_plan(self.index.plan_file)

    def write_plan(self, plan: Plan) -> None:
        """Write a plan with fingerprint and checksum of its own."""
        write_sealed_plan(self.index.plan_file, plan_as_json(plan.sealed()))

    def table(self, statement: str) -> None:
        """Change the table by hand."""
        with duckdb.connect(str(self.index.database_file)) as connection:
            connection.execute(statement)
        seal_table(self.index)

    def ask(self, query: str) -> list[tuple]:
        """Return the rows of a query."""
        with duckdb.connect(str(self.index.database_file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def partial(self, number: int, change: Callable[[list[Row]], object]) -> None:
        """Change the rows of a partial, with a new checksum."""
        path = self.index.partial_file(number)
        facts, table = read_facts(path), pq.read_table(path)
        rows = table.to_pylist()
        change(rows)
        write_partial(path, pa.Table.from_pylist(rows, schema=table.schema), facts)

    def phrases(self, change: Callable[[list[Row]], object], *, deep: bool) -> None:
        """Change the frozen phrases, with a new checksum of the file.

        Parameters
        ----------
        change : callable
            Changes the rows.
        deep : bool
            Also the hash of the content, the fingerprint of the plan, and that in every partial.
        """
        table = pq.read_table(self.index.phrases_file)
        rows = table.to_pylist()
        change(rows)
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), self.index.phrases_file)
        plan = self.plan()
        files = {name: (self.index.frozen / name).read_bytes() for name in plan.stored}
        plan = with_stored_files(plan, files)
        if deep:
            from indexer.verification.identities import _content_hash

            said = _content_hash("phrases.parquet", files["phrases.parquet"])
            plan = replace(
                plan, frozen={**plan.frozen, "phrases": replace(plan.frozen["phrases"], hash=said)}
            )
        self.write_plan(plan)
        for number in range(len(plan.ranges)) if deep else ():
            self.partial_facts(number, plan_fingerprint=self.plan().fingerprint)

    def partial_facts(self, number: int, **changes: Any) -> None:
        """Change what a partial says of itself or of its first slice, with a new checksum."""
        path = self.index.partial_file(number)
        facts, rows = read_facts(path), pq.read_table(path)
        of_slice = {name: changes.pop(name) for name in tuple(changes) if hasattr(facts.slices[0], name)}
        slices = (replace(facts.slices[0], **of_slice), *facts.slices[1:])
        write_partial(path, rows, replace(facts, slices=slices, **changes))

    def merge(self) -> None:
        """Merge what there is now."""
        merge_index(self.index.root)
