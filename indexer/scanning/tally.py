"""Counts exposures: occurrences and the visits of their sequences go in, the rows of a partial come out.

Sequences come in ascending order, steps in any order. Memory is bounded by phrases and bins, not by
occurrences: what cannot be among a phrase's first places is dropped as it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from indexer.corpus.orders.order import Visits
from indexer.matching.matches import Matches
from indexer.partials import SCHEMA
from indexer.units import UNKNOWN_STEP, Int32Array, Int64Array, Uint64Array

_NO_STEP_YET = np.iinfo(np.int64).max
_PENDING_PLACES = 1 << 18
_PENDING_KEYS = 1 << 22
_MAX_DENSE_CELLS = 1 << 20


@dataclass(frozen=True)
class Grid:
    """Which bin a step falls into.

    Attributes
    ----------
    checkpoints : array of int64
        Ascending; bin b holds the steps from ``checkpoints[b - 1]`` to ``checkpoints[b] - 1``. The last one
        is not below the end of the training window.
    """

    checkpoints: Int64Array

    def bins(self, steps: Int64Array) -> Int64Array:
        """Return the bin of each step: the first checkpoint that has seen it."""
        return np.searchsorted(self.checkpoints, steps, side="right")


class Tally:
    """Exposures of phrases in one shard range.

    Parameters
    ----------
    n_phrases : int
        Phrases are numbered below this.
    grid : Grid
        The bins.
    n_places : int
        First places kept of each phrase.
    """

    def __init__(self, n_phrases: int, grid: Grid, n_places: int) -> None:
        self.grid = grid
        self.n_places = n_places
        self.counts: Uint64Array = np.zeros(n_phrases, np.uint64)
        self.last_step: Int64Array = np.full(n_phrases, UNKNOWN_STEP, np.int64)
        self._last_wanted_step: Int64Array = np.full(n_phrases, _NO_STEP_YET, np.int64)
        self._bins = _BinCounts(n_phrases, len(grid.checkpoints))
        self._places: list[Places] = []
        self._n_pending = 0

    def add(self, matches: Matches, first_sequence: int, visits: Visits) -> None:
        """Count the occurrences found in a block.

        Parameters
        ----------
        matches : Matches
            Rows count from the block's first sequence.
        first_sequence : int
            Corpus-wide number of that sequence.
        visits : Visits
            The steps of the block's sequences.
        """
        if not len(matches.phrase):
            return
        exposures = _expose(matches, first_sequence, visits)
        if not len(exposures.phrase):
            return
        np.add.at(self.counts, exposures.phrase, np.uint64(1))
        np.maximum.at(self.last_step, exposures.phrase, exposures.step)
        if exposures.step[0] != UNKNOWN_STEP:
            self._bins.add(exposures.phrase, self.grid.bins(exposures.step))
        # A place later than a phrase's K-th first one cannot matter; an equal step still can.
        wanted = exposures.step <= self._last_wanted_step[exposures.phrase]
        if wanted.any():
            self._places.append(exposures.take(np.flatnonzero(wanted)))
            self._n_pending += int(wanted.sum())
            if self._n_pending > _PENDING_PLACES:
                self._keep_first_places()

    def _keep_first_places(self) -> Places:
        if not self._places:
            return Places.none()
        places = Places.joined(self._places).first(self.n_places)
        # A phrase with all its K places wants no step beyond the K-th one.
        per_phrase = np.bincount(places.phrase)
        complete = per_phrase[places.phrase] >= self.n_places
        last_of_phrase = np.append(places.phrase[1:] != places.phrase[:-1], True) & complete
        self._last_wanted_step[places.phrase[last_of_phrase]] = places.step[last_of_phrase]
        self._places = [places]
        self._n_pending = 0
        return places

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
        places = self._keep_first_places()
        seen = np.flatnonzero(self.counts).astype(np.int32)
        first = np.searchsorted(places.phrase, seen)
        place_offsets = np.append(first, len(places.phrase)).astype(np.int32)
        bin_phrase, bin_number, bin_count = self._bins.nonzero()
        bin_offsets = np.append(np.searchsorted(bin_phrase, seen), len(bin_phrase)).astype(np.int32)
        return pa.table(
            {
                "unit": pa.repeat(pa.scalar(unit), len(seen)),
                "phrase_id": seen,
                "exposure_count": self.counts[seen],
                "first_step": _steps(places.step[first]),
                "first_sequence": places.sequence[first],
                "first_offset": places.token_offset[first],
                "last_step": _steps(self.last_step[seen]),
                "bins": _lists(
                    bin_offsets,
                    SCHEMA.field("bins").type,
                    [self.grid.checkpoints[bin_number], bin_count],
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


@dataclass(frozen=True)
class Places:
    """Exposures as columns, one entry each."""

    phrase: Int32Array
    step: Int64Array
    sequence: Int64Array
    token_offset: Int32Array
    n_tokens: Int32Array

    @staticmethod
    def none() -> Places:
        """Return no exposures."""
        small, large = np.empty(0, np.int32), np.empty(0, np.int64)
        return Places(small, large, large, small, small)

    @staticmethod
    def joined(parts: list[Places]) -> Places:
        """Return all exposures of several."""
        return Places(
            np.concatenate([part.phrase for part in parts]),
            np.concatenate([part.step for part in parts]),
            np.concatenate([part.sequence for part in parts]),
            np.concatenate([part.token_offset for part in parts]),
            np.concatenate([part.n_tokens for part in parts]),
        )

    def take(self, chosen: Int64Array) -> Places:
        """Return the chosen entries."""
        return Places(
            self.phrase[chosen],
            self.step[chosen],
            self.sequence[chosen],
            self.token_offset[chosen],
            self.n_tokens[chosen],
        )

    def first(self, n: int) -> Places:
        """Return the first `n` of each phrase by (step, sequence, token offset, tokens), ordered so.

        They must come ordered by (sequence, token offset, tokens) within a step of a phrase, as they do when
        sequences are added in ascending order.
        """
        order = np.lexsort((self.step, self.phrase))  # stable; by all five columns it took 2.5 times as long
        phrase = self.phrase[order]
        opens = np.append(True, phrase[1:] != phrase[:-1])
        rank = np.arange(len(phrase)) - np.maximum.accumulate(np.where(opens, np.arange(len(phrase)), 0))
        return self.take(order[rank < n])


class _BinCounts:
    """Exposure counts by phrase and bin: a dense array while that is small, else sorted pairs."""

    def __init__(self, n_phrases: int, n_bins: int) -> None:
        self.n_bins = n_bins
        self._dense: Uint64Array | None = None
        if n_phrases * n_bins <= _MAX_DENSE_CELLS:
            self._dense = np.zeros(n_phrases * n_bins, np.uint64)
        self._keys: Int64Array = np.empty(0, np.int64)
        self._counts: Uint64Array = np.empty(0, np.uint64)
        self._pending: list[Int64Array] = []
        self._n_pending = 0

    def add(self, phrase: Int32Array, bin_number: Int64Array) -> None:
        keys = phrase.astype(np.int64) * self.n_bins + bin_number
        if self._dense is not None:
            np.add.at(self._dense, keys, np.uint64(1))
            return
        self._pending.append(keys)
        self._n_pending += len(keys)
        if self._n_pending > _PENDING_KEYS:
            self._merge()

    def _merge(self) -> None:
        new, new_counts = np.unique(np.concatenate(self._pending), return_counts=True)
        keys, where = np.unique(np.concatenate([self._keys, new]), return_inverse=True)
        counts = np.zeros(len(keys), np.uint64)
        np.add.at(counts, where, np.concatenate([self._counts, new_counts.astype(np.uint64)]))
        self._keys, self._counts = keys, counts
        self._pending, self._n_pending = [], 0

    def nonzero(self) -> tuple[Int64Array, Int64Array, Uint64Array]:
        """Return phrase, bin and count of every bin with exposures, ordered."""
        if self._dense is not None:
            keys = np.flatnonzero(self._dense)
            return keys // self.n_bins, keys % self.n_bins, self._dense[keys]
        if self._pending:
            self._merge()
        return self._keys // self.n_bins, self._keys % self.n_bins, self._counts


def _expose(matches: Matches, first_sequence: int, visits: Visits) -> Places:
    """Repeat each occurrence for every visit of its sequence."""
    n_visits = np.diff(visits.offsets)[matches.row]
    which = np.repeat(np.arange(len(matches.phrase)), n_visits)
    visit = np.arange(len(which)) - np.repeat(np.cumsum(n_visits) - n_visits, n_visits)
    row = matches.row[which]
    return Places(
        matches.phrase[which],
        visits.steps[visits.offsets[row] + visit],
        first_sequence + row,
        matches.token_offset[which],
        matches.n_tokens[which],
    )


def _steps(steps: Int64Array) -> pa.Array:
    return pa.array(steps, mask=steps == UNKNOWN_STEP)


def _lists(offsets: Int32Array, kind: pa.DataType, columns: list[Any]) -> pa.Array:
    values = pa.StructArray.from_arrays(
        [pa.array(column) for column in columns], fields=list(kind.value_type)
    )
    return pa.ListArray.from_arrays(offsets, values, type=kind)
