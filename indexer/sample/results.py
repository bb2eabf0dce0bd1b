"""Results of models that were never trained: they learn what they meet, and more of what they meet often."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from indexer.sample.dice import Dice

MODELS = ("seed-1", "seed-2")
_STEPS_TO_LEARN = 250.0
"""After so many steps a model knows half of what it will know without having met it."""


class Learner:
    """Draws the results of models at some checkpoints.

    Parameters
    ----------
    truth : mapping of str to (int, int or None)
        Exposures, and first step, of each phrase in small letters.
    checkpoints : sequence of int
        Steps taken.
    dice : Dice
        The chance.
    """

    def __init__(
        self, truth: Mapping[str, tuple[int, int | None]], checkpoints: Sequence[int], dice: Dice
    ) -> None:
        self._truth = truth
        self._checkpoints = checkpoints
        self._dice = dice

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return for each pair and its good phrase: the scores of both sentences, the good one first."""
        rows = []
        for item_id, phrase in pairs:
            for where, known in self._known(item_id, phrase):
                gap = 4 * known - 1 + 2 * (self._noise() + self._noise())
                good = -20 - 5 * self._noise()
                rows.append({**where, "score_good": round(good, 3), "score_bad": round(good - gap, 3)})
        return rows

    def questions(self, questions: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return for each question: whether it was answered, and the loss of the answer in nats a token."""
        rows = []
        for item_id, phrase in questions:
            for where, known in self._known(item_id, phrase):
                rows.append(
                    {
                        **where,
                        "correct": int(self._dice.chance(0.1 + 0.8 * known)),
                        "answer_loss": round(4 - 3 * known + self._noise() / 2, 3),
                    }
                )
        return rows

    def words(self, words: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return for each word: its surprisal in bits."""
        return [
            {**where, "surprisal": round(14 - 9 * known + self._noise(), 3)}
            for item_id, word in words
            for where, known in self._known(item_id, word)
        ]

    def _known(self, item_id: str, phrase: str) -> Iterable[tuple[dict[str, Any], float]]:
        """Yield each model and checkpoint with how well, from 0 to 1, the phrase is known there."""
        count, first = self._truth.get(phrase.casefold(), (0, None))
        for model in MODELS:
            for checkpoint in self._checkpoints:
                general = checkpoint / (checkpoint + _STEPS_TO_LEARN)
                met = first is not None and first < checkpoint
                own = math.log2(1 + count) / 10 if met else 0.0
                yield (
                    {"model": model, "checkpoint": checkpoint, "item_id": item_id},
                    min(1.0, 0.6 * general + own),
                )

    def _noise(self) -> float:
        """Return a number from -1 to 1."""
        return self._dice.below(2001) / 1000 - 1


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
