"""What the matcher of gapped patterns refuses, and that samples and batches change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.errors import ConfigError, InputError
from indexer.matching.gapped.matcher import GappedMatcher
from indexer.matching.gapped.pattern_table import gap_table
from indexer.matching.ids.matcher import TokenMatcher
from indexer.patterns import Gap, GappedPattern
from tests.naive import naive_gapped_id_matches, naive_id_matches
from tests.support.drawing import block_of, patterns_of, rows_of


def inner(pairs=((1, [0]), (2, [1]))) -> TokenMatcher:
    return TokenMatcher(patterns_of(pairs), None, boundary="none", possessive="include")


@pytest.mark.parametrize(
    ("parts", "gaps"),
    [
        ((1,), ()),
        ((1, 2), ()),
        ((1, 2), (Gap(3, 2),)),
        ((1, 2), (Gap(-1, 2),)),
        ((1, 2), (Gap(0, 1, "lines"),)),
        ((1, 2), (Gap(0, 1_000_001),)),
        ((0, 1), (Gap(0, 1),)),
    ],
)
def test_what_makes_no_sense_is_refused(parts, gaps):
    with pytest.raises(InputError, match="phrase 7: a gapped pattern with"):
        gap_table([GappedPattern(7, parts, gaps)], 1, None)


def test_words_without_a_vocabulary_are_refused():
    with pytest.raises(ConfigError, match="words in gaps cannot be counted without a tokenizer"):
        gap_table([GappedPattern(0, (1, 2), (Gap(0, 1, "words"),))], 1, None)


def test_more_occurrences_than_there_is_room_for_at_first():
    row = [0] * 60 + [1] * 60
    pattern = (0, (1, 2), (Gap(0, 200),))
    matcher = GappedMatcher(inner(), 1, gap_table([GappedPattern(*pattern)], 1, None), vocabulary=None)
    found = rows_of(matcher.find(*block_of([row, row], np.uint16)))
    places = naive_id_matches([(1, [0]), (2, [1])], [row, row])
    assert len(found) == 7200
    assert found == naive_gapped_id_matches(places, [pattern], [row, row])


def test_anchors_chosen_on_another_stream_change_nothing():
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 6, (3, 40)).tolist()
    patterns = [(0, (1, 2), (Gap(0, 9),)), (3, (2, 1), (Gap(1, 4),)), (4, (1, 2, 1), (Gap(0, 3), Gap(0, 3)))]
    pairs = [(1, [0]), (2, [1]), (2, [1, 2])]
    expected = naive_gapped_id_matches(
        naive_id_matches([(5 if p == 1 else 6, ids) for p, ids in pairs], rows),
        [(p, tuple(n + 4 for n in parts), gaps) for p, parts, gaps in patterns],
        rows,
    )
    assert expected
    for first in ([[0] * 30 + [1]], [[1] * 30 + [0]]):
        shifted = [(p + 4, ids) for p, ids in pairs]
        given = [GappedPattern(p, tuple(n + 4 for n in parts), gaps) for p, parts, gaps in patterns]
        matcher = GappedMatcher(inner(shifted), 5, gap_table(given, 5, None), vocabulary=None)
        matcher.find(*block_of(first, np.uint16))
        assert rows_of(matcher.find(*block_of(rows, np.uint16))) == expected
