"""Puts the questions and answers of the benchmark into documents; what stands there stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.sample.dice import Dice
from indexer.sample.quiz import Question

_NEIGHBOURS = 8
"""The shortest of so many documents takes a sentence."""
_MOST_WORDS = 175
"""A document that would grow beyond so many words takes none, so that no sequence is too long."""


class Planting:
    """Documents that take a sentence each.

    Parameters
    ----------
    texts : sequence of str
        The documents, in paragraphs.
    n_seen : int
        The first so many are trained on.
    dice : Dice
        The chance.
    """

    def __init__(self, texts: Sequence[str], n_seen: int, dice: Dice) -> None:
        self.texts = list(texts)
        self._n_seen = n_seen
        self._dice = dice
        self._lengths = [text.count(" ") for text in texts]

    def plant(self, questions: Sequence[Question]) -> None:
        """Put the sentences of each question where its fate says."""
        for question in questions:
            asked, answered = question.sentences()
            start, stop = 0, self._n_seen
            if question.fate == "dropped":
                start, stop = self._n_seen, len(self.texts)
            if asked:
                here = self._put(asked, start, stop)
                if question.fate == "apart":
                    self._put(answered, here, here + 1)
                elif question.fate == "far":
                    self._put(answered, start, stop)

    def _put(self, sentence: str, start: int, stop: int) -> int:
        """Put a sentence into one of some documents, behind the first paragraph, and return which it was."""
        here = start + self._dice.below(stop - start)
        here = min(range(here, min(here + _NEIGHBOURS, stop)), key=self._lengths.__getitem__)
        n_words = sentence.count(" ") + 1
        if self._lengths[here] + n_words <= _MOST_WORDS:
            head, _, tail = self.texts[here].partition("\n")
            self.texts[here] = f"{head} {sentence}\n{tail}"
            self._lengths[here] += n_words
        return here
