"""Finds gapped patterns: ordered parts with a bounded number of ids between them.

In the same pass as the phrases without gaps: the parts are further phrases of the matcher below, and what
it finds of them is joined. So it works in text and in ids alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from indexer.errors import InputError
from indexer.matching.kernels.gaps import EMPTY_SPECIAL, GapTable, Parts, join_parts
from indexer.matching.kernels.occurrences import Found
from indexer.matching.matches import Matcher, Matches
from indexer.units import BoolArray, Int64Array, TokenIds
from indexer.vocabulary import TokenBytes


class Gap(NamedTuple):
    """How many ids may lie between two parts: ``least <= ids <= most``."""

    least: int
    most: int


@dataclass(frozen=True)
class GappedPattern:
    """One gapped phrase.

    Attributes
    ----------
    phrase : int
        The phrase it stands for.
    parts : tuple of int
        Phrase numbers of its parts in the matcher below, in order; two at least.
    gaps : tuple of Gap
        One for each part but the first.
    """

    phrase: int
    parts: tuple[int, ...]
    gaps: tuple[Gap, ...]


class GappedMatcher:
    """Finds phrases and gapped patterns.

    An occurrence of a gapped pattern is a pair of an occurrence of its first part and one of its last part
    between which the other parts can be placed with allowed gaps. Every such pair counts, and counts once.
    It begins with its first part and ends with its last; it lies in one sequence, its parts do not overlap,
    and no gap holds an id that stands for no text. Parts keep the border rules of the matcher below.

    Parameters
    ----------
    matcher : Matcher
        Finds the phrases and the parts.
    first_part : int
        Phrase numbers from here on are parts, those below are phrases.
    patterns : sequence of GappedPattern
    longest_part : int
        Most ids an occurrence of a part can touch.
    vocabulary : TokenBytes or None
        Which ids stand for no text; None if that is not known.

    Raises
    ------
    InputError
        A pattern has fewer than two parts, a gap less than 0 or upside down.
    """

    def __init__(
        self,
        matcher: Matcher,
        first_part: int,
        patterns: Sequence[GappedPattern],
        *,
        longest_part: int,
        vocabulary: TokenBytes | None,
    ) -> None:
        self._matcher = matcher
        self._first_part = first_part
        self._gaps = _gap_table(patterns, first_part, longest_part)
        self._special: BoolArray = EMPTY_SPECIAL if vocabulary is None else vocabulary.special

    def find(self, ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Matches:
        """Return the occurrences in the sequences ``ids[starts:stops]``, of phrases and of gapped patterns.

        Parameters and order of the result are those of `Matcher.find`.
        """
        found = self._matcher.find(ids, starts, stops)
        is_part = found.phrase >= self._first_part
        if not is_part.any():
            return found
        used = is_part & (found.phrase < self._first_part + len(self._gaps.last) - 1)
        columns = [_select(found, ~is_part), *self._join(_select(found, used), ids, starts)]
        phrase, row, offset, n_tokens = (np.concatenate(c) for c in zip(*columns, strict=True))
        order = np.lexsort((n_tokens, phrase, offset, row))
        phrase, row, offset, n_tokens = phrase[order], row[order], offset[order], n_tokens[order]
        again = np.zeros(len(order), np.bool_)
        again[1:] = (
            (np.diff(phrase) == 0) & (np.diff(row) == 0) & (np.diff(offset) == 0) & (np.diff(n_tokens) == 0)
        )
        return Matches(phrase[~again], row[~again], offset[~again], n_tokens[~again])

    def _join(self, found: Matches, ids: TokenIds, starts: Int64Array) -> list[Matches]:
        parts = Parts(
            found.phrase - np.int32(self._first_part),
            found.row,
            found.token_offset,
            found.token_offset + found.n_tokens,
        )
        # Marks are told apart by growing numbers, so that nothing has to be cleared.
        marks = np.zeros(len(parts.part), np.int64)
        base, first, room = 1, 0, 1024 + len(marks)
        joined: list[Matches] = []
        while first < len(marks):
            table = Found(
                np.empty(room, np.int32),
                np.empty(room, np.int64),
                np.empty(room, np.int32),
                np.empty(room, np.int32),
            )
            n_found, first, base = join_parts(
                self._gaps, self._special, parts, ids, starts, first, marks, base, table
            )
            joined.append(
                _select(
                    Matches(table.phrase, table.row, table.token_offset, table.n_tokens),
                    np.arange(room) < n_found,
                )
            )
            room *= 2
        return joined


def _select(found: Matches, keep: BoolArray) -> Matches:
    return Matches(found.phrase[keep], found.row[keep], found.token_offset[keep], found.n_tokens[keep])


def _gap_table(patterns: Sequence[GappedPattern], first_part: int, longest_part: int) -> GapTable:
    for pattern in patterns:
        what = None
        if len(pattern.parts) < 2 or len(pattern.gaps) != len(pattern.parts) - 1:
            what = f"{len(pattern.parts)} parts and {len(pattern.gaps)} gaps"
        elif any(gap.least < 0 or gap.most < gap.least for gap in pattern.gaps):
            what = "a gap whose bounds are " + ", ".join(f"{g.least} to {g.most}" for g in pattern.gaps)
        elif min(pattern.parts) < first_part:
            what = f"a part {min(pattern.parts)} that is a phrase"
        if what is not None:
            raise InputError(
                f"a gapped pattern with {what}",
                path="patterns",
                offset=f"phrase {pattern.phrase}",
                expected="two parts or more, and 0 <= least <= most between each two",
            )
    last_part = np.array([p.parts[-1] for p in patterns], np.int64) - first_part
    n_parts = max((max(p.parts) for p in patterns), default=first_part - 1) - first_part + 1
    gaps = [[Gap(0, 0), *p.gaps] for p in patterns]
    return GapTable(
        last=np.concatenate([[0], np.cumsum(np.bincount(last_part, minlength=n_parts))]).astype(np.int32),
        pattern=np.argsort(last_part, kind="stable").astype(np.int32),
        offsets=np.cumsum([0, *(len(p.parts) for p in patterns)]).astype(np.int64),
        part=np.array([part - first_part for p in patterns for part in p.parts], np.int32),
        least=np.array([gap.least for row in gaps for gap in row], np.int32),
        most=np.array([gap.most for row in gaps for gap in row], np.int32),
        span=np.array(
            [sum(g.most for g in p.gaps) + longest_part * (len(p.parts) - 1) for p in patterns], np.int64
        ),
        phrase=np.array([p.phrase for p in patterns], np.int32),
    )
