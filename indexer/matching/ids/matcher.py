"""Finds phrases as runs of token ids: the shell around the kernels."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from indexer.matching.blocks import checked_block, read_only
from indexer.matching.borders import neighbour_table, no_neighbours
from indexer.matching.ids.kernels.automaton import build_automaton
from indexer.matching.ids.kernels.prefilter import PairFilter
from indexer.matching.ids.kernels.windows import new_room, search_of_types
from indexer.matching.ids.pattern_table import pattern_table
from indexer.matching.ids.prefilter import build_filter
from indexer.matching.ids.search import find_all, room_for
from indexer.matching.matcher import SAMPLE_TOKENS, Matches, OnRows
from indexer.matching.scratch import Rooms
from indexer.patterns import IdPatterns
from indexer.units import Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_rooms = Rooms(new_room)
_NOWHERE = read_only(np.zeros(0, np.int64))


class _Filter(NamedTuple):
    """The filter for ids of one type, on how many ids it was chosen, and the search compiled for it."""

    n_sampled: int
    anchors: PairFilter
    search: Callable[..., tuple[int, int]]


class TokenMatcher:
    """Finds every occurrence of token-id patterns. Its tables are read-only: threads may share one.

    Parameters
    ----------
    patterns : IdPatterns
        What to look for.
    vocabulary : TokenBytes or None
        The bytes of every id. Without it no border can be tested.
    boundary : {"word", "none"}
        ``word``: neither the character before an occurrence nor the one after may be a letter, digit or mark,
        whatever tokens they lie in; of marks before it the character tells that they belong to. Sequence ends
        and special ids are borders; a pattern whose text begins with white space brings its own left border.
    possessive : {"include", "exclude"}
        ``exclude``: no 's or ’s that ends at a word end may follow.

    Raises
    ------
    ConfigError
        A border rule without a vocabulary.
    InputError
        A pattern that can never occur.
    """

    def __init__(
        self,
        patterns: IdPatterns,
        vocabulary: TokenBytes | None,
        *,
        boundary: str,
        possessive: str,
    ) -> None:
        self._patterns = IdPatterns(
            np.ascontiguousarray(patterns.ids, np.uint32),
            np.ascontiguousarray(patterns.offsets, np.int64),
            patterns.phrase,
        )
        table = pattern_table(patterns, vocabulary, boundary=boundary, possessive=possessive)
        self._neighbours = no_neighbours() if vocabulary is None else neighbour_table(vocabulary)
        self._automaton, order = build_automaton(self._patterns.ids, self._patterns.offsets)
        self._reported = table[order]
        self._filters: dict[int, _Filter] = {}
        self._building = threading.Lock()

    def find(
        self, ids: TokenIds, starts: Int64Array, stops: Int64Array, on_rows: OnRows | None = None
    ) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``.

        Parameters
        ----------
        ids : array of uint16 or uint32, shape (n_ids,)
            Token ids; never written to.
        starts, stops : array of int64, shape (n_sequences,)
            Half-open range of each sequence; ranges may overlap.
        on_rows : OnRows, optional
            Told of some sequences after the other, each time they were searched.

        Returns
        -------
        Matches
            Ordered by (row, token_offset, phrase). A phrase has one occurrence a place, the shortest
            if several forms of it begin there. Leading ids that spell only white space are not part of it.
        """
        ids, starts, stops = checked_block(ids, starts, stops)
        _, anchors, search = self._filter_for(ids)
        with _rooms.taken() as between:
            return find_all(
                lambda row, last, found: search(
                    self._automaton, anchors, ids, starts[:last], stops[:last], row, found, between
                ),
                self._reported,
                self._neighbours,
                ids,
                starts,
                stops,
                on_rows,
            )

    def prepare(self, sample: TokenIds) -> None:
        """Build the filter for streams like the sample, and compile the kernels; see `Matcher.prepare`."""
        sample = sample[:SAMPLE_TOKENS]
        self.find(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))

    def _filter_for(self, ids: TokenIds) -> _Filter:
        """Return the filter for ids of this type, built on the first block of the stream.

        It is built once more if the first block was small and a much larger one comes.
        """
        width = ids.dtype.itemsize
        prepared = self._filters.get(width)
        if prepared is not None and not _too_small(prepared.n_sampled, len(ids)):
            return prepared
        with self._building:
            prepared = self._filters.get(width)
            if prepared is None or _too_small(prepared.n_sampled, len(ids)):
                sample = read_only(ids[:SAMPLE_TOKENS])
                anchors = build_filter(self._patterns, sample)
                with _rooms.taken() as room:
                    search = search_of_types(
                        self._automaton, anchors, sample, _NOWHERE, _NOWHERE, 0, room_for(0), room
                    )
                prepared = self._filters[width] = _Filter(len(sample), anchors, search)
        return prepared


def _too_small(sampled: int, n_ids: int) -> bool:
    return sampled < SAMPLE_TOKENS // 16 and n_ids >= 16 * max(sampled, 1024)
