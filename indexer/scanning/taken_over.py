"""Takes over what partials of an earlier plan or pass tell: rows that a scan would give again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.index_dir import IndexDir
from indexer.partials import OTHER_FORMS, SCHEMA, PartialFacts, read_partial
from indexer.plan.coverage import told_by
from indexer.plan.plan import Plan
from indexer.plan.store import load_other_forms
from indexer.runs import Runs, mask_of
from indexer.units import BoolArray, Int64Array


def still_told(index: IndexDir, plan: Plan, facts: PartialFacts) -> tuple[pa.Table, PartialFacts]:
    """Return rows and facts of a partial of an earlier plan or pass, as a scan under this plan gives them.

    Parameters
    ----------
    index : IndexDir
        Where it is.
    plan : Plan
        The plan.
    facts : PartialFacts
        What it says of itself; `indexer.plan.coverage.is_begun`.

    Returns
    -------
    pyarrow.Table
        The rows of the phrases that are looked for as they were then.
    PartialFacts
        Of this plan, over its grid of checkpoints.

    Raises
    ------
    StateError
        It is damaged.
    """
    earlier = plan.earlier.get(facts.plan_fingerprint)
    rows, _ = read_partial(index.partial_file(facts.range_number))
    rows = rows.filter(pa.array(_kept(index, plan, rows, told_by(plan, facts))))
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
