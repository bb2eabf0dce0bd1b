"""Counts exposures in plain dictionaries: occurrences times the visits of their sequence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.verification.raw_sequences import RawSequence
from indexer.verification.text_search import Occurrence

Place = tuple[int | None, int, int, int]
"""(step, sequence, token_offset, n_tokens)"""


@dataclass
class Counted:
    """The exposures of one phrase.

    Attributes
    ----------
    count : int
        How many.
    n_sequences : int
        Sequences that have any.
    last_step : int or None
        Step of the last one.
    bins : dict of int to int
        By checkpoint.
    places : list of tuple
        The first ones.
    """

    count: int = 0
    n_sequences: int = 0
    last_step: int | None = None
    bins: dict[int, int] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


class PlainCount:
    """Exposures of some phrases in some sequences.

    Parameters
    ----------
    checkpoints : sequence of int
        The grid of the plan.
    single_steps : bool
        Whether bins are one step wide.
    n_places : int
        First places kept of each phrase.
    """

    def __init__(self, checkpoints: Sequence[int], *, single_steps: bool, n_places: int) -> None:
        self.of_phrase: dict[int, Counted] = {}
        self._checkpoints = checkpoints
        self._single_steps = single_steps
        self._n_places = n_places

    def add(self, occurrences: Sequence[Occurrence], sequence: int, steps: Sequence[int | None]) -> None:
        """Count what was found in one sequence."""
        for one in occurrences if steps else ():
            counted = self.of_phrase.setdefault(one.phrase, Counted())
            for step in steps:
                counted.count += 1
                if step is not None:
                    counted.last_step = step if counted.last_step is None else max(step, counted.last_step)
                    checkpoint = self.bin_of(step)
                    counted.bins[checkpoint] = counted.bins.get(checkpoint, 0) + 1
                counted.places.append((step, sequence, one.offset, one.n_tokens))
            if len(counted.places) > 64 * (self._n_places + 1):
                self._keep_first(counted)
        for phrase in {one.phrase for one in occurrences} if steps else ():
            self.of_phrase[phrase].n_sequences += 1

    def finish(self) -> None:
        """Sort the places, and keep the first ones."""
        for counted in self.of_phrase.values():
            self._keep_first(counted)

    def bin_of(self, step: int) -> int:
        """Return the first checkpoint that has seen a step."""
        if self._single_steps:
            return step + 1
        return self._checkpoints[bisect_left(self._checkpoints, step + 1)]

    def _keep_first(self, counted: Counted) -> None:
        counted.places.sort(key=lambda place: (-1 if place[0] is None else place[0], *place[1:]))
        del counted.places[max(1, self._n_places) :]


def exposing(found: Sequence[Occurrence], sequence: RawSequence, *, label_overlap: bool) -> list[Occurrence]:
    """Return the occurrences that are exposures of their own.

    Not one that begins at the last id of a sequence that shares it with another; not one that touches a
    position which training did not count.
    """
    n_ids = len(sequence.ids)
    return [
        one
        for one in found
        if not (label_overlap and one.offset == n_ids - 1)
        and (sequence.counted is None or bool(sequence.counted[one.offset : one.offset + one.n_tokens].all()))
    ]
