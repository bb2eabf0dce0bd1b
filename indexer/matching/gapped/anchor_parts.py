"""Finds parts of gapped patterns as runs of ids, the frequent ones only beside a rare one.

A part such as "no" stands everywhere. Every pattern is looked for from its rarest part, its anchor: only the
anchors are searched for in the whole stream, together with the phrases; the other parts in the stretches
around them that their patterns can reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.matching.gapped.kernels.companions import (
    ONE_ID,
    SUFFIX_WORDS,
    TWO_IDS,
    CompanionSuffixes,
    enter_suffixes,
    keep_accompanied,
)
from indexer.matching.gapped.kernels.join import Stretches
from indexer.matching.gapped.kernels.reach import Reach, add_context, stretch_reach
from indexer.matching.gapped.kernels.rules import SEPARATOR_WORDS
from indexer.matching.gapped.partition import partition
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.gapped.stretches import merged
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.unfiltered import UnfilteredMatcher
from indexer.matching.matcher import SAMPLE_TOKENS, Matches, concatenate, ordered
from indexer.matching.sampled import BuiltFromSample
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.patterns import GappedPattern, IdPatterns, select
from indexer.units import BoolArray, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_CONTEXT_BYTES = 16


class _Chosen(NamedTuple):
    """What was chosen on a sample.

    Attributes
    ----------
    matcher : TokenMatcher
        Finds phrases and anchors.
    left, right : Reach
        How far the patterns of each anchor reach to both sides.
    companions : CompanionSuffixes
        With which suffix the rarest other part of these patterns ends there.
    """

    matcher: TokenMatcher
    left: Reach
    right: Reach
    companions: CompanionSuffixes


class AnchorParts:
    """Finds all phrases, and those occurrences of parts that a gapped pattern may need.

    What it leaves out is in reach of no anchor, so `GappedMatcher` finds the same as if it were there.

    Parameters
    ----------
    patterns : IdPatterns
        The phrases, and the forms of the parts, whose numbers begin with `first_part`.
    first_part : int
        Phrase numbers from here on are parts.
    gapped : sequence of GappedPattern
        Which parts belong together.
    vocabulary : TokenBytes or None
        The bytes of every id.
    case : {"fold", "turkish", "exact"}
        How text is folded before its words are counted.
    boundary, possessive, unbounded
        As of `TokenMatcher`.
    """

    def __init__(
        self,
        patterns: IdPatterns,
        first_part: int,
        gapped: Sequence[GappedPattern],
        *,
        vocabulary: TokenBytes | VocabularyTables | None,
        boundary: str,
        possessive: str,
        case: str = "fold",
        unbounded: BoolArray | None = None,
    ) -> None:
        tables = None if vocabulary is None else tables_of(vocabulary)
        self._tables = tables
        self._boundary, self._possessive, self._unbounded = boundary, possessive, unbounded
        self._patterns = patterns
        self._first_part = first_part
        self._gaps = gap_table(gapped, first_part, tables, case=case)
        self._n_parts = int(self._gaps.part.max(initial=-1)) + 1
        self._byte_offsets = np.zeros(1, np.int64) if tables is None else tables.tokens.offsets
        self._n_leading = 0 if tables is None else self._leading_blanks(tables.tokens)
        self._context_bytes = 0 if tables is None else _CONTEXT_BYTES
        self._longest, self._words = self._sizes()
        of_parts = (patterns.phrase >= first_part) & (patterns.phrase < first_part + self._n_parts)
        self._parts = UnfilteredMatcher(
            select(patterns, of_parts), tables, boundary=boundary, possessive=possessive
        )
        self._chosen = BuiltFromSample(self._choose, SAMPLE_TOKENS)

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``; see `Matcher.find`."""
        return ordered(concatenate(self.find_partitioned(ids, starts, stops)))

    def find_partitioned(
        self, ids: TokenIds, starts: Int64Array, stops: Int64Array
    ) -> tuple[Matches, Matches]:
        """Return those of phrases, and those of parts; both are in order."""
        chosen = self._chosen.for_block(ids, starts, stops)
        found = chosen.matcher.find(ids, starts, stops)
        phrases, anchors = partition(found, self._first_part, self._n_parts)
        if not len(anchors.phrase):
            return phrases, anchors
        part = anchors.phrase - np.int32(self._first_part)
        row, begin = anchors.row, anchors.token_offset
        end = begin + anchors.n_tokens
        stretches = Stretches(*(np.empty(len(row), np.int64) for _ in Stretches._fields))
        stretch_reach(
            chosen.left,
            chosen.right,
            self._gaps.words_of_id,
            part,
            row,
            begin,
            end,
            ids,
            starts,
            stops,
            stretches,
        )
        with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
            n = keep_accompanied(chosen.companions, part, begin, end, ids, starts, stretches)
        stretches = Stretches(*(column[:n] for column in stretches))
        return phrases, self._parts_in(merged(stretches), ids, starts, stops)

    def matcher_for(self, sample: TokenIds) -> TokenMatcher:
        """Return what finds phrases and anchor parts in streams like the sample."""
        whole = np.zeros(1, np.int64), np.full(1, len(sample), np.int64)
        return self._chosen.for_block(sample, *whole).matcher

    def prepare(self, sample: TokenIds) -> None:
        """Choose the anchors and prepare what looks for them; see `Matcher.prepare`."""
        chosen = self._chosen.for_block(sample, np.zeros(1, np.int64), np.full(1, len(sample), np.int64))
        chosen.matcher.prepare(sample)

    def _parts_in(
        self, stretches: Stretches, ids: TokenIds, starts: Int64Array, stops: Int64Array
    ) -> Matches:
        """Return the parts that stand wholly in stretches."""
        wide_start, wide_stop = np.empty_like(stretches.row), np.empty_like(stretches.row)
        add_context(
            self._byte_offsets, ids, starts, stops, stretches, self._n_leading, self._context_bytes,
            wide_start, wide_stop,
        )  # fmt: skip
        found = self._parts.find(ids, wide_start, wide_stop)
        row = stretches.row[found.row]
        offset = found.token_offset + wide_start[found.row] - starts[row]
        inside = offset >= stretches.begin[found.row]
        inside &= offset + found.n_tokens <= stretches.end[found.row]
        return Matches(
            found.phrase[inside], row[inside], offset[inside].astype(np.int32), found.n_tokens[inside]
        )

    def _choose(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> _Chosen:
        n_rows = max(1, int(np.searchsorted(np.cumsum(stops - starts), SAMPLE_TOKENS)))
        sample = self._parts.find(ids, starts[:n_rows], stops[:n_rows])
        counts = np.bincount(sample.phrase - self._first_part, minlength=self._n_parts)
        gaps = self._gaps
        anchors = [
            first + int(np.argmin(counts[gaps.part[first:stop]]))
            for first, stop in zip(gaps.offsets[:-1].tolist(), gaps.offsets[1:].tolist(), strict=True)
        ]
        searched = np.zeros(self._first_part + self._n_parts + 1, np.bool_)
        searched[: self._first_part] = True
        searched[self._first_part + gaps.part[anchors]] = True
        number = np.minimum(self._patterns.phrase, len(searched) - 1)
        return _Chosen(
            matcher=TokenMatcher(
                select(self._patterns, searched[number]),
                self._tables,
                boundary=self._boundary,
                possessive=self._possessive,
                unbounded=self._unbounded,
            ),
            left=self._reach(anchors, -1),
            right=self._reach(anchors, 1),
            companions=self._companions(anchors, counts),
        )

    def _companions(self, anchors: Sequence[int], counts: Int64Array) -> CompanionSuffixes:
        """Return with which suffix the next rarest part of each pattern ends beside its anchor.

        The last ids of a part lie where it stands; the first ones, of white space, are no part of it.
        """
        gaps = self._gaps
        others = []
        for pattern, anchor in enumerate(anchors):
            places = range(int(gaps.offsets[pattern]), int(gaps.offsets[pattern + 1]))
            others.append(min((p for p in places if p != anchor), key=lambda p: counts[gaps.part[p]]))
        shape = self._n_parts, SUFFIX_WORDS
        companions = CompanionSuffixes(np.zeros(shape, np.uint64), np.zeros(shape, np.uint64))
        for kind, of_part in self._suffixes().items():
            for side, is_left in ((companions.left, True), (companions.right, False)):
                parts: list[int] = []
                keys: list[int] = []
                for anchor, other in zip(anchors, others, strict=True):
                    if (other < anchor) == is_left:
                        of_other = of_part.get(int(gaps.part[other]), [])
                        parts += [int(gaps.part[anchor])] * len(of_other)
                        keys += of_other
                with np.errstate(over="ignore"):
                    enter_suffixes(side, kind, np.array(parts, np.int64), np.array(keys, np.uint64))
        return companions

    def _suffixes(self) -> dict[int, dict[int, list[int]]]:
        """Return by kind and part the suffixes of its forms."""
        patterns = self._patterns
        suffixes: dict[int, dict[int, list[int]]] = {ONE_ID: {}, TWO_IDS: {}}
        for form in np.flatnonzero(patterns.phrase >= self._first_part).tolist():
            start, stop = patterns.offsets[form], patterns.offsets[form + 1]
            last = int(patterns.ids[stop - 1])
            kind, key = ONE_ID, last
            if stop - start > 1:
                kind, key = TWO_IDS, int(patterns.ids[stop - 2]) << 32 | last
            suffixes[kind].setdefault(int(patterns.phrase[form]) - self._first_part, []).append(key)
        return suffixes

    def _reach(self, anchors: Sequence[int], step: int) -> Reach:
        """Return how far the patterns of each anchor reach to the left (`step` -1) or to the right (1)."""
        gaps = self._gaps
        n = self._n_parts
        reach = Reach(np.zeros(n, np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64))
        for pattern, anchor in enumerate(anchors):
            n_ids = n_words = 0
            end = int(gaps.offsets[pattern] if step < 0 else gaps.offsets[pattern + 1] - 1)
            for place in range(anchor, end, step):
                gap, other = (place if step < 0 else place + 1), gaps.part[place + step]
                most = int(gaps.most[gap])
                n_ids += most + int(self._longest[other])
                n_words += most if gaps.in_words[gap] else most * gaps.most_words_of_id
                n_words += int(self._words[other]) if place + step != end else 0
            part = gaps.part[anchor]
            if gaps.by_words[pattern] and end != anchor:
                reach.words[part] = max(reach.words[part], n_words)
                reach.outermost[part] = max(reach.outermost[part], self._longest[gaps.part[end]])
            elif end != anchor:
                reach.ids[part] = max(reach.ids[part], n_ids)
        return reach

    def _sizes(self) -> tuple[Int64Array, Int64Array]:
        """Return the most ids, and the most words beginning inside an id, of any form of each part."""
        longest, words = np.zeros(self._n_parts, np.int64), np.zeros(self._n_parts, np.int64)
        patterns, of_id = self._patterns, self._gaps.words_of_id
        for form in np.flatnonzero(patterns.phrase >= self._first_part).tolist():
            part = int(patterns.phrase[form]) - self._first_part
            if part >= self._n_parts:
                continue
            ids = patterns.ids[patterns.offsets[form] : patterns.offsets[form + 1]]
            longest[part] = max(longest[part], len(ids))
            if len(of_id):
                in_form = of_id[ids[ids < len(of_id)]]
                words[part] = max(words[part], int(in_form[in_form < SEPARATOR_WORDS].sum()))
        return longest, words

    def _leading_blanks(self, vocabulary: TokenBytes) -> int:
        """Return the most ids of white space that a part begins with: they stand before its occurrence."""
        data, most = vocabulary.data.tobytes(), 0
        parts = select(self._patterns, self._patterns.phrase >= self._first_part)
        for start, stop in pairwise(parts.offsets.tolist()):
            n = 0
            for token in parts.ids[start:stop].tolist():
                spelled = data[vocabulary.offsets[token] : vocabulary.offsets[token + 1]]
                text = spelled.decode("utf-8", "surrogateescape")
                if any(not c.isspace() and not "\udc80" <= c <= "\udcff" for c in text):
                    break
                n += 1
            most = max(most, n)
        return most
