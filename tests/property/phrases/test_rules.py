"""Whatever the sentences: differences equal slow code, spans hold together, the notation reads back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.phrases.critical_phrase import by_generic_rule, by_paradigm
from indexer.phrases.difference import compare, difference
from indexer.phrases.generic import Neighbourhood
from indexer.phrases.marking import MarkedSentence, mark, unmark
from indexer.phrases.rules.rule import RuleDoesNotApplyError
from indexer.phrases.rules.table import PARADIGMS
from indexer.phrases.segmentation import split
from indexer.phrases.sentence import CharRange, split_at_spaces
from tests.support.examples import examples

VOCABULARY_LINE = (
    "the a this those there who what that no not only even ever by to and of about at most least "
    "is are was hasn't goose geese noor's himself themselves sees seen art galleries it"
)
VOCABULARY = VOCABULARY_LINE.split(" ")
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=9)
TEXT = st.text(alphabet="ab c'.?\t\né他ก้א-", max_size=25)


@given(WORDS, WORDS)
def test_the_difference_equals_trying_every_cut(good: list[str], bad: list[str]) -> None:
    found = difference(good, bad)
    prefix = max(n for n in range(min(len(good), len(bad)) + 1) if good[:n] == bad[:n])
    rest = min(len(good), len(bad)) - prefix
    suffix = max(n for n in range(rest + 1) if good[len(good) - n :] == bad[len(bad) - n :])
    assert (found.good.start, found.good.stop) == (prefix, len(good) - suffix)
    assert (found.bad.start, found.bad.stop) == (prefix, len(bad) - suffix)


@given(TEXT)
def test_words_are_what_stands_at_their_offsets(text: str) -> None:
    for side in (split(text), split_at_spaces(text)):
        spelled = [
            text[start : start + len(word)] for start, word in zip(side.starts, side.words, strict=True)
        ]
        assert spelled == side.words
        assert all(side.words)
        assert sorted(side.starts) == list(side.starts)
        left = list(text)
        for start, word in zip(side.starts, side.words, strict=True):
            left[start : start + len(word)] = " " * len(word)
        assert not "".join(left).translate(str.maketrans("", "", ".?")).strip()


@given(TEXT, TEXT, st.sampled_from(["left", "right", "both"]), st.integers(1, 3))
def test_generic_spans_hold_together(good: str, bad: str, side: str, reach: int) -> None:
    pair = compare(split(good), split(bad))
    found = by_generic_rule(pair, Neighbourhood(side, reach))
    assert found.order_contrast == (
        pair.good.lower != pair.bad.lower and sorted(pair.good.lower) == sorted(pair.bad.lower)
    )
    if found.spans is None:
        assert found.excluded
        return
    for sentence, (critical, context, phrase) in zip(pair[:2], found.spans, strict=True):
        for part in (critical, context or critical):
            assert phrase.start <= part.start < part.stop <= phrase.stop
            assert part.start in sentence.starts
            assert sentence.text[part.start : part.stop].strip() == sentence.text[part.start : part.stop]
        if context is not None:
            assert critical.stop <= context.start or context.stop <= critical.start
    if found.excluded is None:
        texts = [
            side.text[spans.phrase.start : spans.phrase.stop].lower().split()
            for side, spans in zip(pair[:2], found.spans, strict=True)
        ]
        assert texts[0] != texts[1]


@settings(max_examples=examples(300))
@given(WORDS, WORDS, st.sampled_from(sorted(PARADIGMS)))
def test_a_rule_marks_sound_spans_or_says_that_it_does_not_apply(
    good: list[str], bad: list[str], uid: str
) -> None:
    pair = compare(split_at_spaces(" ".join(good)), split_at_spaces(" ".join(bad)))
    try:
        found = by_paradigm(pair, PARADIGMS[uid])
    except RuleDoesNotApplyError as reason:
        assert str(reason)
        return
    assert found.spans is not None
    for critical, context, phrase in found.spans:
        assert context is not None
        for part in (critical, context):
            assert phrase.start <= part.start < part.stop <= phrase.stop
        assert critical.stop <= context.start or context.stop <= critical.start


@given(st.data(), st.text(alphabet="ab c", min_size=4, max_size=12))
def test_marked_sentences_read_back(data: st.DataObject, text: str) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    first, second = CharRange(*cuts[:2]), CharRange(*cuts[2:])
    phrase = CharRange(cuts[0], cuts[3])
    if first.start == first.stop or second.start == second.stop:
        return
    for critical, context in ((first, second), (second, first)):
        sentence = MarkedSentence(text, critical, context, phrase)
        assert unmark(mark(sentence)) == sentence
