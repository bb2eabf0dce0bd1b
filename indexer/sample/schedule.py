"""Which document of the corpus holds which phrases: some early, some late, some never."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.sample.dice import Dice
from indexer.sample.pairs import MinimalPair, Phrase

_MAX_PHRASES = 8
"""Phrases a document may be given, so that none grows past the length of a sequence."""


def schedule(
    pairs: Iterable[MinimalPair], dice: Dice, *, n_documents: int, n_seen: int
) -> list[list[Phrase]]:
    """Give each document the phrases it shall hold.

    Parameters
    ----------
    pairs : iterable of MinimalPair
        The pairs; each draws one fate for its two phrases, and a phrase keeps the first fate it draws.
    dice : Dice
        The chance.
    n_documents : int
        Documents of the corpus.
    n_seen : int
        The first so many are trained on; the rest make a last batch that is dropped.

    Returns
    -------
    list of list of Phrase
        For each document, in no particular order.
    """
    documents: list[list[Phrase]] = [[] for _ in range(n_documents)]
    decided: set[str] = set()
    for pair in pairs:
        fate = _fate(dice, n_documents=n_documents, n_seen=n_seen)
        for phrase, (start, stop, low, high) in zip((pair.good, pair.bad), fate, strict=True):
            if phrase.text in decided:
                continue
            decided.add(phrase.text)
            for _ in range(dice.between(low, high) if high else 0):
                _place(phrase, documents, dice, start, stop)
    return documents


Span = tuple[int, int, int, int]
"""First document, document after the last, least and most occurrences."""


def _fate(dice: Dice, *, n_documents: int, n_seen: int) -> tuple[Span, Span]:
    """Draw where the good and the bad phrase of a pair shall stand."""
    third = n_seen // 3
    throughout, early, late = (0, n_seen), (0, third), (2 * third, n_seen)
    nowhere = (0, n_seen, 0, 0)
    fates: list[tuple[float, Span, Span]] = [
        (0.31, nowhere, nowhere),
        (0.03, (n_seen, n_documents, 1, 1), nowhere),
        (0.06, nowhere, (*throughout, 1, 5)),
        (0.10, (*throughout, 50, 300), nowhere),
        (0.15, (*early, 1, 20), nowhere),
        (0.12, (*late, 1, 20), nowhere),
        (0.13, (*throughout, 1, 10), nowhere),
        (0.06, (*early, 5, 50), (*late, 1, 3)),
        (0.04, (*throughout, 20, 100), (*throughout, 1, 10)),
    ]
    while True:
        share, good, bad = dice.pick(fates)
        if dice.chance(share):
            return good, bad


def _place(phrase: Phrase, documents: list[list[Phrase]], dice: Dice, start: int, stop: int) -> None:
    document = documents[start + dice.below(stop - start)]
    if len(document) < _MAX_PHRASES:
        document.append(phrase)
