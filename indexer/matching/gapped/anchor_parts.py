"""Finds parts of gapped patterns as runs of ids, the frequent ones only beside a rare one.

A part such as "no" stands everywhere. Every pattern is looked for from its rarest part, its anchor: only the
anchors are searched for in the whole stream, together with the phrases; the other parts in the stretches
around them that their patterns can reach.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.matching.blocks import checked_block
from indexer.matching.gapped.kernels.anchors import (
    ONE_ID,
    SUFFIX_WORDS,
    TWO_IDS,
    AnchorTable,
    Side,
    stretches_around,
    suffix_bits,
)
from indexer.matching.gapped.kernels.join import measure_parts
from indexer.matching.gapped.kernels.tables import GapTable, Sizes
from indexer.matching.gapped.parts import merged, partition, parts_in_ids
from indexer.matching.ids.keys import set_of_keys
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.kernels.block import Block
from indexer.matching.matcher import SAMPLE_TOKENS, Matches, concatenate, ordered
from indexer.matching.sampled import BuiltFromSample
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.patterns import IdPatterns, select
from indexer.units import BoolArray, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes


class _Chosen(NamedTuple):
    """What was chosen on a sample: what finds phrases and longer anchor parts, and the table of anchors."""

    matcher: TokenMatcher
    table: AnchorTable


class AnchorParts:
    """Finds all phrases, and those occurrences of parts that a gapped pattern may need.

    What it leaves out is in reach of no anchor, so `GappedMatcher` finds the same as if it were there.

    Parameters
    ----------
    patterns : IdPatterns
        The phrases, and the forms of the parts, whose numbers begin with `first_part`.
    first_part : int
        Phrase numbers from here on are parts.
    gaps : GapTable
        Which parts belong together.
    vocabulary : TokenBytes or None
        The bytes of every id.
    boundary, possessive, unbounded
        As of `TokenMatcher`.
    """

    def __init__(
        self,
        patterns: IdPatterns,
        first_part: int,
        gaps: GapTable,
        *,
        vocabulary: TokenBytes | VocabularyTables | None,
        boundary: str,
        possessive: str,
        unbounded: BoolArray | None = None,
    ) -> None:
        self._tables = None if vocabulary is None else tables_of(vocabulary)
        self._boundary, self._possessive, self._unbounded = boundary, possessive, unbounded
        self._first_part = first_part
        self._gaps = gaps
        self._n_parts = int(self._gaps.part.max(initial=-1)) + 1
        self._patterns, self._part = patterns, patterns.phrase - np.int32(first_part)
        self._is_part = (self._part >= 0) & (self._part < self._n_parts)
        self._forms = select(patterns._replace(phrase=self._part), self._is_part)
        self._parts = TokenMatcher(self._forms, self._tables, boundary=boundary, possessive=possessive)
        lengths = np.diff(self._forms.offsets)
        nothing = np.zeros(len(lengths), np.int32)
        forms = Matches(self._forms.phrase, np.arange(len(lengths)), nothing, lengths.astype(np.int32))
        self._sizes = Sizes(np.zeros(self._n_parts, np.int64), np.zeros(self._n_parts, np.int64))
        measure_parts(
            self._gaps.words_of_id,
            parts_in_ids(forms, self._forms.ids, self._forms.offsets[:-1]),
            self._sizes,
        )
        self._chosen = BuiltFromSample(self._choose, SAMPLE_TOKENS)

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``; see `Matcher.find`."""
        phrases, parts = self.find_partitioned(ids, starts, stops)
        parts = parts._replace(phrase=parts.phrase + np.int32(self._first_part))
        return ordered(concatenate([phrases, parts]))

    def find_partitioned(
        self, ids: TokenIds, starts: Int64Array, stops: Int64Array
    ) -> tuple[Matches, Matches]:
        """Return those of phrases, and those of parts, which are numbered from 0; both are in order."""
        block = checked_block(ids, starts, stops)
        chosen = self._chosen.for_block(*block)
        found = chosen.matcher.find(*block)
        phrases, anchors = partition(found, self._first_part, self._n_parts)
        with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
            stretches = merged(*stretches_around(chosen.table, anchors, *block).T)
        return phrases, self._parts.find_within(block, *stretches)

    def matcher_for(self, sample: TokenIds) -> TokenMatcher:
        """Return what finds phrases and anchor parts of several ids in streams like the sample."""
        whole = checked_block(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))
        return self._chosen.for_block(*whole).matcher

    def prepare(self, sample: TokenIds) -> None:
        """Choose the anchors and prepare what looks for them; see `Matcher.prepare`."""
        self.matcher_for(sample).prepare(sample)

    def _choose(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> _Chosen:
        n_rows = max(1, int(np.searchsorted(np.cumsum(stops - starts), SAMPLE_TOKENS)))
        begin, end = np.zeros(len(starts), np.int64), stops - starts
        rows = np.arange(len(starts))[:n_rows]
        sample = self._parts.find_within(Block(ids, starts, stops), rows, begin[:n_rows], end[:n_rows])
        counts = np.bincount(sample.phrase, minlength=self._n_parts)
        gaps = self._gaps
        places = np.array(
            [
                first + np.argsort(counts[gaps.part[first:stop]], kind="stable")[:2]
                for first, stop in zip(gaps.offsets[:-1].tolist(), gaps.offsets[1:].tolist(), strict=True)
            ],
            np.int64,
        ).reshape(-1, 2)
        is_anchor = np.zeros(self._n_parts + 1, np.bool_)
        is_anchor[gaps.part[places[:, 0]]] = True
        anchored = self._is_part & is_anchor[np.where(self._is_part, self._part, -1)]
        is_single = np.diff(self._patterns.offsets) == 1
        matcher = TokenMatcher(
            select(self._patterns, (self._part < 0) | (anchored & ~is_single)),
            self._tables,
            boundary=self._boundary,
            possessive=self._possessive,
            unbounded=self._unbounded,
        )
        single = select(self._patterns, anchored & is_single)
        by_id = np.argsort(single.ids, kind="stable")
        tokens = single.ids[by_id].astype(np.int64)
        table = AnchorTable(
            left=self._side(places, -1),
            right=self._side(places, 1),
            words_of_id=gaps.words_of_id,
            n_leading=self._parts.n_leading,
            keys=set_of_keys(single.ids, ids[:SAMPLE_TOKENS]),
            offsets=np.searchsorted(tokens, np.arange(int(tokens.max(initial=-1)) + 3)),
            part=single.phrase[by_id] - np.int32(self._first_part),
        )
        return _Chosen(matcher, table)

    def _side(self, places: Int64Array, step: int) -> Side:
        """Return what lies to the left (`step` -1) or to the right (1) of the anchors.

        `places` holds for each pattern the place of its rarest part, the anchor, and that of the next rarest.
        """
        gaps, n = self._gaps, self._n_parts
        side = Side(
            ids=np.zeros(n, np.int64),
            words=np.full(n, -1, np.int64),
            outermost=np.zeros(n, np.int64),
            suffixes=np.zeros((n, SUFFIX_WORDS), np.uint64),
        )
        for pattern, anchor in enumerate(places[:, 0].tolist()):
            n_ids = n_words = 0
            end = int(gaps.offsets[pattern] if step < 0 else gaps.offsets[pattern + 1] - 1)
            for place in range(anchor, end, step):
                gap, other = (place if step < 0 else place + 1), gaps.part[place + step]
                most = int(gaps.most[gap])
                n_ids += most + int(self._sizes.ids[other])
                n_words += most if gaps.in_words[gap] else most * gaps.most_words_of_id
                n_words += int(self._sizes.words[other]) if place + step != end else 0
            part = gaps.part[anchor]
            if gaps.by_words[pattern] and end != anchor:
                side.words[part] = max(side.words[part], n_words)
                side.outermost[part] = max(side.outermost[part], self._sizes.ids[gaps.part[end]])
            elif end != anchor:
                side.ids[part] = max(side.ids[part], n_ids)
        beside = places[(places[:, 1] - places[:, 0]) * step > 0]
        self._enter_suffixes(side, *gaps.part[beside].T)
        return side

    def _enter_suffixes(self, side: Side, anchor: Int64Array, companion: Int64Array) -> None:
        """Enter with which ids each form of a companion ends.

        The last ids of a part lie where it stands; the first ones, of white space, are no part of it.
        """
        forms = self._forms
        part, last = forms.phrase, forms.ids[forms.offsets[1:] - 1].astype(np.uint64)
        is_single = np.diff(forms.offsets) == 1
        before = np.where(is_single, 0, forms.ids[forms.offsets[1:] - 2].astype(np.uint64))
        with np.errstate(over="ignore"):  # hashes wrap
            word, bits = suffix_bits((before << np.uint64(32)) | last)
        word = word.astype(np.int64) + np.where(is_single, ONE_ID, TWO_IDS)
        by_part = np.argsort(part, kind="stable")
        first, stop = (np.searchsorted(part[by_part], companion, end) for end in ("left", "right"))
        of_pattern = np.repeat(np.arange(len(companion)), stop - first)
        nth = np.arange(len(of_pattern)) - np.searchsorted(of_pattern, of_pattern)
        form = by_part[first[of_pattern] + nth]
        np.bitwise_or.at(side.suffixes, (anchor[of_pattern], word[form]), bits[form])
