"""Reads the files of occurrences row by row, and holds them against what the partials count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from indexer.index_dir import IndexDir
from indexer.plan.plan import Plan
from indexer.verification.findings import Check, Finding
from indexer.verification.rows_of_partials import NO_STEP, WorkedOutRows

_COLUMNS = ["phrase_id", "step", "sequence", "token_offset", "n_tokens", "shard", "range"]

Columns = dict[str, NDArray[np.int64]]
Place = tuple[int | None, int, int, int]
"""(step, sequence, token_offset, n_tokens)"""


def check_occurrences(index: IndexDir, plan: Plan, ranges: Iterable[int], rows: WorkedOutRows) -> Check:
    """Count the rows of all files by phrase, sequence and checkpoint, and compare with the partials."""
    check = Check("occurrences, row by row, against the partials", "rows")
    n = plan.n_phrases
    found = WorkedOutRows({}, np.zeros(n, np.uint64), rows.first.copy(), np.full(n, NO_STEP, np.int64))
    counts = np.zeros(n, np.uint64)
    first: dict[int, tuple[int, int, int]] = {}
    bins: Counter[tuple[int, int]] = Counter()
    for number in ranges:
        for batch in _batches(index, number):
            check.n_looked_at += len(batch["phrase_id"])
            wrong = _out_of_place(batch, plan, number)
            if wrong:
                check.fail(Finding(wrong, where=index.occurrence_file(number).name))
                continue
            np.add.at(counts, batch["phrase_id"], np.uint64(1))
            np.maximum.at(found.last_step, batch["phrase_id"], batch["step"])
            _add_sequences(found.sequences, batch)
            _add_first(first, batch)
            _add_bins(bins, batch, plan)
    unit = next(iter(rows.counts))
    for phrase in range(n):
        expected = (
            int(rows.counts[unit][phrase]),
            int(rows.sequences[phrase]),
            tuple(rows.first[phrase].tolist()) if rows.counts[unit][phrase] else None,
            int(rows.last_step[phrase]),
        )
        told = (
            int(counts[phrase]),
            int(found.sequences[phrase]),
            first.get(phrase),
            int(found.last_step[phrase]),
        )
        if expected != told:
            what = "count, sequences, first exposure, last step: another value"
            check.fail(Finding(what, str(expected), str(told), f"occurrences, phrase_id {phrase}"))
    for key in sorted(bins.keys() | rows.bins.keys()):
        if bins[key] != rows.bins.get(key, 0):
            where = f"occurrences, phrase_id {key[0]}, checkpoint {key[1]}"
            check.fail(Finding("count: another value", str(rows.bins.get(key, 0)), str(bins[key]), where))
    return check


def occurrences_of(index: IndexDir, number: int, phrases: Iterable[int]) -> dict[int, list[Place]]:
    """Return the occurrences of some phrases in a range, in the order of steps."""
    wanted = np.array(sorted(phrases), np.int64)
    places: dict[int, list[Place]] = {}
    for batch in _batches(index, number):
        for at in np.flatnonzero(np.isin(batch["phrase_id"], wanted)).tolist():
            step = int(batch["step"][at])
            places.setdefault(int(batch["phrase_id"][at]), []).append(
                (
                    None if step == NO_STEP else step,
                    int(batch["sequence"][at]),
                    int(batch["token_offset"][at]),
                    int(batch["n_tokens"][at]),
                )
            )
    for of_phrase in places.values():
        of_phrase.sort(key=lambda place: (NO_STEP if place[0] is None else place[0], *place[1:]))
    return places


def _batches(index: IndexDir, number: int) -> Iterator[Columns]:
    """Yield the rows of a file, some whole sequences at a time."""
    held = {name: np.empty(0, np.int64) for name in _COLUMNS}
    with pq.ParquetFile(index.occurrence_file(number)) as file:
        for batch in file.iter_batches(columns=_COLUMNS):
            table = pa.Table.from_batches([batch])
            rows = {
                name: np.append(held[name], table[name].fill_null(NO_STEP).to_numpy()) for name in _COLUMNS
            }
            whole = rows["sequence"] != rows["sequence"][-1:]
            yield {name: column[whole] for name, column in rows.items()}
            held = {name: column[~whole] for name, column in rows.items()}
    yield held


def _out_of_place(batch: Columns, plan: Plan, number: int) -> str:
    """Return what is wrong with rows that do not belong to their range; empty where nothing is."""
    scan_range, sequence, step = plan.ranges[number], batch["sequence"], batch["step"]
    starts = np.array([shard.first_sequence for shard in plan.shards if shard.n_sequences])
    numbers = np.array([shard.number for shard in plan.shards if shard.n_sequences])
    if (np.diff(sequence) < 0).any():
        return "has sequences out of order"
    if (batch["range"] != number).any():
        return "has rows of another range"
    if ((batch["phrase_id"] < 0) | (batch["phrase_id"] >= plan.n_phrases)).any():
        return "has rows of no phrase of the plan"
    if ((sequence < scan_range.start) | (sequence >= scan_range.stop)).any():
        return "has rows of sequences outside of the range"
    if (numbers[np.searchsorted(starts, sequence, "right") - 1] != batch["shard"]).any():
        return "has rows of another shard than that of their sequence"
    known = (step >= plan.order.start_step) & (step < plan.order.stop_step)
    if (known if not plan.order.steps_known else ~known).any():
        return "has steps outside of the window"
    return ""


def _add_sequences(sequences: NDArray[np.uint64], batch: Columns) -> None:
    """Count the distinct sequences of each phrase."""
    pairs = np.unique(np.stack([batch["phrase_id"], batch["sequence"]]), axis=1)
    np.add.at(sequences, pairs[0], np.uint64(1))


def _add_first(first: dict[int, tuple[int, int, int]], batch: Columns) -> None:
    order = np.lexsort((batch["token_offset"], batch["sequence"], batch["step"], batch["phrase_id"]))
    phrases, at = np.unique(batch["phrase_id"][order], return_index=True)
    for phrase, row in zip(phrases.tolist(), order[at].tolist(), strict=True):
        place = (int(batch["step"][row]), int(batch["sequence"][row]), int(batch["token_offset"][row]))
        first[phrase] = min(place, first.get(phrase, place))


def _add_bins(bins: Counter[tuple[int, int]], batch: Columns, plan: Plan) -> None:
    if not plan.order.steps_known:
        return
    checkpoints = batch["step"] + 1
    if plan.config.index.grain != "step":
        grid = np.array(plan.checkpoints)
        checkpoints = grid[np.searchsorted(grid, checkpoints)]
    keys, n = np.unique(np.stack([batch["phrase_id"], checkpoints]), axis=1, return_counts=True)
    for phrase, checkpoint, count in zip(*keys.tolist(), n.tolist(), strict=True):
        bins[phrase, checkpoint] += count
