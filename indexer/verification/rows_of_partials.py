"""The rows of the table, worked out from the partials with NumPy and dictionaries: no SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from indexer.index_dir import IndexDir
from indexer.partials import SCHEMA
from indexer.plan.plan import Plan
from indexer.plurals import counted
from indexer.verification.findings import Check, Finding

NO_STEP = -1
_LATE = np.iinfo(np.int64).max


@dataclass
class WorkedOutRows:
    """What the table must hold.

    Attributes
    ----------
    counts : dict of str to array of uint64, shape (n_phrases,)
        By unit.
    sequences : array of uint64, shape (n_phrases,)
        Sequences with an exposure in the first unit.
    first : array of int64, shape (n_phrases, 3)
        Step (`NO_STEP`: unknown), sequence, offset of the first exposure in the first unit.
    last_step : array of int64, shape (n_phrases,)
        `NO_STEP`: unknown, or none.
    bins : dict of (int, int) to int
        By phrase and checkpoint.
    places : dict of int to list of (step, sequence, token_offset, n_tokens)
        By phrase.
    alone : dict of (int, str, str) to int
        By phrase, unit and spelling.
    others : dict of int to int
        By row of the phrases in other normal forms.
    """

    counts: dict[str, NDArray[np.uint64]]
    sequences: NDArray[np.uint64]
    first: NDArray[np.int64]
    last_step: NDArray[np.int64]
    bins: dict[tuple[int, int], int] = field(default_factory=dict)
    places: dict[int, list[tuple[int | None, int, int, int]]] = field(default_factory=dict)
    alone: dict[tuple[int, str, str], int] = field(default_factory=dict)
    others: dict[int, int] = field(default_factory=dict)


def work_out(
    index: IndexDir, plan: Plan, ranges: Iterable[int], units: list[str], advance: Callable[[int], object]
) -> tuple[WorkedOutRows, Check]:
    """Add up the partials of some ranges, and check that the rows of each do not contradict each other."""
    n = plan.n_phrases
    rows = WorkedOutRows(
        {unit: np.zeros(n, np.uint64) for unit in units},
        np.zeros(n, np.uint64),
        np.full((n, 3), _LATE, np.int64),
        np.full(n, NO_STEP, np.int64),
    )
    check = Check("rows of partials against each other, their range and the window", "rows")
    for number in ranges:
        try:
            table = pq.read_table(index.partial_file(number)).cast(SCHEMA)
            nulls = sum(table[name].null_count for name in ("unit", "phrase_id", "bins", "places"))
        except (ValueError, TypeError, pa.ArrowException) as error:
            check.fail(Finding(f"has other columns ({error})", where=index.partial_file(number).name))
            continue
        if nulls:
            check.fail(Finding("has rows without values", where=index.partial_file(number).name))
            continue
        _check_rows(check, index, plan, number, table)
        for unit in units:
            of_unit = table.filter(pa.compute.equal(table["unit"], unit))
            _add(rows, unit, of_unit, is_first=unit == units[0])
            for phrase, lone in zip(
                of_unit["phrase_id"].to_pylist(), of_unit["alone"].to_pylist(), strict=True
            ):
                for one in lone or ():
                    key = (phrase, unit, one["spelled"])
                    rows.alone[key] = rows.alone.get(key, 0) + one["exposure_count"]
        others = table.filter(pa.compute.equal(table["unit"], "other_forms"))
        for row, count in zip(
            others["phrase_id"].to_pylist(), others["exposure_count"].to_pylist(), strict=True
        ):
            rows.others[row] = rows.others.get(row, 0) + count
        advance(1)
    n_places = plan.config.index.places
    for phrase, places in rows.places.items():
        places.sort(key=lambda one: (NO_STEP if one[0] is None else one[0], *one[1:]))
        rows.places[phrase] = places[:n_places]
    return rows, check


def _add(rows: WorkedOutRows, unit: str, table: pa.Table, *, is_first: bool) -> None:
    phrases = table["phrase_id"].to_numpy()
    inside = (phrases >= 0) & (phrases < len(rows.last_step))
    if not inside.all():
        table, phrases = table.filter(pa.array(inside)), phrases[inside]
    np.add.at(rows.counts[unit], phrases, table["exposure_count"].to_numpy())
    if not is_first:
        return
    np.add.at(rows.sequences, phrases, table["sequence_count"].to_numpy())
    first = np.stack(
        [
            _filled(table["first_step"]),
            table["first_sequence"].to_numpy(),
            table["first_offset"].to_numpy().astype(np.int64),
        ],
        axis=1,
    )
    for phrase, place in zip(phrases.tolist(), first, strict=True):
        if tuple(place) < tuple(rows.first[phrase]):
            rows.first[phrase] = place
    np.maximum.at(rows.last_step, phrases, _filled(table["last_step"]))
    for phrase, bins, places in zip(
        phrases.tolist(), table["bins"].to_pylist(), table["places"].to_pylist(), strict=True
    ):
        for one in bins:
            key = (phrase, one["checkpoint"])
            rows.bins[key] = rows.bins.get(key, 0) + one["exposure_count"]
        rows.places.setdefault(phrase, []).extend(
            (one["step"], one["sequence"], one["token_offset"], one["n_tokens"]) for one in places
        )


def _filled(column: pa.ChunkedArray) -> NDArray[np.int64]:
    filled: NDArray[np.int64] = column.fill_null(NO_STEP).to_numpy()
    return filled


def _check_rows(check: Check, index: IndexDir, plan: Plan, number: int, table: pa.Table) -> None:
    """Find rows of a partial that contradict themselves, their range or the window."""
    scan_range = plan.ranges[number]
    name = index.partial_file(number).name
    n_others = plan.frozen["other_forms"].rows if "other_forms" in plan.frozen else 0
    before: tuple[str, int] = ("", -1)
    for row in table.drop_columns(["alone"]).to_pylist():
        check.n_looked_at += 1
        n_phrases = n_others if row["unit"] == "other_forms" else plan.n_phrases
        for what in _contradictions(row, plan, scan_range.start, scan_range.stop, n_phrases):
            check.fail(Finding(what, where=f"{name}, {row['unit']}, phrase_id {row['phrase_id']}"))
        key = (row["unit"], row["phrase_id"])
        if key <= before:
            check.fail(
                Finding("stands twice, or out of order", where=f"{name}, {key[0]}, phrase_id {key[1]}")
            )
        before = key


def _contradictions(row: dict[str, Any], plan: Plan, start: int, stop: int, n_phrases: int) -> list[str]:
    """Return what is wrong with a row, one clause each."""
    wrong = []
    places = [tuple(place.values()) for place in row["places"]]
    first = (row["first_step"], row["first_sequence"], row["first_offset"])
    known = plan.order.steps_known
    if not 0 <= row["phrase_id"] < n_phrases:
        wrong.append("names no phrase of the plan")
    if row["exposure_count"] < 1:
        wrong.append("counts nothing")
    if not 1 <= row["sequence_count"] <= min(row["exposure_count"], stop - start):
        wrong.append(f"names {row['sequence_count']} sequences for {row['exposure_count']} exposures")
    if known and sum(one["exposure_count"] for one in row["bins"]) != row["exposure_count"]:
        wrong.append("the counts by checkpoint do not add up to the count")
    if len(places) != min(row["exposure_count"], plan.config.index.places):
        wrong.append(
            f"holds {counted(len(places), 'place')} for {counted(row['exposure_count'], 'exposure')}"
        )
    if places and places[0][:3] != first:
        wrong.append("the first place is not the first exposure")
    if not all(start <= place[1] < stop for place in (first, *places)):
        wrong.append("a place lies outside of the range")
    steps = [
        step
        for step in (row["first_step"], row["last_step"], *(one[0] for one in places))
        if step is not None
    ]
    if known != bool(steps) or any(
        not plan.order.start_step <= step < plan.order.stop_step for step in steps
    ):
        wrong.append("a step lies outside of the window")
    return wrong
