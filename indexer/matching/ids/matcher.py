"""Finds phrases as runs of token ids: the shell around the kernels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from indexer.matching.blocks import checked_block, read_only
from indexer.matching.borders import neighbour_table, no_neighbours
from indexer.matching.ids.fastest import Fastest, fastest_search, search_nothing
from indexer.matching.ids.kernels.automaton import Automaton, build_automaton
from indexer.matching.ids.kernels.prefilter import IdPrefilter
from indexer.matching.ids.kernels.single_ids import SingleIds
from indexer.matching.ids.kernels.traversal import new_batch
from indexer.matching.ids.kernels.unfiltered import search_stretches
from indexer.matching.ids.kernels.verify import SKIP
from indexer.matching.ids.kernels.windows import Scratch, new_scratch
from indexer.matching.ids.pattern_table import pattern_table
from indexer.matching.ids.prefilter import build_prefilter
from indexer.matching.ids.runs_of_one_id import add_rules_of_runs, counted_together
from indexer.matching.ids.search import Patterns, Search, find_all, find_runs
from indexer.matching.ids.single_ids import frequent_singles, single_ids
from indexer.matching.kernels.block import Block
from indexer.matching.kernels.matches import MatchRuns
from indexer.matching.matcher import SAMPLE_TOKENS, Matches
from indexer.matching.sampled import BuiltFromSample
from indexer.matching.scratch import ScratchPool
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.patterns import IdPatterns, select
from indexer.units import BoolArray, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_scratch, _batches = ScratchPool(new_scratch), ScratchPool(new_batch)


class Prepared(NamedTuple):
    """How streams like a sample are searched.

    Attributes
    ----------
    fastest : Fastest
        What searches for the patterns.
    patterns : Patterns
        What is known of them.
    """

    fastest: Fastest
    patterns: Patterns

    @property
    def singles(self) -> SingleIds | None:
        """The patterns of one id, where a table answers them."""
        return self.patterns.singles


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
    unbounded : array of bool, optional
        By phrase number: whose occurrences keep no border rule, as they are ids and no text. Phrases beyond
        the array keep the rules.

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
        vocabulary: TokenBytes | VocabularyTables | None,
        *,
        boundary: str,
        possessive: str,
        unbounded: BoolArray | None = None,
    ) -> None:
        self._patterns = IdPatterns(
            np.ascontiguousarray(patterns.ids, np.uint32),
            np.ascontiguousarray(patterns.offsets, np.int64),
            patterns.phrase,
        )
        tables = None if vocabulary is None else tables_of(vocabulary)
        table = pattern_table(patterns, tables, boundary=boundary, possessive=possessive, unbounded=unbounded)
        self._neighbours = no_neighbours() if tables is None else tables.made_by(neighbour_table)
        add_rules_of_runs(table, self._patterns, self._neighbours)
        self._automaton, order = build_automaton(self._patterns.ids, self._patterns.offsets)
        self._order = order.astype(np.int32)
        self._reported = table[order]
        self._prepared = BuiltFromSample(self._prepare, SAMPLE_TOKENS)

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of the sequences ``ids[starts:stops]``.

        Parameters are those of `Matcher.find`; nothing is written to them.

        Returns
        -------
        Matches
            Ordered by (row, token_offset, phrase). A phrase has one occurrence a place, the shortest
            if several forms of it begin there. Leading ids that spell only white space are not part of it.
        """
        block = checked_block(ids, starts, stops)
        fastest, patterns = self._prepared.for_block(*block)
        with _scratch.lend() as scratch:
            return find_all(_search_of(fastest, block, scratch), patterns, block)

    def find_runs(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Iterator[MatchRuns]:
        """Yield the same occurrences, to be counted; see `RunFinder.find_runs`."""
        block = checked_block(ids, starts, stops)
        fastest, patterns = self._prepared.for_block(*block)
        with _scratch.lend() as scratch:
            yield from find_runs(_search_of(fastest, block, scratch), patterns, block, in_order=False)

    def find_within(self, block: Block, row: Int64Array, begin: Int64Array, end: Int64Array) -> Matches:
        """Return the occurrences that lie wholly inside one of some stretches of sequences.

        Nothing is filtered, the automaton reads every id: in short stretches that is sooner done. Borders are
        those that the sequences have.

        Parameters
        ----------
        block : Block
            The sequences.
        row, begin, end : array of int64, shape (n_stretches,)
            The sequence of each stretch, and its ids from the start of that, half-open; in order and apart.
        """
        origins = read_only(block.starts[row])
        rows = Block(block.ids, origins, read_only(block.stops[row]))
        stretches = Block(block.ids, read_only(origins + begin), read_only(origins + end))
        with _batches.lend() as batch:
            found = find_all(
                lambda k, hits: search_stretches(self._automaton, stretches, origins, k, hits, batch),
                self.reported,
                rows,
            )
        return found._replace(row=row[found.row])

    def prepare(self, sample: TokenIds) -> None:
        """Build the filter for streams like the sample, and compile the kernels; see `Matcher.prepare`."""
        sample = sample[:SAMPLE_TOKENS]
        self.find(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))

    @property
    def n_patterns(self) -> int:
        """Number of patterns."""
        return len(self._patterns.phrase)

    @property
    def n_leading(self) -> int:
        """The most ids of white space that a pattern begins with: they stand before its occurrence."""
        return int(self._reported[:, SKIP].max(initial=0))

    @property
    def reported(self) -> Patterns:
        """What is known of all patterns, in the order of their automaton."""
        return Patterns(self._reported, self._neighbours, counted_together(self._reported))

    @property
    def automaton(self) -> Automaton:
        """The automaton of the patterns."""
        return self._automaton

    def prefilter_of(self, sample: TokenIds) -> IdPrefilter:
        """Return the prefilter that streams like the sample are searched with, to look at."""
        return self.prepared_for(sample).fastest.prefilter

    def prepared_for(self, sample: TokenIds) -> Prepared:
        """Return how streams like the sample are searched."""
        nowhere = np.zeros(0, np.int64)
        return self._prepared.for_block(sample, nowhere, nowhere)

    def _prepare(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Prepared:
        sample = read_only(ids[:SAMPLE_TOKENS])
        patterns, automaton, reported, singles = self._patterns, self._automaton, self._reported, None
        alone = frequent_singles(patterns, sample)
        if alone.any():
            table = np.empty_like(reported)
            table[self._order] = reported
            of_one = patterns.ids[patterns.offsets[:-1][alone]]
            singles = single_ids(of_one, table[alone], self._neighbours)
            patterns = select(patterns, ~alone)
            automaton, order = build_automaton(patterns.ids, patterns.offsets)
            reported = table[~alone][order]
        prefilter = build_prefilter(patterns, sample)
        fastest = Fastest(search_nothing, prefilter.keys.way, prefilter)
        if len(patterns.phrase):
            with _scratch.lend() as scratch:
                fastest = fastest_search(automaton, prefilter, sample, scratch)
        return Prepared(fastest, Patterns(reported, self._neighbours, counted_together(reported), singles))


def _search_of(fastest: Fastest, block: Block, scratch: Scratch) -> Search:
    return lambda row, hits: fastest.search(block, row, hits, scratch)
