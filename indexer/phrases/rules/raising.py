"""Control and raising: the predicate that lets an expletive, or a gap, stand where it stands."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, WordRange, word


def there_raising_predicate(pair: MinimalPair) -> PairSpans:
    """Critical: the predicate. Context: the There that opens the sentence. The phrase takes "to" as well."""
    return PairSpans(
        _there_to(pair.good, pair.difference.good),
        _there_to(pair.bad, pair.difference.bad),
    )


def _there_to(side: Sentence, predicate: WordRange) -> Spans:
    if not predicate.n_words:
        raise RuleDoesNotApplyError("the predicate is the same on both sides")
    if side.lower[0] != "there" or side.lower[predicate.stop : predicate.stop + 1] != ["to"]:
        raise RuleDoesNotApplyError("not There ... predicate to")
    return spans(predicate, word(0), word(predicate.stop))
