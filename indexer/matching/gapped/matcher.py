"""Finds gapped patterns: ordered parts with a bounded number of tokens or words between them.

In the same pass as the phrases without gaps: the parts are further phrases of the matcher below, and what
it finds of them is joined. So it works in text and in ids alike.
"""

from __future__ import annotations

import numpy as np

from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.kernels.join import BEGIN, END, FIRST, PHRASE, ROW, STOP, join_parts
from indexer.matching.gapped.kernels.tables import GapTable, Parts, PatternsByPart
from indexer.matching.gapped.parts import merged, partition, parts_in_ids
from indexer.matching.gapped.pattern_table import patterns_by_rarer_end
from indexer.matching.gapped.text import GapText, TextParts
from indexer.matching.matcher import Matcher, Matches, concatenate, ordered
from indexer.matching.vocabulary_tables import VocabularyTables, tables_of
from indexer.units import Int64Array, TokenIds
from indexer.vocabulary import TokenBytes


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
    gaps : GapTable
        What to look for (`gap_table`).
    vocabulary : TokenBytes or None
        The bytes of every id; None if they are not known.
    case : {"fold", "turkish", "exact"}
        How the text is folded.
    parts : TextParts or None
        The parts where the matcher below looks for texts; None where it looks for runs of ids.
    """

    def __init__(
        self,
        matcher: Matcher,
        first_part: int,
        gaps: GapTable,
        *,
        vocabulary: TokenBytes | VocabularyTables | None,
        case: str = "fold",
        parts: TextParts | None = None,
    ) -> None:
        self._matcher = matcher
        self._first_part = first_part
        tables = None if vocabulary is None else tables_of(vocabulary)
        self._gaps = gaps
        n_texts = 0 if parts is None else len(parts.texts)
        self._n_parts = max(int(self._gaps.part.max(initial=-1)) + 1, n_texts)
        self._text: GapText | None = None
        if tables is not None and (parts is not None or self._gaps.by_words.any()):
            self._text = GapText(tables, case=case, parts=parts)
        self._by_part: tuple[int, PatternsByPart] | None = None

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``, of phrases and of gapped patterns.

        Parameters and order of the result are those of `Matcher.find`.
        """
        if isinstance(self._matcher, AnchorParts):
            phrases, parts = self._matcher.find_partitioned(ids, starts, stops)
        else:
            found = self._matcher.find(ids, starts, stops)
            phrases, parts = partition(found, self._first_part, self._n_parts)
        if not len(parts.phrase):
            return phrases
        joined = self._join(parts_in_ids(parts, ids, starts), stops)
        return ordered(concatenate([phrases, joined])) if len(joined.phrase) else phrases

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

    def _join(self, parts: Parts, stops: Int64Array) -> Matches:
        by_part = self._patterns_by_part(parts)
        joined = join_parts(self._gaps, by_part, parts, self._text is None)
        if self._text is None or not len(joined):
            return _each_once(joined)
        several: list[Matches] = []
        for placed in self._text.read(merged(*joined[:, [ROW, BEGIN, END]].T), parts, stops):
            found = _each_once(join_parts(self._gaps, by_part, placed.parts, True))
            offset = found.token_offset + placed.shift[found.row]
            several.append(found._replace(row=placed.row[found.row], token_offset=offset.astype(np.int32)))
        return concatenate(several)

    def _patterns_by_part(self, parts: Parts) -> PatternsByPart:
        """Return the part each pattern is looked for from, chosen anew for a block with many more parts."""
        if self._by_part is None or 16 * self._by_part[0] < len(parts.part):
            counts = np.bincount(parts.part, minlength=self._n_parts)
            self._by_part = len(parts.part), patterns_by_rarer_end(self._gaps, counts)
        return self._by_part[1]


def _each_once(joined: Int64Array) -> Matches:
    """Return occurrences in order, each window of a phrase once."""
    joined = joined[np.lexsort((joined[:, STOP], joined[:, FIRST], joined[:, PHRASE], joined[:, ROW]))]
    is_new = np.append(True, (joined[1:] != joined[:-1]).any(axis=1))[: len(joined)]
    row, phrase, begin, end = joined[is_new][:, [ROW, PHRASE, BEGIN, END]].T
    return Matches(
        phrase.astype(np.int32),
        np.ascontiguousarray(row),
        begin.astype(np.int32),
        (end - begin).astype(np.int32),
    )
