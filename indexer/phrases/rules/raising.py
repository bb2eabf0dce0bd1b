"""Control and raising: the predicate that lets an expletive, or a gap, stand where it stands."""

from __future__ import annotations

from indexer.phrases.difference import MinimalPair
from indexer.phrases.rules.marks import by_structure, require, to_end
from indexer.phrases.rules.rule import PairSpans, RuleDoesNotApplyError, Spans, spans
from indexer.phrases.sentence import Sentence, WordRange, word

TO = frozenset({"to"})


@by_structure
def verb_before_there(side: Sentence) -> Spans:
    """Critical: the embedding verb. Context: there. The phrase takes "to" as well."""
    return _before_expletive(side, "there")


@by_structure
def verb_before_it(side: Sentence) -> Spans:
    """Critical: the word before "it to"; auxiliaries may differ too. Context: it."""
    return _before_expletive(side, "it")


def _before_expletive(side: Sentence, expletive: str) -> Spans:
    for at in range(1, len(side) - 1):
        if side.lower[at] == expletive and side.lower[at + 1] == "to":
            return spans(word(at - 1), word(at), word(at + 1))
    raise RuleDoesNotApplyError(f'no "{expletive} to" after a verb')


def there_raising_predicate(pair: MinimalPair) -> PairSpans:
    """Critical: the predicate that differs. Context: There, word 0. The phrase takes "to" as well."""
    return PairSpans(
        _there_to(pair.good, pair.difference.good),
        _there_to(pair.bad, pair.difference.bad),
    )


def _there_to(side: Sentence, predicate: WordRange) -> Spans:
    _require_words(predicate)
    require(side, 0, {"there"})
    require(side, predicate.stop, TO)
    return spans(predicate, word(0), word(predicate.stop))


def adjective_and_infinitive(pair: MinimalPair) -> PairSpans:
    """Critical: the adjective that differs. Context: the infinitive after "to", to the end."""
    return PairSpans(
        _adjective_to(pair.good, pair.difference.good),
        _adjective_to(pair.bad, pair.difference.bad),
    )


def _adjective_to(side: Sentence, adjective: WordRange) -> Spans:
    _require_words(adjective)
    require(side, adjective.stop, TO)
    return spans(adjective, to_end(side, adjective.stop + 1))


def _require_words(predicate: WordRange) -> None:
    if not predicate.n_words:
        raise RuleDoesNotApplyError("the predicates do not differ")
