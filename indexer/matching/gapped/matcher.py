"""Finds gapped patterns: ordered parts with a bounded number of tokens or words between them.

In the same pass as the phrases without gaps: the parts are further phrases of the matcher below, and what
it finds of them is joined. So it works in text and in ids alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.kernels.join import (
    Joined,
    Parts,
    PatternsByPart,
    Sizes,
    Stretches,
    find_stretches,
    join_parts,
    measure_parts,
)
from indexer.matching.gapped.partition import partition
from indexer.matching.gapped.pattern_table import gap_table, patterns_by_rarer_end
from indexer.matching.gapped.stretches import merged
from indexer.matching.gapped.text import GapText, Placed, TextParts
from indexer.matching.matcher import Matcher, Matches, concatenate, ordered
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.patterns import GappedPattern
from indexer.units import BoolArray, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes

_FIRST_HITS = 1024
_RIGHT, _LEFT = 1, -1


class GappedMatcher:
    """Finds phrases and gapped patterns.

    An occurrence of a gapped pattern is a pair of an occurrence of its first part and one of its last part
    between which the other parts can be placed with allowed gaps. Every such pair counts, and counts once;
    several forms of a part that make the same window are one. It begins with its first part and ends with its
    last; it lies in one sequence, its parts do not overlap, and no gap holds an id that stands for no text.
    Parts keep the border rules of the matcher below.

    A gap in tokens is the number of ids strictly between the last id the earlier part touches and the first
    id the later one touches. A gap in words is the number of longest runs of letters and digits in the
    decoded, folded text between the two parts. Where parts are runs of whole ids, a character that is split
    between a part and its neighbour belongs to the part. Where they are texts, two parts may stand in one
    token, as long as they share no character: then no token lies between them, and as many words as there
    are.

    Parameters
    ----------
    matcher : Matcher
        Finds the phrases and the parts.
    first_part : int
        Phrase numbers from here on are parts, those below are phrases.
    patterns : sequence of GappedPattern
        What to look for.
    vocabulary : TokenBytes or None
        The bytes of every id; None if they are not known: then gaps are counted in tokens only.
    case : {"fold", "turkish", "exact"}
        How the text is folded.
    parts : TextParts or None
        The parts where the matcher below looks for texts; None where it looks for runs of ids.

    Raises
    ------
    ConfigError
        Words are to be counted, or parts are texts, and there is no vocabulary.
    InputError
        A pattern has fewer than two parts, a gap less than 0 or upside down.
    """

    def __init__(
        self,
        matcher: Matcher,
        first_part: int,
        patterns: Sequence[GappedPattern],
        *,
        vocabulary: TokenBytes | VocabularyTables | None,
        case: str = "fold",
        parts: TextParts | None = None,
    ) -> None:
        self._matcher = matcher
        self._first_part = first_part
        tables = None if vocabulary is None else tables_of(vocabulary)
        self._gaps = gap_table(patterns, first_part, tables, case=case)
        n_texts = 0 if parts is None else len(parts.texts)
        self._n_parts = max(int(self._gaps.part.max(initial=-1)) + 1, n_texts)
        self._special: BoolArray = np.zeros(0, np.bool_) if tables is None else tables.tokens.special
        self._text: GapText | None = None
        if tables is not None and (parts is not None or self._gaps.by_words.any()):
            self._text = GapText(tables, case=case, parts=parts)
        self._anchors: tuple[int, tuple[PatternsByPart, PatternsByPart]] | None = None

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``, of phrases and of gapped patterns.

        Parameters and order of the result are those of `Matcher.find`.
        """
        phrases, parts = self._partitioned(ids, starts, stops)
        if not len(parts.phrase):
            return phrases
        joined = self._join(parts, ids, starts, stops)
        if not len(joined.phrase):
            return phrases
        return ordered(concatenate([phrases, joined]))

    @property
    def n_patterns(self) -> int:
        """Number of patterns with gaps."""
        return len(self._gaps.phrase)

    @property
    def inner(self) -> Matcher:
        """What finds phrases and parts."""
        return self._matcher

    def prepare(self, sample: TokenIds) -> None:
        """Prepare the matcher below; see `Matcher.prepare`."""
        self._matcher.prepare(sample)

    def _partitioned(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> tuple[Matches, Matches]:
        """Return the occurrences of phrases, and those of parts that patterns have."""
        if isinstance(self._matcher, AnchorParts):
            return self._matcher.find_partitioned(ids, starts, stops)
        found = self._matcher.find(ids, starts, stops)
        return partition(found, self._first_part, self._n_parts)

    def _join(self, found: Matches, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        parts = _whole_parts(found, self._first_part)
        anchors = self._anchors_for(parts)
        sizes = self._measured(parts, ids, starts)
        if self._text is None:
            return _matches(_each_once(self._joined(anchors, sizes, parts, ids, starts)))
        stretches = merged(self._stretches(anchors, sizes, parts, ids, starts))
        several = [_matches(_new_joined(0))]
        if len(stretches.row):
            for placed in self._text.read(ids, starts, stops, stretches, parts):
                sizes = self._measured(placed.parts, ids, placed.starts)
                joined = self._joined(anchors, sizes, placed.parts, ids, placed.starts)
                several.append(_of_rows(_matches(_each_once(joined)), placed))
        return concatenate(several)

    def _anchors_for(self, parts: Parts) -> tuple[PatternsByPart, PatternsByPart]:
        """Return the anchors chosen on the first block, chosen once more if a much larger one comes."""
        sampled, anchors = self._anchors or (0, None)
        if anchors is None or 16 * sampled < len(parts.part):
            anchors = patterns_by_rarer_end(self._gaps, np.bincount(parts.part, minlength=self._n_parts))
            self._anchors = len(parts.part), anchors
        return anchors

    def _measured(self, parts: Parts, ids: TokenIds, starts: Int64Array) -> Sizes:
        sizes = Sizes(np.zeros(self._n_parts, np.int64), np.zeros(self._n_parts, np.int64))
        measure_parts(self._gaps.words_of_id, parts, ids, starts, sizes)
        return sizes

    def _stretches(
        self,
        anchors: tuple[PatternsByPart, PatternsByPart],
        sizes: Sizes,
        parts: Parts,
        ids: TokenIds,
        starts: Int64Array,
    ) -> Stretches:
        nearest, linked = np.empty(self._n_parts, np.int32), np.empty(len(parts.part), np.int32)
        tables: list[Stretches] = []
        for step, by_part in zip((_RIGHT, _LEFT), anchors, strict=True):
            capacity, n_found = 0, _FIRST_HITS
            while n_found > capacity:
                capacity = n_found
                table = Stretches(*(np.empty(capacity, np.int64) for _ in Stretches._fields))
                n_found = find_stretches(
                    self._gaps, by_part, step, sizes, parts, ids, starts, nearest, linked, table
                )
            tables.append(Stretches(*(column[:n_found] for column in table)))
        return Stretches(*(np.concatenate(column) for column in zip(*tables, strict=True)))

    def _joined(
        self,
        anchors: tuple[PatternsByPart, PatternsByPart],
        sizes: Sizes,
        parts: Parts,
        ids: TokenIds,
        starts: Int64Array,
    ) -> Joined:
        nearest, linked = np.empty(self._n_parts, np.int32), np.empty(len(parts.part), np.int32)
        tables: list[Joined] = []
        for step, by_part in zip((_RIGHT, _LEFT), anchors, strict=True):
            capacity, n_found = 0, _FIRST_HITS
            while n_found > capacity:
                capacity = n_found
                table = _new_joined(capacity)
                marks = np.zeros(len(parts.part), np.int64)
                n_found = join_parts(
                    self._gaps, by_part, step, sizes, self._special, parts, ids, starts,
                    nearest, linked, marks, table,
                )  # fmt: skip
            tables.append(_select(table, np.arange(n_found)))
        right, left = tables
        return Joined(
            phrase=np.concatenate([right.phrase, left.phrase]),
            row=np.concatenate([right.row, left.row]),
            token_offset=np.concatenate([right.token_offset, left.token_offset]),
            n_tokens=np.concatenate([right.n_tokens, left.n_tokens]),
            first=np.concatenate([right.first, left.first]),
            stop=np.concatenate([right.stop, left.stop]),
        )


def _whole_parts(found: Matches, first_part: int) -> Parts:
    """Return occurrences as parts that are told apart by their ids alone."""
    begin, nothing = found.token_offset, np.empty(0, np.int64)
    end = begin + found.n_tokens
    return Parts(
        part=found.phrase - np.int32(first_part),
        row=found.row,
        begin=begin,
        end=end,
        first=begin.astype(np.int64),
        stop=end.astype(np.int64),
        text_first=nothing,
        text_stop=nothing,
        words_first=nothing,
        words_stop=nothing,
        goes_on_at=nothing,
    )


def _each_once(joined: Joined) -> Joined:
    """Return occurrences in order, each window of a phrase once."""
    order = np.lexsort((joined.stop, joined.first, joined.phrase, joined.row))
    phrase, row, first, stop = (
        column[order] for column in (joined.phrase, joined.row, joined.first, joined.stop)
    )
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(phrase) != 0) | (np.diff(row) != 0) | (np.diff(first) != 0) | (np.diff(stop) != 0)
    return _select(joined, order[new])


def _select(joined: Joined, which: Int64Array) -> Joined:
    return Joined(
        phrase=joined.phrase[which],
        row=joined.row[which],
        token_offset=joined.token_offset[which],
        n_tokens=joined.n_tokens[which],
        first=joined.first[which],
        stop=joined.stop[which],
    )


def _matches(joined: Joined) -> Matches:
    return Matches(joined.phrase, joined.row, joined.token_offset, joined.n_tokens)


def _of_rows(found: Matches, placed: Placed) -> Matches:
    """Turn stretches back into the rows they were cut from."""
    offset = found.token_offset + placed.shift[found.row]
    return found._replace(row=placed.row[found.row], token_offset=offset.astype(np.int32))


def _new_joined(n: int) -> Joined:
    return Joined(
        phrase=np.empty(n, np.int32),
        row=np.empty(n, np.int64),
        token_offset=np.empty(n, np.int32),
        n_tokens=np.empty(n, np.int32),
        first=np.empty(n, np.int64),
        stop=np.empty(n, np.int64),
    )
