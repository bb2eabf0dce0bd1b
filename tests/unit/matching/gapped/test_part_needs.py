"""The window scan leaves out parts in bad company, and none that another part stands in reach of."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.matching.gapped.anchor_parts import AnchoredParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.unfiltered import WalkingMatcher
from indexer.patterns import Gap, GappedPattern
from tests.support.drawing import block_of, patterns_of, rows_of, vocabulary_of

LONG, SHORT, PHRASE = [1, 2, 3, 4, 5], [6, 7, 8], 9
BETWEEN = [11, 12, 13]
VOCABULARY = vocabulary_of([f" w{number}".encode() for number in range(20)], frozenset())


def matchers(patterns: list[GappedPattern], forms: list[tuple[int, list[int]]]):
    """Return the whole search, and what looks for phrases and anchors alone, once it is chosen."""
    options = {"boundary": "none", "possessive": "include"}
    anchored = AnchoredParts(
        lambda some, needs: TokenMatcher(some, VOCABULARY, needs=needs, **options),
        lambda some: WalkingMatcher(some, VOCABULARY, **options),
        patterns_of(forms),
        1,
        patterns,
        vocabulary=VOCABULARY,
    )
    whole = GappedMatcher(anchored, 1, patterns, vocabulary=VOCABULARY)
    return whole, lambda: anchored._chosen[1].matcher


@pytest.mark.parametrize("unit", ["tokens", "words"])
@pytest.mark.parametrize(
    ("parts", "row", "frequent"),
    [
        # The anchor is the pair of the long part that stands in no other row: the one far from the gap.
        ((1, 2), [*LONG, *BETWEEN, *SHORT], [[2, 3, 4, 5], SHORT]),
        ((2, 1), [*SHORT, *BETWEEN, *LONG], [[1, 2, 3, 4], SHORT]),
    ],
)
def test_the_widest_gap_on_the_far_side_of_the_anchor(unit, parts, row, frequent):
    patterns = [GappedPattern(100, parts, (Gap(0, len(BETWEEN), unit),))]
    forms = [(0, [PHRASE]), (1, LONG), (2, SHORT)]
    whole, _ = matchers(patterns, forms)
    rows = [row, *(other for other in frequent for _ in range(5))]
    assert rows_of(whole.find(*block_of(rows, np.uint16))) == [(0, 0, 100, len(row))]
    too_far = [*row[: len(row) // 2], 10, *row[len(row) // 2 :]]
    whole, _ = matchers(patterns, forms)
    assert rows_of(whole.find(*block_of([too_far, *rows[1:]], np.uint16))) == []


def test_a_part_alone_is_not_found_and_a_phrase_with_its_anchor_is():
    patterns = [GappedPattern(100, (1, 2), (Gap(0, 3, "tokens"),))]
    forms = [(0, [1, 2, 15]), (1, [1, 2]), (2, SHORT)]
    whole, anchors = matchers(patterns, forms)
    rows = [[1, 2, 14, 1, 2, 15], [1, 2, 11, *SHORT], *[SHORT] * 5]
    block = block_of(rows, np.uint16)
    assert rows_of(whole.find(*block)) == [(0, 3, 0, 3), (1, 0, 100, 6)]
    # The same pair begins a phrase and is a part: it is walked as far as it may be one of them.
    assert rows_of(anchors().find(*block)) == [(0, 3, 0, 3), (0, 3, 1, 2), (1, 0, 1, 2)]


def test_a_part_of_one_id_alone_is_not_found():
    patterns = [GappedPattern(100, (1, 2), (Gap(0, 2, "tokens"),))]
    whole, anchors = matchers(patterns, [(0, [PHRASE]), (1, [3]), (2, SHORT)])
    rows = [[3, 11, 3, 11, 12, *SHORT, 3], [PHRASE, 3, 11, 12, 13, *SHORT], *[SHORT] * 9]
    block = block_of(rows, np.uint16)
    assert rows_of(whole.find(*block)) == [(0, 2, 100, 6), (1, 0, 0, 1)]
    assert (0, 0, 1, 1) not in rows_of(anchors().find(*block))
    assert (0, 2, 1, 1) in rows_of(anchors().find(*block))
