"""Checks that a plan and a table have the shape they must have, before anything is made of what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from indexer.errors import ExposureError
from indexer.exposure.definitions import definitions, definitions_of_a_new_index, library_version
from indexer.exposure.occurrence_view import create_view
from indexer.index_dir import IndexDir
from indexer.partials import PartialFacts
from indexer.plan.facts import ShardSlice
from indexer.plan.plan import Plan
from indexer.storage.files import expand
from indexer.storage.parts import Parts, reading_parts
from indexer.storage.urls import is_url
from indexer.verification.findings import Check, Finding


def check_plan(plan: Plan) -> Check:
    """Check that the ranges of a plan cover every sequence once, and its grid the window."""
    check = Check("ranges of the plan over its shards, checkpoints over its window", "shards and ranges")
    slices: dict[int, list[tuple[int, ShardSlice]]] = defaultdict(list)
    for scan_range in plan.ranges:
        for one in scan_range.slices:
            slices[one.shard].append((scan_range.number, one))
    next_sequence = 0
    for shard in plan.shards:
        check.n_looked_at += 1
        if shard.first_sequence != next_sequence:
            expected, found = f"{next_sequence:,}", f"{shard.first_sequence:,}"
            check.fail(Finding("begins at another sequence", expected, found, shard.name))
        at = shard.first_sequence
        for number, one in sorted(slices[shard.number], key=lambda found: found[1].start):
            if one.start != at or one.stop <= one.start:
                where = f"{shard.name}, range {number}"
                check.fail(
                    Finding("leaves out sequences, or has some twice", f"{at:,}", f"{one.start:,}", where)
                )
            at = one.stop
        next_sequence = shard.first_sequence + shard.n_sequences
        if at != next_sequence:
            check.fail(Finding("its ranges end elsewhere", f"{next_sequence:,}", f"{at:,}", shard.name))
    check.n_looked_at += len(plan.ranges)
    if [one.number for one in plan.ranges] != list(range(len(plan.ranges))):
        check.fail(Finding("the ranges are not numbered from 0", where="plan.json"))
    grid = list(plan.checkpoints)
    if grid != sorted(set(grid)) or (plan.order.steps_known and grid[-1:] < [plan.order.stop_step]):
        check.fail(Finding("the checkpoints do not ascend up to the end of the window", where="plan.json"))
    return check


def check_names(plan: Plan) -> Check:
    """Ask again which files the patterns of the configuration match."""
    check = Check("files that [corpus] paths match, asked again", "patterns")
    for question, answer in plan.files.answers.items():
        path = question.removeprefix("files of ")
        if path == question or is_url(path):
            continue
        check.n_looked_at += 1
        try:
            with reading_parts(Parts(plan.config.corpus.parts or "separate")):
                now = expand(path, base=plan.config.base)
        except ExposureError as error:
            check.fail(Finding(error.line(), where=path), blame="corpus")
            continue
        if now != list(answer):
            others = sorted({*now} ^ {*answer})
            check.fail(
                Finding("matches other files than were planned", f"{len(answer):,} files", str(others), path),
                blame="corpus",
            )
    return check


def check_definitions(connection: Any, index: IndexDir, plan: Plan, facts: Sequence[PartialFacts]) -> Check:
    """Compare columns, views and macros of a table, merged of some partials, with those of a new one."""
    check = Check("columns, views and macros of the table against the schema", "definitions")
    has_view = any(one.occurrences is not None for one in facts)
    expected = definitions_of_a_new_index((lambda new: create_view(new, index, facts)) if has_view else None)
    found = definitions(connection)
    written_by = plan.software.get("duckdb", library_version())
    if written_by != library_version():
        check.note = f"of views and macros the names alone: planned with DuckDB {written_by}"
    for name in sorted({*expected, *found}):
        check.n_looked_at += 1
        mine, theirs = expected.get(name), found.get(name)
        is_text = name.startswith(("view ", "macro "))
        if mine != theirs and not (is_text and check.note and None not in (mine, theirs)):
            check.fail(Finding("is another", str(mine or ""), str(theirs or ""), name))
    return check
