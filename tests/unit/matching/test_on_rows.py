"""Whatever looks for phrases tells of every sequence once, and what the told one raises ends the search."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.errors import InputError
from indexer.matching.gapped.anchor_parts import AnchoredParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.ids import search as finding
from indexer.matching.ids.joined import JoinedMatcher
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.unfiltered import WalkingMatcher
from indexer.matching.text.matcher import TextMatcher
from indexer.patterns import Gap, GappedPattern
from tests.support.drawing import block_of, patterns_of, rows_of, vocabulary_of

PAIRS = ((1, [0]), (2, [1]))
PATTERNS = [GappedPattern(0, (1, 2), (Gap(0, 3),))]
IDS = {"boundary": "none", "possessive": "include"}


def tokens(pairs=PAIRS) -> TokenMatcher:
    return TokenMatcher(patterns_of(pairs), None, **IDS)


def anchored() -> GappedMatcher:
    parts = AnchoredParts(
        lambda some: TokenMatcher(some, None, **IDS),
        lambda some: WalkingMatcher(some, None, **IDS),
        patterns_of(PAIRS),
        1,
        PATTERNS,
        vocabulary=None,
    )
    return GappedMatcher(parts, 1, PATTERNS, vocabulary=None)


def text() -> TextMatcher:
    rules = {"case": "fold", "whitespace": "exact"}
    return TextMatcher(
        ["a b", "b"], np.arange(2, dtype=np.int32), vocabulary_of([b"a", b" b"], frozenset()), **IDS, **rules
    )


MATCHERS = {
    "ids": tokens,
    "walks": lambda: WalkingMatcher(patterns_of(PAIRS), None, **IDS),
    "gapped": lambda: GappedMatcher(tokens(), 1, PATTERNS, vocabulary=None),
    "anchored": anchored,
    "text": text,
    "joined": lambda: JoinedMatcher([tokens(PAIRS[:1]), tokens(PAIRS[1:])]),
}


def block():
    rng = np.random.default_rng(1)
    return block_of([rng.integers(0, 3, n).tolist() for n in (5, 0, 9, 1, 7, 30, 2)], np.uint16)


@pytest.mark.parametrize("kind", MATCHERS)
@pytest.mark.parametrize("ids_at_once", [1, 8, 1000])
def test_every_sequence_is_told_of_once_in_order(monkeypatch, kind, ids_at_once):
    monkeypatch.setattr(finding, "_IDS_AT_ONCE", ids_at_once)
    matcher, told = MATCHERS[kind](), []
    found = matcher.find(*block(), lambda first, last: told.extend(range(first, last)))
    assert told == list(range(7))
    assert rows_of(found) == rows_of(matcher.find(*block()))


def test_they_are_told_of_some_at_a_time(monkeypatch):
    monkeypatch.setattr(finding, "_IDS_AT_ONCE", 18)
    told: list[tuple[int, int]] = []
    tokens().find(*block(), lambda first, last: told.append((first, last)))
    assert told == [(0, 2), (2, 4), (4, 6), (6, 7)]


@pytest.mark.parametrize("kind", MATCHERS)
def test_what_is_raised_ends_the_search(kind):
    def refuse(first: int, last: int) -> None:
        raise InputError("refused")

    with pytest.raises(InputError, match="refused"):
        MATCHERS[kind]().find(*block(), refuse)
