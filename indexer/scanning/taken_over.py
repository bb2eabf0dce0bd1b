"""Takes over what partials of an earlier plan or pass tell: rows that a scan would give again.

Another run may scan the same range beside this one, and be a pass ahead or behind: what it told is taken
over too, and a partial is never replaced by one of the same plan that tells of less.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.occurrence_files import refuse_other_file
from indexer.partials import OTHER_FORMS, SCHEMA, PartialFacts, read_partial
from indexer.plan.coverage import is_begun, partial_of, told_by
from indexer.plan.plan import Plan
from indexer.plan.store import load_other_forms
from indexer.runs import Runs, common, contains, mask_of, others
from indexer.scanning.occurrence_rows import EarlierOccurrences
from indexer.units import BoolArray, Int64Array


class Told(NamedTuple):
    """What is taken over of a partial: its rows and facts under this plan, and of which phrases it tells."""

    rows: pa.Table
    facts: PartialFacts
    phrases: Runs

    def occurrences(self, path: Path, n_phrases: int) -> EarlierOccurrences:
        """Open the file of the occurrences that are taken over.

        Raises
        ------
        StateError
            It is not the one of the partial any more.
        """
        earlier = EarlierOccurrences(path, mask_of(self.phrases, n_phrases))
        if self.facts.occurrences is not None:  # what is open by now cannot be replaced any more
            refuse_other_file(path, self.facts.occurrences)
        return earlier


class DoneByAnotherRun(Exception):  # noqa: N818  no error: there is nothing left to do
    """Another run, which scans the same range, has told of it meanwhile what this one would."""

    def __init__(self, n_tokens: int) -> None:
        super().__init__(n_tokens)
        self.n_tokens = n_tokens


def taken_over(index: IndexDir, plan: Plan, range_number: int, told: Runs, phrases: Runs) -> Told | None:
    """Return what the partial of a range tells of the phrases that are not looked for; None: nothing.

    Parameters
    ----------
    index : IndexDir
        Where it is.
    plan : Plan
        The plan.
    range_number : int
        The range.
    told : runs of int
        What it told of when it was looked at first.
    phrases : runs of int
        What is looked for now.

    Raises
    ------
    DoneByAnotherRun
        It tells by now of what is looked for.
    StateError
        It tells by now of less than it did, or is damaged.
    """
    if not told:
        return None
    index.bring([range_number])
    facts = partial_of(index, plan, range_number)
    told_now = told_by(plan, facts)
    if not contains(told_now, told):
        raise StateError(
            "was replaced while its range was scanned",
            path=index.partial_file(range_number),
            fix="run `exposure index` again",
        )
    if not is_begun(plan, facts) or (phrases and contains(told_now, phrases)):
        raise DoneByAnotherRun(facts.n_tokens)
    kept = common(told_now, others(phrases, plan.n_phrases))
    return Told(*still_told(index, plan, facts, kept), kept)


def refuse_to_tell_less(index: IndexDir, plan: Plan, range_number: int, phrases: Runs) -> None:
    """Leave a partial of a plan alone that tells of more than some phrases (none: of all).

    Raises
    ------
    DoneByAnotherRun
        There is one.
    """
    if not phrases:
        return
    with suppress(StateError, FileNotFoundError):
        index.bring([range_number])
        there = partial_of(index, plan, range_number)
        told = told_by(plan, there)
        if there.plan_fingerprint == plan.fingerprint and told != phrases and contains(told, phrases):
            raise DoneByAnotherRun(there.n_tokens)


def still_told(
    index: IndexDir, plan: Plan, facts: PartialFacts, phrases: Runs
) -> tuple[pa.Table, PartialFacts]:
    """Return rows and facts of a partial of an earlier plan or pass, as a scan under this plan gives them.

    Parameters
    ----------
    index : IndexDir
        Where it is.
    plan : Plan
        The plan.
    facts : PartialFacts
        What it says of itself; `indexer.plan.coverage.is_begun`.
    phrases : runs of int
        Those that are taken over, of what it tells of (`indexer.plan.coverage.told_by`).

    Returns
    -------
    pyarrow.Table
        Their rows.
    PartialFacts
        Of this plan, over its grid of checkpoints.

    Raises
    ------
    StateError
        It is damaged.
    """
    earlier = plan.earlier.get(facts.plan_fingerprint)
    rows, _ = read_partial(index.partial_file(facts.range_number))
    rows = rows.filter(pa.array(_kept(index, plan, rows, phrases)))
    visited = facts.visited_tokens
    if earlier is not None and earlier.checkpoints != plan.checkpoints:
        grid, before = np.array(plan.checkpoints, np.int64), np.array(earlier.checkpoints, np.int64)
        new_bin = np.searchsorted(grid, before)
        tokens = np.zeros(len(grid), np.int64)
        if visited:
            np.add.at(tokens, new_bin, np.array(visited, np.int64))
        visited = tuple(tokens.tolist())
        if plan.config.index.grain != "step":
            rows = _binned_anew(rows, grid)
    facts = replace(facts, plan_fingerprint=plan.fingerprint, visited_tokens=visited, phrases=())
    return rows, facts


def joined(told: pa.Table, found: pa.Table) -> pa.Table:
    """Return the rows of both in the order of a partial."""
    rows = pa.concat_tables([told.cast(SCHEMA), found.cast(SCHEMA)]).combine_chunks()
    order = pc.sort_indices(rows, [("unit", "ascending"), ("phrase_id", "ascending")])
    return rows.take(order).combine_chunks()


def _kept(index: IndexDir, plan: Plan, rows: pa.Table, phrases: Runs) -> BoolArray:
    """Return which rows are of some phrases, or of one of them in another normal form."""
    mask = mask_of(phrases, plan.n_phrases)
    numbers = rows["phrase_id"].to_numpy()
    is_other = np.asarray(pc.equal(rows["unit"], OTHER_FORMS))
    kept = np.zeros(len(numbers), np.bool_)
    kept[~is_other] = mask[numbers[~is_other]]
    if is_other.any():
        others = load_other_forms(index, plan)
        owners = np.empty(0, np.int32) if others is None else others["phrase_id"].to_numpy()
        known = is_other & (numbers < len(owners))
        kept[known] = mask[owners[numbers[known]]]
    return kept


def _binned_anew(rows: pa.Table, grid: Int64Array) -> pa.Table:
    """Return rows with the bins of another grid, each of which holds whole bins of the former one."""
    bins = rows["bins"].combine_chunks()
    parent = pc.list_parent_indices(bins).to_numpy()
    values = pc.list_flatten(bins)
    checkpoint = grid[np.searchsorted(grid, values.field("checkpoint").to_numpy())]
    counts = values.field("exposure_count").to_numpy()
    begins = np.flatnonzero(np.diff(parent, prepend=-1) | np.diff(checkpoint, prepend=-1))
    offsets = np.searchsorted(parent[begins], np.arange(rows.num_rows + 1)).astype(np.int32)
    summed = np.add.reduceat(counts, begins) if len(begins) else counts
    kind = SCHEMA.field("bins").type
    arrays = [pa.array(checkpoint[begins]), pa.array(summed, pa.uint64())]
    merged = pa.StructArray.from_arrays(arrays, fields=list(kind.value_type))
    place = rows.schema.get_field_index("bins")
    return rows.set_column(place, SCHEMA.field("bins"), pa.ListArray.from_arrays(offsets, merged, type=kind))
