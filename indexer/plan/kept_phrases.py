"""Which phrases of an index are looked for under a new plan as they were: same text, forms, parts, number."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from indexer.index_dir import IndexDir
from indexer.patterns import IdPatterns, select
from indexer.phrases.gapped import GappedPhrases
from indexer.plan.plan import Plan
from indexer.plan.store import (
    FrozenContent,
    load_gapped,
    load_other_forms,
    load_patterns,
    load_phrases_of,
)
from indexer.runs import Runs, runs_of
from indexer.units import BoolArray

_COLUMNS = ("phrase", "spellings", "token_ids")


def kept_phrases(index: IndexDir, earlier: Plan, frozen: FrozenContent) -> Runs | None:
    """Return the phrases that a partial of an earlier plan still tells of.

    Parameters
    ----------
    index : IndexDir
        Holds the files of the earlier plan.
    earlier : Plan
        The earlier plan.
    frozen : FrozenContent
        What the new plan freezes.

    Returns
    -------
    runs of int or None
        None where the new plan does not begin with the phrases of the earlier one.

    Raises
    ------
    StateError
        A file of the earlier plan is gone or damaged.
    """
    before = load_phrases_of(index, earlier)
    n = before.num_rows
    now = frozen.phrases.slice(0, n)
    if now.num_rows < n or not all(_same(before[name], now[name]).all() for name in ("phrase", "token_ids")):
        return None
    kept = np.logical_and.reduce([_same(before[name], now[name]) for name in _COLUMNS])
    gapped = load_gapped(index, earlier), frozen.gapped
    if frozen.patterns is not None:
        forms = load_patterns(index, earlier), frozen.patterns
        kept &= _same_forms(forms[0], forms[1], n)
    changed = _changed_gapped(
        _parts_of(gapped[0], frozen.patterns and forms[0], n),
        _parts_of(gapped[1], frozen.patterns, frozen.phrases.num_rows),
        n,
    )
    kept[changed] = False
    kept[_changed_others(load_other_forms(index, earlier), frozen.other_forms, n)] = False
    return runs_of(kept)


def _same(before: pa.ChunkedArray, now: pa.ChunkedArray) -> BoolArray:
    """Return for each row whether two columns of one type hold the same."""
    if before.combine_chunks().equals(now.combine_chunks().cast(before.type)):
        return np.ones(len(before), np.bool_)
    pairs = zip(before.to_pylist(), now.to_pylist(), strict=True)
    return np.fromiter((one == other for one, other in pairs), np.bool_, len(before))


def _same_forms(before: IdPatterns, now: IdPatterns, n: int) -> BoolArray:
    """Return for each phrase below `n` whether it has the same id forms, in whatever order."""
    before, now = select(before, before.phrase < n), select(now, now.phrase < n)
    if all(map(np.array_equal, before, now)):
        return np.ones(n, np.bool_)
    mine, theirs = _forms(before), _forms(now)
    return np.fromiter((mine.get(number) == theirs.get(number) for number in range(n)), np.bool_, n)


def _forms(patterns: IdPatterns) -> dict[int, set[bytes]]:
    found: dict[int, set[bytes]] = {}
    for phrase, (start, stop) in zip(
        patterns.phrase.tolist(), pairwise(patterns.offsets.tolist()), strict=True
    ):
        found.setdefault(phrase, set()).add(patterns.ids[start:stop].tobytes())
    return found


def _parts_of(
    gapped: GappedPhrases | None, patterns: IdPatterns | None, n_phrases: int
) -> dict[int, tuple[Any, ...]]:
    """Return what each phrase with gaps is made of: its gaps, and text, spellings and forms of its parts."""
    if gapped is None:
        return {}
    forms = {} if patterns is None else _forms(select(patterns, patterns.phrase >= n_phrases))
    texts = gapped.parts.select(["phrase", "spellings"]).to_pylist()
    return {
        row["phrase_id"]: (
            row["least"],
            row["most"],
            row["units"],
            [(texts[part], forms.get(n_phrases + part)) for part in row["part_ids"]],
        )
        for row in gapped.patterns.to_pylist()
    }


def _changed_gapped(before: dict[int, Any], now: dict[int, Any], n: int) -> list[int]:
    numbers = {number for number in {*before, *now} if number < n}
    return [number for number in numbers if before.get(number) != now.get(number)]


def _changed_others(before: pa.Table | None, now: pa.Table | None, n: int) -> list[int]:
    """Return the phrases whose texts in other normal forms are others, or stand in other rows."""
    mine, theirs = (_other_rows(table) for table in (before, now))
    return [number for number in {*mine, *theirs} if number < n and mine.get(number) != theirs.get(number)]


def _other_rows(table: pa.Table | None) -> dict[int, list[tuple[int, str, str]]]:
    rows: dict[int, list[tuple[int, str, str]]] = {}
    for at, row in enumerate([] if table is None else table.to_pylist()):
        rows.setdefault(row["phrase_id"], []).append((at, row["normal_form"], row["spelled"]))
    return rows
