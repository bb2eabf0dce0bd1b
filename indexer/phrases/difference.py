"""Where the two sentences of a minimal pair differ, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from indexer.phrases.sentence import Sentence, WordRange


class Difference(NamedTuple):
    """What is left of each side without the common start and the common end.

    Attributes
    ----------
    good, bad : WordRange
        Words that differ; empty where the other side has words inserted, empty twice where nothing differs.
    """

    good: WordRange
    bad: WordRange


class MinimalPair(NamedTuple):
    """The two sentences of one item and where they differ."""

    good: Sentence
    bad: Sentence
    difference: Difference


def difference(good: Sequence[str], bad: Sequence[str]) -> Difference:
    """Cut the longest common prefix of words, then the longest common suffix of the rest."""
    shorter = min(len(good), len(bad))
    prefix = 0
    while prefix < shorter and good[prefix] == bad[prefix]:
        prefix += 1
    suffix = 0
    while suffix < shorter - prefix and good[-1 - suffix] == bad[-1 - suffix]:
        suffix += 1
    return Difference(WordRange(prefix, len(good) - suffix), WordRange(prefix, len(bad) - suffix))


def compare(good: Sentence, bad: Sentence) -> MinimalPair:
    """Return the pair with the difference of its words as spelled."""
    return MinimalPair(good, bad, difference(good.words, bad.words))
