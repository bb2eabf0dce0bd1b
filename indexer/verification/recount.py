"""Counts phrases again in whole ranges of the corpus, and holds the partials of these ranges against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from indexer.errors import ExposureError
from indexer.index_dir import IndexDir
from indexer.partials import OTHER_FORMS, PartialFacts
from indexer.plan.facts import ScanRange
from indexer.plan.plan import Plan
from indexer.verification.exposures_counted import Counted, PlainCount, exposing
from indexer.verification.findings import Blame, Check, Finding
from indexer.verification.occurrence_rows import occurrences_of
from indexer.verification.plain_steps import PlainSteps
from indexer.verification.raw_sequences import RawSequence, RawSequences
from indexer.verification.searches import PhraseBook

_EVERY = 256
_ALL = 1 << 62


@dataclass(frozen=True)
class Sampled:
    """Phrases that are counted again: those the table says were seen, zeros, rows of other normal forms."""

    seen: Collection[int]
    zeros: Collection[int]
    others: Collection[int]


@dataclass(frozen=True)
class RangeCount:
    """What slow code counts in a range: by unit and phrase, and what was read, by shard where it says so."""

    by_unit: Mapping[str, Mapping[int, Counted]]
    n_tokens: Counter[int]
    n_visits: Counter[int]
    visited_tokens: tuple[int, ...]


class Recount:
    """Counts sampled phrases again.

    Parameters
    ----------
    index, plan, book
        The index.
    raw, steps
        The corpus and its order, read plainly.
    sampled : Sampled
        What is counted.
    changed : set of int
        Shards whose content is known not to be what was scanned: what fails there is the corpus's fault.
    """

    def __init__(
        self,
        index: IndexDir,
        plan: Plan,
        book: PhraseBook,
        raw: RawSequences,
        steps: PlainSteps,
        sampled: Sampled,
        changed: set[int],
    ) -> None:
        self._index, self._plan, self._book = index, plan, book
        self._raw, self._steps = raw, steps
        self._sampled = sampled
        self._changed = changed
        numbers = {*sampled.seen, *sampled.zeros}
        self._searches = book.searches(numbers, sampled.others)
        self.n_ranges = self.n_tokens = 0
        self.counts = Check("counts of phrases in whole ranges, counted again in the raw corpus", "counts")
        self.zeros = Check("zeros, proved again in the raw corpus", "zeros in a range")
        self.read = Check("what partials say was read, read again", "ranges")
        self.occurrences: Check | None = None
        if plan.config.index.occurrences == "all":
            self.occurrences = Check("occurrences, found again in the raw corpus", "occurrences")

    def run(self, ranges: Iterable[tuple[ScanRange, PartialFacts]], advance: Callable[[int], object]) -> None:
        """Count in some ranges and compare; `advance` is told of tokens as they are read."""
        for scan_range, facts in ranges:
            try:
                counted = self._count(scan_range, advance)
            except ExposureError as error:
                self.read.n_looked_at += 1
                self.read.fail(Finding(f"cannot be read: {error.line()}"), blame="corpus")
                continue
            self.n_ranges += 1
            self.n_tokens += counted.n_tokens.total()
            self._compare_read(scan_range, facts, counted)
            self._compare_rows(scan_range, counted)

    def _count(self, scan_range: ScanRange, advance: Callable[[int], object]) -> RangeCount:
        plan = self._plan
        grid, places = plan.config.index.grain == "step", plan.config.index.places
        every = self._book.units[0] if self.occurrences is not None else None
        tallies = {
            unit: PlainCount(plan.checkpoints, single_steps=grid, n_places=_ALL if unit == every else places)
            for unit in self._searches
        }
        on_grid = PlainCount(plan.checkpoints, single_steps=False, n_places=0)
        place_of = {checkpoint: number for number, checkpoint in enumerate(plan.checkpoints)}
        visited_tokens = [0] * len(plan.checkpoints)
        n_tokens, n_visits = Counter[int](), Counter[int]()
        n_told = 0
        for number, (shard, sequence) in enumerate(self._sequences(scan_range)):
            ids = sequence.ids.tolist()
            steps = self._steps.of(sequence.number)
            n_tokens[shard] += len(ids)
            n_visits[shard] += len(steps)
            for step in steps:
                if step is not None:
                    visited_tokens[place_of[on_grid.bin_of(step)]] += len(ids)
            for unit, search in self._searches.items():
                found = exposing(search.find(ids), sequence, label_overlap=plan.corpus.label_overlap)
                tallies[unit].add(found, sequence.number, steps)
            if number % _EVERY == 0:
                advance(n_tokens.total() - n_told)
                n_told = n_tokens.total()
        advance(n_tokens.total() - n_told)
        for tally in tallies.values():
            tally.finish()
        return RangeCount(
            {unit: tally.of_phrase for unit, tally in tallies.items()},
            n_tokens,
            n_visits,
            tuple(visited_tokens),
        )

    def _sequences(self, scan_range: ScanRange) -> Iterator[tuple[int, RawSequence]]:
        """Yield the sequences of a range, each with the number of its shard."""
        for one in scan_range.slices:
            for sequence in self._raw.of_range(self._plan.shards[one.shard], one.start, one.stop):
                yield one.shard, sequence

    def _compare_read(self, scan_range: ScanRange, facts: PartialFacts, counted: RangeCount) -> None:
        self.read.n_looked_at += 1
        where = self._index.partial_file(scan_range.number).name
        if self._plan.order.steps_known and facts.visited_tokens != counted.visited_tokens:
            found, recorded = str(counted.visited_tokens), str(facts.visited_tokens)
            self.read.fail(
                Finding("says another visited_tokens", found, recorded, where),
                blame=self._blame(scan_range.shards),
            )
        for one in facts.slices:
            of_slice = {
                "n_tokens": (counted.n_tokens[one.shard], one.n_tokens),
                "n_visits": (counted.n_visits[one.shard], one.n_visits),
            }
            for name, (expected, said) in of_slice.items():
                if expected != said:
                    in_shard = f"{where}, {self._plan.shards[one.shard].name}"
                    self.read.fail(
                        Finding(f"says another {name}", str(expected), str(said), in_shard),
                        blame=self._blame([one.shard]),
                    )

    def _compare_rows(self, scan_range: ScanRange, counted: RangeCount) -> None:
        rows = _rows_of(self._index, scan_range.number)
        if self.occurrences is not None:
            self._compare_occurrences(
                self.occurrences, scan_range, counted.by_unit.get(self._book.units[0], {})
            )
        wanted = {unit: (*self._sampled.seen, *self._sampled.zeros) for unit in self._book.units}
        wanted[OTHER_FORMS] = tuple(self._sampled.others)
        zeros = set(self._sampled.zeros)
        for unit, numbers in wanted.items():
            recounted = counted.by_unit.get(unit, {})
            for number in numbers:
                is_zero = unit != OTHER_FORMS and number in zeros
                check = self.zeros if is_zero else self.counts
                check.n_looked_at += 1
                self._compare(
                    check, scan_range, unit, number, rows.get((unit, number)), recounted.get(number)
                )

    def _compare_occurrences(
        self, check: Check, scan_range: ScanRange, counted: Mapping[int, Counted]
    ) -> None:
        """Hold all occurrences of the phrases against the file of the range; then keep the first places."""
        numbers = {*self._sampled.seen, *self._sampled.zeros}
        recorded = occurrences_of(self._index, scan_range.number, numbers)
        most = max(1, self._plan.config.index.places)
        for number in sorted(numbers):
            expected = counted[number].places if number in counted else []
            found = recorded.get(number, [])
            check.n_looked_at += max(len(expected), len(found))
            if expected != found:
                where = self._index.occurrence_file(scan_range.number).name
                name = self._book.name(self._book.units[0], number)
                other = sorted({*expected} ^ {*found}, key=str)[:1]
                told = (f"{len(expected):,} occurrences", f"{len(found):,}, another one is {other}")
                check.fail(
                    Finding("other occurrences", *told, where, name), blame=self._blame(scan_range.shards)
                )
            if number in counted:
                del counted[number].places[most:]

    def _compare(
        self,
        check: Check,
        scan_range: ScanRange,
        unit: str,
        number: int,
        row: Mapping[str, Any] | None,
        counted: Counted | None,
    ) -> None:
        recorded = None if row is None else _as_counted(row)
        if recorded == counted:
            return
        place = (counted or recorded or Counted()).places[:1]
        step, sequence, offset = place[0][:3] if place else (None, scan_range.start, 0)
        what, expected, found = _first_difference(counted or Counted(), recorded or Counted())
        shard = next(one.shard for one in scan_range.slices if one.start <= sequence < one.stop)
        check.fail(
            Finding(
                f"{what} of {unit} in {self._index.partial_file(scan_range.number).name} is another",
                expected,
                found,
                f"{self._plan.shards[shard].name}, sequence {sequence:,}, token {offset:,}",
                self._book.name(unit, number),
                step,
            ),
            blame=self._blame([shard]),
        )

    def _blame(self, shards: Sequence[int]) -> Blame:
        return "index" if self._changed.isdisjoint(shards) else "corpus"


def _rows_of(index: IndexDir, range_number: int) -> dict[tuple[str, int], dict[str, Any]]:
    table: pa.Table = pq.read_table(index.partial_file(range_number))
    columns = ["unit", "phrase_id", "exposure_count", "sequence_count", "first_step", "first_sequence",
               "first_offset", "last_step", "bins", "places"]  # fmt: skip
    return {(row["unit"], row["phrase_id"]): row for row in table.select(columns).to_pylist()}


def _as_counted(row: Mapping[str, Any]) -> Counted:
    """Return a row of a partial as slow code would have counted it."""
    places = [(one["step"], one["sequence"], one["token_offset"], one["n_tokens"]) for one in row["places"]]
    first = (row["first_step"], row["first_sequence"], row["first_offset"])
    if not places or places[0][:3] != first:
        places = [(*first, 0), *places]
    return Counted(
        row["exposure_count"],
        row["sequence_count"],
        row["last_step"],
        {one["checkpoint"]: one["exposure_count"] for one in row["bins"]},
        places,
    )


def _first_difference(counted: Counted, recorded: Counted) -> tuple[str, str, str]:
    if counted.count != recorded.count:
        return "the count", str(counted.count), str(recorded.count)
    if counted.n_sequences != recorded.n_sequences:
        return "the count of sequences", str(counted.n_sequences), str(recorded.n_sequences)
    if counted.places[:1] != recorded.places[:1]:
        return (
            "the first place (step, sequence, token, tokens)",
            str(counted.places[:1]),
            str(recorded.places[:1]),
        )
    if counted.last_step != recorded.last_step:
        return "the last step", str(counted.last_step), str(recorded.last_step)
    if counted.bins != recorded.bins:
        return "the count by checkpoint", str(counted.bins), str(recorded.bins)
    return "a place (step, sequence, token, tokens)", str(counted.places), str(recorded.places)
