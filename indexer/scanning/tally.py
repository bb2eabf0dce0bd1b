"""Counts exposures: occurrences and the visits of their sequences go in, the rows of a partial come out.

Memory is bounded by phrases and bins, not by occurrences: they are added to sums as they come, and what
cannot be among a phrase's first places is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from indexer.corpus.orders.order import Visits
from indexer.matching.kernels.matches import MatchRuns
from indexer.matching.matcher import Matches, new_matches
from indexer.partials import SCHEMA
from indexer.scanning.bin_table import grown_bins, new_bins, nonzero_bins
from indexer.scanning.kernels.exposures import (
    EXPOSURES,
    LAST_STEP,
    N_COLUMNS,
    N_PLACES,
    SEQUENCES,
    PlacePool,
)
from indexer.scanning.kernels.sequence_counts import count_exposures
from indexer.scanning.kernels.visited import add_visited_tokens
from indexer.scanning.open_step import n_open_bins, new_counts, with_room_for_visits
from indexer.scanning.places import first_places, grown_pool, new_pool
from indexer.scanning.visit_cache import as_counted
from indexer.units import UNKNOWN_STEP, Int32Array, Int64Array

_NOBODY: Int64Array = np.empty(0, np.int64)


class Tally:
    """Exposures of phrases in one range.

    Parameters
    ----------
    n_phrases : int
        Phrases are numbered below this.
    checkpoints : array of int64
        Ascending; bin b holds the steps from ``checkpoints[b - 1]`` to ``checkpoints[b] - 1``. The last one
        is not below the end of the training window.
    n_places : int
        First places kept of each phrase, at least one.
    """

    def __init__(self, n_phrases: int, checkpoints: Int64Array, n_places: int) -> None:
        self.checkpoints = checkpoints
        self.n_places = n_places
        self._sums = np.zeros((n_phrases, N_COLUMNS), np.int64)
        self._bins = new_bins(n_phrases, len(checkpoints))
        self._places: PlacePool = new_pool(n_phrases)
        self._counts = new_counts(n_phrases)

    def add(self, matches: Matches, first_sequence: int, visits: Visits) -> None:
        """Count the occurrences found in a block; see `add_runs`."""
        self.add_runs(MatchRuns(*matches, np.empty(0, np.int32)), first_sequence, visits)

    def add_runs(self, runs: MatchRuns, first_sequence: int, visits: Visits) -> None:
        """Count the occurrences found in a block.

        Parameters
        ----------
        runs : MatchRuns
            Rows count from the block's first sequence.
        first_sequence : int
            Corpus-wide number of that sequence.
        visits : Visits
            The steps of the block's sequences.
        """
        if not len(runs.phrase):
            return
        visits, n_counted = as_counted(visits), 0
        n_visits = np.diff(visits.offsets)
        self._counts = with_room_for_visits(self._counts, int(n_visits.max(initial=1)))
        while n_counted < len(runs.phrase):
            self._make_room(runs, n_counted, int(n_visits[runs.row[n_counted]]))
            n_counted = self._count(runs, n_counted, first_sequence, visits)

    def _close(self, phrases: Int64Array) -> None:
        """Add to the sums what is counted, and to the table the open bins of some phrases."""
        runs = MatchRuns(*new_matches(0), np.empty(0, np.int32))
        self._count(
            runs, 0, 0, as_counted(Visits(np.zeros(1, np.int64), _NOBODY)), is_last=True, to_close=phrases
        )

    def _count(
        self,
        runs: MatchRuns,
        first: int,
        first_sequence: int,
        visits: Visits,
        *,
        is_last: bool = False,
        to_close: Int64Array = _NOBODY,
    ) -> int:
        with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
            return count_exposures(
                self._sums, self._bins, self._places, self._counts, self.n_places,
                runs, first, first_sequence, visits, self.checkpoints, is_last, to_close,
            )  # fmt: skip

    def _make_room(self, runs: MatchRuns, k: int, n_visits: int) -> None:
        """Make room for the bins of the step that is open, and for the places that number `k` may keep."""
        self._bins = grown_bins(self._bins, n_open_bins(self._counts))
        n_times = min(int(runs.times[k]), self.n_places) if len(runs.times) else 1
        n_kept = int(self._sums[runs.phrase[k], N_PLACES])
        self._places = grown_pool(self._places, n_kept + n_times * n_visits)

    def rows(self, unit: str, alone: Mapping[int, list[dict[str, object]]] | None = None) -> pa.Table:
        """Return the rows of the partial: one for each phrase seen, ordered by phrase.

        Parameters
        ----------
        unit : str
            What the phrases were looked for in.
        alone : mapping, optional
            By phrase, what this unit found and the other did not; see `UnitDifferences.alone`.
        """
        alone = alone or {}
        n_bins = len(self.checkpoints)
        self._bins = grown_bins(self._bins, n_open_bins(self._counts))
        self._close(_NOBODY)
        seen = np.flatnonzero(self._sums[:, SEQUENCES])
        self._bins = grown_bins(self._bins, len(seen))
        self._close(seen)
        place_offsets, places = first_places(self._sums, self._places, seen)
        first = place_offsets[:-1]
        keys, bin_count = nonzero_bins(self._bins)
        bin_offsets = np.append(np.searchsorted(keys, seen * n_bins), len(keys)).astype(np.int32)
        return pa.table(
            {
                "unit": pa.repeat(pa.scalar(unit), len(seen)),
                "phrase_id": seen.astype(np.int32),
                "exposure_count": self._sums[seen, EXPOSURES].astype(np.uint64),
                "sequence_count": self._sums[seen, SEQUENCES].astype(np.uint64),
                "first_step": _steps(places.step[first]),
                "first_sequence": places.sequence[first],
                "first_offset": places.token_offset[first],
                "last_step": _steps(self._sums[seen, LAST_STEP] - 1),
                "bins": _lists(
                    bin_offsets,
                    SCHEMA.field("bins").type,
                    [self.checkpoints[keys % n_bins], bin_count],
                ),
                "places": _lists(
                    place_offsets,
                    SCHEMA.field("places").type,
                    [_steps(places.step), places.sequence, places.token_offset, places.n_tokens],
                ),
                "alone": pa.array(
                    [alone.get(phrase, []) for phrase in seen.tolist()], SCHEMA.field("alone").type
                ),
            },
            schema=SCHEMA,
        )


def prepare_tally() -> None:
    """Have the kernels compiled."""
    one = np.ones(1, np.int64)
    tally = Tally(1, one, 1)
    nothing = Matches(np.zeros(1, np.int32), 0 * one, np.zeros(1, np.int32), np.ones(1, np.int32))
    tally.add(nothing, 0, Visits(np.array([0, 1], np.int64), 0 * one))
    tally.rows("tokens")
    add_visited_tokens(0 * one, one, one[:0], as_counted(Visits(0 * one, one[:0])))


def _steps(steps: Int64Array) -> pa.Array:
    return pa.array(steps, mask=steps == UNKNOWN_STEP)


def _lists(offsets: Int32Array, kind: pa.DataType, columns: list[Any]) -> pa.Array:
    values = pa.StructArray.from_arrays(
        [pa.array(column) for column in columns], fields=list(kind.value_type)
    )
    return pa.ListArray.from_arrays(offsets, values, type=kind)
