"""Small steps the rules share: the word that changed, a word by name, the end of the sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection

from indexer.phrases.difference import MinimalPair
from indexer.phrases.rules.rule import PairRule, PairSpans, RuleDoesNotApplyError, Spans
from indexer.phrases.sentence import Sentence, WordRange


def changed_word(pair: MinimalPair) -> tuple[int, int]:
    """Return the number of the one changed word on each side.

    Raises
    ------
    RuleDoesNotApplyError
        More or fewer than one word changed.
    """
    good, bad = pair.difference
    if good.n_words != 1 or bad.n_words != 1:
        raise RuleDoesNotApplyError("not exactly one word differs")
    return good.start, bad.start


def by_changed_word(mark: Callable[[Sentence, int], Spans]) -> PairRule:
    """Make a rule out of what is marked in one sentence around its changed word."""

    def rule(pair: MinimalPair) -> PairSpans:
        good, bad = changed_word(pair)
        return PairSpans(mark(pair.good, good), mark(pair.bad, bad))

    rule.__name__ = mark.__name__
    rule.__doc__ = mark.__doc__
    return rule


def by_structure(mark: Callable[[Sentence], Spans]) -> PairRule:
    """Make a rule out of what is marked in one sentence without looking at the other."""

    def rule(pair: MinimalPair) -> PairSpans:
        return PairSpans(mark(pair.good), mark(pair.bad))

    rule.__name__ = mark.__name__
    rule.__doc__ = mark.__doc__
    return rule


def first_of(side: Sentence, wanted: Collection[str], start: int = 0) -> int:
    """Return the first word from `start` on that is one of `wanted`."""
    for at in range(start, len(side)):
        if side.lower[at] in wanted:
            return at
    raise RuleDoesNotApplyError(f"no {' or '.join(sorted(wanted))} in the sentence")


def last_of(side: Sentence, wanted: Collection[str], stop: int) -> int:
    """Return the last word before `stop` that is one of `wanted`."""
    for at in range(stop - 1, -1, -1):
        if side.lower[at] in wanted:
            return at
    raise RuleDoesNotApplyError(f"no {' or '.join(sorted(wanted))} before word {stop + 1}")


def last_word(side: Sentence) -> int:
    """Return the number of the last word."""
    return len(side) - 1


def to_end(side: Sentence, start: int) -> WordRange:
    """Return the range from a word to the end of the sentence."""
    if start >= len(side):
        raise RuleDoesNotApplyError("the sentence ends too early")
    return WordRange(start, len(side))


def require(side: Sentence, at: int, wanted: Collection[str]) -> None:
    """Refuse the sentence unless word `at` is one of `wanted`."""
    if not 0 <= at < len(side) or side.lower[at] not in wanted:
        raise RuleDoesNotApplyError(f"word {at + 1} is not {' or '.join(sorted(wanted))}")
