"""The generic rule: what differs, and the words beside it. For pairs no special rule is known for."""

from __future__ import annotations

from typing import NamedTuple

from indexer.phrases.difference import Difference, MinimalPair, difference
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans
from indexer.phrases.sentence import Sentence, WordRange, hull

SENTENCE_WIDE_SHARE = 0.8
"""From this share of the sentence on, verbatim exposure of a phrase means little."""


class Neighbourhood(NamedTuple):
    """Where the generic rule takes its context.

    Attributes
    ----------
    side : str
        ``left``, ``right`` or ``both`` of the words that differ. Where that side has none, the other.
    reach : int
        Words of context on a side.
    """

    side: str = "left"
    reach: int = 1


def generic_rule(pair: MinimalPair, neighbourhood: Neighbourhood | None = None) -> PairSpans | None:
    """Mark the difference and the words beside it; None where nothing differs.

    1. The difference is taken without case. Nothing differs: no phrase.
    2. One side empty (a word was inserted): both are widened by the word before; at the start of the
       sentence by the word after.
    3. Critical is the difference, context the word before it; the word after it at the start of the sentence.
    4. The phrase is the hull of both. While the phrases are equal without case, they grow to the left word
       by word, then to the right.

    A sentence that is nothing but the difference has no context.

    Raises
    ------
    RuleDoesNotApplyError
        A sentence has no words at all.
    """
    taken = neighbourhood or Neighbourhood()
    good, bad = pair.good, pair.bad
    differ = difference(good.lower, bad.lower)
    if not differ.good.n_words and not differ.bad.n_words:
        return None
    critical = _without_empty_side(good, bad, differ)
    marked = PairSpans(
        _beside(good, critical.good, taken),
        _beside(bad, critical.bad, taken),
    )
    return _until_different(good, bad, marked)


def order_contrast(pair: MinimalPair) -> bool:
    """Tell whether the words are the same on both sides, in another order."""
    good, bad = pair.good.lower, pair.bad.lower
    if len(good) != len(bad) or good == bad:
        return False
    # Words that are the same at both ends decide nothing.
    ours, theirs = pair.difference
    return sorted(good[ours.start : ours.stop]) == sorted(bad[theirs.start : theirs.stop])


def _without_empty_side(good: Sentence, bad: Sentence, differ: Difference) -> Difference:
    if differ.good.n_words and differ.bad.n_words:
        return differ
    if differ.good.start > 0:
        return Difference(_grown(differ.good, left=1), _grown(differ.bad, left=1))
    if differ.good.stop < len(good) and differ.bad.stop < len(bad):
        return Difference(_grown(differ.good, right=1), _grown(differ.bad, right=1))
    raise RuleDoesNotApplyError("one sentence has no words")


def _beside(side: Sentence, critical: WordRange, taken: Neighbourhood) -> Spans:
    left = WordRange(max(0, critical.start - taken.reach), critical.start)
    right = WordRange(critical.stop, min(len(side), critical.stop + taken.reach))
    first, second = (right, left) if taken.side == "right" else (left, right)
    context = first if first.n_words else second
    if not context.n_words:
        return Spans(critical, None, critical)
    phrase = hull(critical, context)
    if taken.side == "both" and second.n_words:
        phrase = hull(phrase, second)
    return Spans(critical, context, phrase)


def _until_different(good: Sentence, bad: Sentence, marked: PairSpans) -> PairSpans:
    ours, theirs = marked.good.phrase, marked.bad.phrase
    while _text(good, ours) == _text(bad, theirs):
        if ours.start > 0 and theirs.start > 0:
            ours, theirs = _grown(ours, left=1), _grown(theirs, left=1)
        elif ours.stop < len(good) and theirs.stop < len(bad):
            ours, theirs = _grown(ours, right=1), _grown(theirs, right=1)
        else:
            raise RuleDoesNotApplyError("no phrase tells the sentences apart")
    return PairSpans(marked.good._replace(phrase=ours), marked.bad._replace(phrase=theirs))


def _text(side: Sentence, words: WordRange) -> list[str]:
    return side.lower[words.start : words.stop]


def _grown(words: WordRange, left: int = 0, right: int = 0) -> WordRange:
    return WordRange(words.start - left, words.stop + right)
