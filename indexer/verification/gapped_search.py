"""Phrases with gaps: their parts are found, then joined by trying every chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from indexer.config.match import MatchConfig
from indexer.verification.spelled_text import Character, Spelling, runs_of, words_in
from indexer.verification.text_search import Occurrence


class Search(Protocol):
    """Finds numbered things in one sequence of ids."""

    def find(self, ids: Sequence[int]) -> list[Occurrence]:
        """Return the occurrences in one sequence."""


class Gap(NamedTuple):
    """What may lie between two parts: from `least` to `most` tokens or words."""

    least: int
    most: int
    unit: str


class GappedPhrase(NamedTuple):
    """The numbers of the parts of a phrase, and the gaps between them."""

    parts: tuple[int, ...]
    gaps: tuple[Gap, ...]


class GappedSearch:
    """Finds phrases without gaps by a search, and those with gaps by joining what it finds of their parts.

    Parameters
    ----------
    search : TextSearch or IdSearch
        Of phrases without gaps, and of parts, which have numbers of their own.
    phrases : mapping of int to GappedPhrase
        The phrases with gaps.
    in_text : bool
        Whether `search` finds characters or tokens.
    spelling : Spelling or None
        What ids spell.
    match : MatchConfig
        What counts as an occurrence.
    """

    def __init__(
        self,
        search: Search,
        phrases: Mapping[int, GappedPhrase],
        *,
        in_text: bool,
        spelling: Spelling | None,
        match: MatchConfig,
    ) -> None:
        self._search = search
        self._phrases = phrases
        self._parts = {part for phrase in phrases.values() for part in phrase.parts}
        self._in_text = in_text
        self._spelling = spelling
        self._match = match

    def find(self, ids: Sequence[int]) -> list[Occurrence]:
        """Return the occurrences in one sequence: of a first and a last part one, however they are joined."""
        found = self._search.find(ids)
        whole = [one for one in found if one.phrase not in self._parts]
        by_part: dict[int, list[Occurrence]] = {}
        for one in sorted(found, key=lambda one: one.begin):
            by_part.setdefault(one.phrase, []).append(one)
        row = _Row(ids, self._spelling, self._match, in_text=self._in_text)
        windows = set()
        for number, phrase in self._phrases.items():
            if not all(part in by_part for part in phrase.parts):
                continue
            chains = {(one, one) for one in by_part[phrase.parts[0]]}
            for part, gap in zip(phrase.parts[1:], phrase.gaps, strict=True):
                chains = {
                    (first, later)
                    for first, earlier in chains
                    for later in _followers(row, earlier, by_part[part], gap)
                }
            for first, last in chains:
                stop = last.offset + last.n_tokens
                begin, end = (first.begin, last.end) if self._in_text else (first.offset, stop)
                windows.add(Occurrence(number, first.offset, stop - first.offset, begin, end))
        return [*whole, *sorted(windows)]


def _followers(row: _Row, earlier: Occurrence, parts: Sequence[Occurrence], gap: Gap) -> Iterator[Occurrence]:
    """Yield the parts that may follow one; `parts` ascend, so what lies between only grows."""
    for later in parts:
        if later.begin < earlier.end:
            continue
        n_between = row.n_between(earlier, later, gap.unit)
        if n_between is None or n_between > gap.most:
            return
        if n_between >= gap.least:
            yield later


class _Row:
    """What lies between two parts in one sequence."""

    def __init__(
        self, ids: Sequence[int], spelling: Spelling | None, match: MatchConfig, *, in_text: bool
    ) -> None:
        self._ids = ids
        self._spelling = spelling
        self._match = match
        self._in_text = in_text

    def n_between(self, earlier: Occurrence, later: Occurrence, unit: str) -> int | None:
        """Return the tokens or words between two parts; None where a separator parts them."""
        begin, end = earlier.offset + earlier.n_tokens, later.offset
        between = self._ids[begin:end] if begin < end else []
        if self._spelling is not None and any(map(self._spelling.is_separator, between)):
            return None
        return words_in(self._text(earlier, later)) if unit == "words" else len(between)

    def _text(self, earlier: Occurrence, later: Occurrence) -> str:
        """Return the text between two parts; a character that lies partly in a part belongs to the part."""
        if self._in_text:
            return "".join(one.text for one in self._characters[earlier.end : later.begin])
        stop = earlier.offset + earlier.n_tokens
        return "".join(one.text for one in self._characters if one.first >= stop and one.last < later.offset)

    @cached_property
    def _characters(self) -> list[Character]:
        if self._spelling is None:
            return []
        whitespace = self._match.whitespace if self._in_text else "exact"
        return [
            one
            for run in runs_of(self._ids, self._spelling)
            for one in run.folded_characters(self._match.case, whitespace)
        ]
