"""What the index of the sample must say, found in the words of the text: no tokens, no matcher."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_BREAK = re.compile(r"[^a-z' ]+")


class Truth:
    """Counts phrases in texts that come in the order of training.

    A phrase is found where its words stand in a row, in any case, with single spaces between them and no
    other character; its last word may carry a possessive 's. Texts hold ASCII letters, spaces, apostrophes
    inside words, and punctuation.

    Parameters
    ----------
    phrases : iterable of str
        Compared without case.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = list(dict.fromkeys(phrase.casefold() for phrase in phrases))
        self._count = [0] * len(self._phrases)
        self._first: list[tuple[int, int] | None] = [None] * len(self._phrases)
        self._last: list[int | None] = [None] * len(self._phrases)
        self._single: dict[str, int] = {}
        self._starting: dict[tuple[str, str], list[tuple[list[str], int]]] = {}
        for number, phrase in enumerate(self._phrases):
            words = phrase.split(" ")
            if len(words) == 1:
                self._single[phrase] = number
                continue
            self._starting.setdefault((words[0], words[1]), []).append((words, number))

    def see(self, text: str, *, step: int, sequence: int) -> None:
        """Count the phrases of one training sequence, consumed at `step`."""
        for stretch in _BREAK.split(text.casefold()):
            words = stretch.split()
            bare = [word.removesuffix("'s") for word in words] if "'s" in stretch else words
            for word in bare:
                if word in self._single:
                    self._note(self._single[word], step, sequence)
            pairs = zip(words, bare[1:], strict=False)
            for place in [place for place, pair in enumerate(pairs) if pair in self._starting]:
                for phrase, number in self._starting[words[place], bare[place + 1]]:
                    stop = place + len(phrase)
                    if [*words[place : stop - 1], *bare[stop - 1 : stop]] == phrase:
                        self._note(number, step, sequence)

    def _note(self, number: int, step: int, sequence: int) -> None:
        self._count[number] += 1
        self._last[number] = step
        if self._first[number] is None:
            self._first[number] = (step, sequence)

    def first_steps(self) -> dict[str, tuple[int, int | None]]:
        """Return for each phrase, folded, its exposures and the step of the first."""
        return {
            phrase: (self._count[number], None if first is None else first[0])
            for number, (phrase, first) in enumerate(zip(self._phrases, self._first, strict=True))
        }

    def table(self) -> pa.Table:
        """Return one row for each phrase, seen or not, ordered by phrase.

        Columns: ``phrase`` (folded), ``n_words``, ``exposure_count``, ``seen``, ``first_step``,
        ``first_sequence``, ``last_step``; the last three are NULL for a phrase never seen.
        """
        import pyarrow as pa

        order = sorted(range(len(self._phrases)), key=self._phrases.__getitem__)
        firsts = [self._first[number] for number in order]
        return pa.table(
            {
                "phrase": pa.array([self._phrases[number] for number in order], pa.string()),
                "n_words": pa.array([self._phrases[number].count(" ") + 1 for number in order], pa.int32()),
                "exposure_count": pa.array([self._count[number] for number in order], pa.uint64()),
                "seen": pa.array([self._count[number] > 0 for number in order], pa.bool_()),
                "first_step": pa.array([first and first[0] for first in firsts], pa.int64()),
                "first_sequence": pa.array([first and first[1] for first in firsts], pa.int64()),
                "last_step": pa.array([self._last[number] for number in order], pa.int64()),
            }
        )
