"""Parts looked for beside their anchors alone: fewer of them, all true, and the same gapped occurrences."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.matching.gapped.anchor_parts import AnchorParts
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.ids.matcher import TokenMatcher
from indexer.patterns import Gap, GappedPattern
from tests.support.drawing import block_of, patterns_of, rows_of, vocabulary_of
from tests.support.examples import examples

FREQUENT = [b" a", b" b", b",", b" the", b"", b"s"]
RARE = [f" w{number}".encode() for number in range(30)] + [b" of a", b" one of the", b"-x y", b"\n\n"]
SPELLED = [*FREQUENT, *RARE, b""]
SPECIAL = len(SPELLED) - 1
N_PHRASES, N_PARTS = 5, 40


def drawn(seed: int) -> tuple[list[tuple[int, list[int]]], list[GappedPattern], list[list[int]]]:
    """Return forms of phrases and parts, patterns, and rows in which a few ids are most of the text."""
    rng = np.random.default_rng(seed)
    shares = np.array([0.8 / len(FREQUENT)] * len(FREQUENT) + [0.19 / len(RARE)] * len(RARE) + [0.01])

    def text(n: int) -> list[int]:
        return rng.choice(len(SPELLED), n, p=shares / shares.sum()).tolist()

    rows = [text(int(rng.integers(0, 400))) for _ in range(4)]
    numbers = [*range(N_PHRASES + N_PARTS), *rng.integers(0, N_PHRASES + N_PARTS, 10).tolist()]
    forms = {(n, tuple(i % SPECIAL for i in text(int(rng.integers(1, 4))))) for n in numbers}
    patterns = []
    for number in range(40):
        parts = rng.integers(N_PHRASES, N_PHRASES + N_PARTS, int(rng.integers(2, 5))).tolist()
        gaps = []
        for _ in parts[1:]:
            least = int(rng.integers(0, 3))
            gaps.append(Gap(least, least + int(rng.integers(0, 9)), str(rng.choice(["tokens", "words"]))))
        patterns.append(GappedPattern(100 + number, tuple(parts), tuple(gaps)))
    return sorted((n, list(form)) for n, form in forms), patterns, rows


@pytest.mark.parametrize("boundary", ["none", "word"])
def test_gapped_occurrences_are_the_same_and_parts_are_fewer(boundary):
    n_all = n_left = n_joined = 0
    for seed in range(examples(60)):
        forms, patterns, rows = drawn(seed)
        vocabulary = vocabulary_of(SPELLED, frozenset([SPECIAL]))
        options = {"boundary": boundary, "possessive": "include"}
        everywhere = TokenMatcher(patterns_of(forms), vocabulary, **options)
        gaps = gap_table(patterns, N_PHRASES, vocabulary)
        anchored = AnchorParts(
            patterns_of(forms),
            N_PHRASES,
            gaps,
            vocabulary=vocabulary,
            **options,
        )
        block = block_of(rows, np.uint16)
        if seed % 2:  # anchors chosen on another stream
            anchored.find(*block_of(drawn(seed + 1000)[2], np.uint16))
        found, left = (rows_of(matcher.find(*block)) for matcher in (everywhere, anchored))
        assert left == sorted(set(left)) and set(left) <= set(found)
        assert [place for place in left if place[2] < N_PHRASES] == [
            place for place in found if place[2] < N_PHRASES
        ]
        n_all, n_left = n_all + len(found), n_left + len(left)
        joined, joined_left = (
            rows_of(GappedMatcher(matcher, N_PHRASES, gaps, vocabulary=vocabulary).find(*block))
            for matcher in (everywhere, anchored)
        )
        assert joined_left == joined
        n_joined += sum(place[2] >= 100 for place in joined)
    assert n_joined > 8 * examples(60)
    assert n_left < n_all


def test_anchors_are_chosen_anew_for_a_much_larger_block():
    forms, patterns = [(0, [9]), (1, [0]), (2, [1])], [GappedPattern(0, (1, 2), (Gap(0, 0),))]
    anchored = AnchorParts(
        patterns_of(forms),
        1,
        gap_table(patterns, 1, None),
        vocabulary=None,
        boundary="none",
        possessive="include",
    )
    assert rows_of(anchored.find(*block_of([[5]], np.uint16))) == []
    row = [1] * 20_000 + [0, 1, 9]
    assert rows_of(anchored.find(*block_of([row], np.uint16))) == [
        (0, 20_000, 1, 1),
        (0, 20_001, 2, 1),
        (0, 20_002, 0, 1),
    ]


def test_blanks_before_the_other_part_may_lie_in_the_anchor():
    spelled = [b"no", b"\n\n", b"cats", b""]
    vocabulary = vocabulary_of(spelled, frozenset([3]))
    options = {"boundary": "none", "possessive": "include"}
    forms = [(1, [0, 1]), (2, [1, 2])]  # the second begins at "cats": its blanks are no part of it
    patterns = [GappedPattern(100, (1, 2), (Gap(0, 0),))]
    gaps = gap_table(patterns, 1, vocabulary)
    anchored = AnchorParts(
        patterns_of(forms),
        1,
        gaps,
        vocabulary=vocabulary,
        **options,
    )
    # The first row makes the second part the more frequent one, so that the first is the anchor.
    block = block_of([[1, 2, 1, 2], [0, 1, 2]], np.uint16)
    matcher = GappedMatcher(anchored, 1, gaps, vocabulary=vocabulary)
    assert rows_of(matcher.find(*block)) == [(1, 0, 100, 3)]
