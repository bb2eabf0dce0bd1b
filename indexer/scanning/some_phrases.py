"""Some phrases of a plan, numbered from 0 on as matchers take them; their rows get their own numbers back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indexer.index_dir import IndexDir
from indexer.partials import OTHER_FORMS
from indexer.patterns import IdPatterns, select
from indexer.phrases.gapped import GappedPhrases, renumbered
from indexer.plan.plan import Plan
from indexer.plan.store import load_gapped, load_other_forms, load_patterns, load_phrases_of
from indexer.runs import Runs, mask_of
from indexer.units import BoolArray, Int32Array


class SomePhrases(NamedTuple):
    """What a scan looks for.

    Attributes
    ----------
    phrases : pyarrow.Table
        phrase_id (from 0), phrase, token_ids.
    patterns : IdPatterns or None
        Id forms of the phrases, and of the parts of those with gaps, numbered on from them; None where ids
        are not looked for.
    gapped : GappedPhrases or None
        Phrases with gaps.
    other_forms : pyarrow.Table or None
        Their texts in other normal forms, by row.
    phrase_ids : array of int32
        The number of each phrase in the plan.
    other_rows : array of int32
        The row of each text in another normal form in the plan.
    """

    phrases: pa.Table
    patterns: IdPatterns | None
    gapped: GappedPhrases | None
    other_forms: pa.Table | None
    phrase_ids: Int32Array
    other_rows: Int32Array

    def in_plan(self, rows: pa.Table) -> pa.Table:
        """Return rows of a partial with the numbers of the plan."""
        local = rows["phrase_id"].to_numpy()
        is_other = np.asarray(pc.equal(rows["unit"], OTHER_FORMS))
        numbers = np.empty(len(local), np.int32)
        numbers[is_other] = self.other_rows[local[is_other]]
        numbers[~is_other] = self.phrase_ids[local[~is_other]]
        place = rows.schema.get_field_index("phrase_id")
        return rows.set_column(place, rows.schema.field(place), pa.array(numbers))


def load_some(index: IndexDir, plan: Plan, chosen: Runs | None) -> SomePhrases:
    """Return some phrases of a plan; None: all."""
    phrases = load_phrases_of(index, plan).select(["phrase_id", "phrase", "token_ids"])
    patterns = load_patterns(index, plan) if "patterns" in plan.frozen else None
    gapped, others = load_gapped(index, plan), load_other_forms(index, plan)
    if chosen is None:
        rows = np.arange(0 if others is None else others.num_rows, dtype=np.int32)
        return SomePhrases(
            phrases, patterns, gapped, others, np.arange(phrases.num_rows, dtype=np.int32), rows
        )
    mask = mask_of(chosen, phrases.num_rows)
    phrase_ids = np.flatnonzero(mask).astype(np.int32)
    numbers = _numbered(mask)
    gapped, part_numbers = _gapped_of(gapped, mask, numbers)
    if patterns is not None:
        new = np.concatenate([numbers, np.where(part_numbers < 0, -1, part_numbers + len(phrase_ids))])
        kept = select(patterns, new[patterns.phrase] >= 0)
        patterns = kept._replace(phrase=new[kept.phrase].astype(np.int32))
    rows = np.empty(0, np.int32)
    if others is not None:
        rows = np.flatnonzero(mask[others["phrase_id"].to_numpy()]).astype(np.int32)
        others = others.take(pa.array(rows)) if len(rows) else None
    ids = pa.array(np.arange(len(phrase_ids), dtype=np.int32))
    phrases = phrases.filter(pa.array(mask)).combine_chunks()
    phrases = phrases.set_column(0, phrases.schema.field(0), ids)
    return SomePhrases(phrases, patterns, gapped, others, phrase_ids, rows)


def _numbered(mask: BoolArray) -> Int32Array:
    """Return the new number of each that is chosen, -1 for the others."""
    return np.where(mask, np.cumsum(mask) - 1, -1).astype(np.int32)


def _gapped_of(
    gapped: GappedPhrases | None, mask: BoolArray, numbers: Int32Array
) -> tuple[GappedPhrases | None, Int32Array]:
    """Return the chosen phrases with gaps, None where there are none, and the new numbers of all parts."""
    if gapped is None:
        return None, np.empty(0, np.int32)
    used = np.zeros(gapped.parts.num_rows, np.bool_)
    patterns = gapped.patterns.filter(pa.array(mask[gapped.patterns["phrase_id"].to_numpy()]))
    used[pc.list_flatten(patterns["part_ids"]).to_numpy()] = True
    part_numbers = _numbered(used)
    if not patterns.num_rows:
        return None, part_numbers
    parts = gapped.parts.filter(pa.array(used)).combine_chunks()
    ids = pa.array(np.arange(parts.num_rows, dtype=np.int32))
    parts = parts.set_column(0, parts.schema.field(0), ids)
    patterns = renumbered(patterns, numbers.tolist(), part_numbers.tolist())
    return GappedPhrases(parts, patterns), part_numbers
