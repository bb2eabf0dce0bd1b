"""Counts exposures: occurrences and the visits of their sequences go in, the rows of a partial come out.

Sequences come in ascending order, steps in any order. Memory is bounded by phrases and bins, not by
occurrences: what cannot be among a phrase's first places is dropped as it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from indexer.corpus.orders.order import Visits
from indexer.matching.matcher import Matches
from indexer.partials import SCHEMA
from indexer.scanning.kernels.exposures import EXPOSURES, LAST_STEP, LAST_WANTED, Places, count_exposures
from indexer.scanning.kernels.visited import add_visited_tokens
from indexer.scanning.places import copied_places, first_places, joined_places, no_places
from indexer.scanning.visit_cache import as_counted
from indexer.units import UNKNOWN_STEP, Int32Array, Int64Array, Uint64Array

_NO_STEP_YET = np.iinfo(np.int64).max
_PENDING_PLACES = 1 << 12
_PENDING_KEYS = 1 << 22
_MAX_DENSE_CELLS = 1 << 20


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
        First places kept of each phrase.
    """

    def __init__(self, n_phrases: int, checkpoints: Int64Array, n_places: int) -> None:
        self.checkpoints = checkpoints
        self.n_places = n_places
        self._counts = np.zeros((n_phrases, 3), np.int64)
        self._counts[:, LAST_STEP] = UNKNOWN_STEP
        self._counts[:, LAST_WANTED] = _NO_STEP_YET
        self._bins = _BinCounts(n_phrases, len(checkpoints))
        self._places: list[Places] = []
        self._n_pending = 0
        self._most_pending = _PENDING_PLACES

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
        keys, wanted = count_exposures(
            self._counts, matches, first_sequence, as_counted(visits), self.checkpoints
        )
        if len(keys):
            self._bins.add(keys)
        if len(wanted.phrase):
            self._places.append(copied_places(wanted))
            self._n_pending += len(wanted.phrase)
            if self._n_pending > self._most_pending:
                self._keep_first_places()

    def _keep_first_places(self) -> Places:
        if not self._places:
            return no_places()
        places = first_places(joined_places(self._places), self.n_places)
        # A phrase with all its K places wants no step beyond the K-th one.
        per_phrase = np.bincount(places.phrase)
        complete = per_phrase[places.phrase] >= self.n_places
        last_of_phrase = np.append(places.phrase[1:] != places.phrase[:-1], True) & complete
        self._counts[places.phrase[last_of_phrase], LAST_WANTED] = places.step[last_of_phrase]
        self._places = [places]
        self._n_pending = 0
        self._most_pending = max(_PENDING_PLACES, len(places.phrase))
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
        seen = np.flatnonzero(self._counts[:, EXPOSURES]).astype(np.int32)
        first = np.searchsorted(places.phrase, seen)
        place_offsets = np.append(first, len(places.phrase)).astype(np.int32)
        bin_phrase, bin_number, bin_count = self._bins.nonzero()
        bin_offsets = np.append(np.searchsorted(bin_phrase, seen), len(bin_phrase)).astype(np.int32)
        return pa.table(
            {
                "unit": pa.repeat(pa.scalar(unit), len(seen)),
                "phrase_id": seen,
                "exposure_count": self._counts[seen, EXPOSURES].astype(np.uint64),
                "first_step": _steps(places.step[first]),
                "first_sequence": places.sequence[first],
                "first_offset": places.token_offset[first],
                "last_step": _steps(self._counts[seen, LAST_STEP]),
                "bins": _lists(
                    bin_offsets,
                    SCHEMA.field("bins").type,
                    [self.checkpoints[bin_number], bin_count],
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
    nothing = Matches(np.empty(0, np.int32), one[:0], np.empty(0, np.int32), np.empty(0, np.int32))
    never = as_counted(Visits(0 * one, one[:0]))
    count_exposures(Tally(1, one, 1)._counts, nothing, 0, never, one)
    add_visited_tokens(0 * one, one, one[:0], never)


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

    def add(self, keys: Int64Array) -> None:
        """Count one exposure for each key, ``phrase * n_bins + bin``."""
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


def _steps(steps: Int64Array) -> pa.Array:
    return pa.array(steps, mask=steps == UNKNOWN_STEP)


def _lists(offsets: Int32Array, kind: pa.DataType, columns: list[Any]) -> pa.Array:
    values = pa.StructArray.from_arrays(
        [pa.array(column) for column in columns], fields=list(kind.value_type)
    )
    return pa.ListArray.from_arrays(offsets, values, type=kind)
