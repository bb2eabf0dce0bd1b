"""Id forms of phrases in sequences of ids: pyahocorasick over plain lists of numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

import ahocorasick

from indexer.config.match import MatchConfig
from indexer.verification.spelled_text import Run, Spelling, is_mark, runs_of, word_goes_on
from indexer.verification.text_search import Occurrence

_POSSESSIVES = [form.encode() for form in ("'s", "'S", "’s", "’S")]


class IdSearch:
    """Finds runs of ids in sequences of ids.

    Parameters
    ----------
    forms : iterable of (int, sequence of int)
        Number of the phrase, and the ids of one form of it.
    given_as_ids : collection of int
        Phrases that are ids only: words have no border there.
    spelling : Spelling or None
        What ids spell; None: there is no tokenizer, and ids are all that is compared.
    match : MatchConfig
        What counts as an occurrence.
    """

    def __init__(
        self,
        forms: Iterable[tuple[int, Sequence[int]]],
        given_as_ids: Collection[int],
        spelling: Spelling | None,
        match: MatchConfig,
    ) -> None:
        self._given_as_ids = given_as_ids
        self._spelling = spelling
        self._match = match
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_SEQUENCE)
        by_ids: dict[tuple[int, ...], list[int]] = {}
        for number, ids in forms:
            by_ids.setdefault(tuple(ids), []).append(number)
        for key, numbers in by_ids.items():
            self._automaton.add_word(key, (len(key), numbers))
        if by_ids:
            self._automaton.make_automaton()
        self._is_empty = not by_ids

    def find(self, ids: Sequence[int]) -> list[Occurrence]:
        """Return the occurrences in one sequence: of the forms of a phrase at one place the shortest."""
        if self._is_empty:
            return []
        shortest: dict[tuple[int, int], int] = {}
        runs: list[Run] | None = None
        for last, (length, numbers) in self._automaton.iter(tuple(ids)):
            first, stop = last + 1 - length, last + 1
            offset, bounded = first, True
            if self._spelling is not None:
                if runs is None:
                    runs = list(runs_of(ids, self._spelling))
                run = _run_with(runs, first, stop)
                if run is None:
                    continue
                begin, end = first - run.first_token, stop - run.first_token
                bounded = _is_bounded(run, begin, end, self._match)
                offset += _tokens_of_leading_space(run.tokens[begin:end])
            for number in numbers:
                if bounded or number in self._given_as_ids:
                    place = (number, offset)
                    shortest[place] = min(stop - offset, shortest.get(place, stop - offset))
        return [
            Occurrence(number, offset, n_tokens, offset, offset + n_tokens)
            for (number, offset), n_tokens in shortest.items()
        ]


def _run_with(runs: Sequence[Run], first: int, stop: int) -> Run | None:
    for run in runs:
        if run.first_token <= first and stop <= run.first_token + len(run.tokens):
            return run
    return None


def _is_bounded(run: Run, begin: int, end: int, match: MatchConfig) -> bool:
    """Return whether the tokens [begin, end) of a run stand as the match settings want it."""
    left, right = run.byte_borders[begin], run.byte_borders[end]
    if match.boundary == "word":
        inside = run.data[left:right].decode("utf-8", "surrogateescape")
        before = left - 1
        while is_mark(_character_with(run, before)):
            before -= 1
        if not inside[:1].isspace() and _character_with(run, before).isalnum():
            return False
        if word_goes_on(_character_with(run, right)):
            return False
    if match.possessive == "exclude":
        for form in _POSSESSIVES:
            if run.data.startswith(form, right) and not word_goes_on(_character_with(run, right + len(form))):
                return False
    return True


def _character_with(run: Run, byte: int) -> str:
    """Return the character that holds a byte of a run; nothing where there is no such byte."""
    if not 0 <= byte < len(run.data):
        return ""
    return run.text[bisect_right(run.character_borders, byte) - 1]


def _tokens_of_leading_space(tokens: Sequence[bytes]) -> int:
    """Return how many tokens at the beginning hold nothing but leading white space; 0 if all do."""
    text = b"".join(tokens).decode("utf-8", "surrogateescape")
    if not text.strip():
        return 0
    n_bytes = len(text[: len(text) - len(text.lstrip())].encode())
    n_tokens, at = 0, len(tokens[0])
    while at <= n_bytes:
        n_tokens += 1
        at += len(tokens[n_tokens])
    return n_tokens
