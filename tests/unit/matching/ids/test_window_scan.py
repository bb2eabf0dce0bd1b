"""The traps of a scan by anchors: found twice, found nowhere, cut at a block, missed for a bad sample."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.threads import find_with_threads
from indexer.matching.ids.fastest import fastest_search
from indexer.matching.ids.kernels.windows import BLOCK_TOKENS, new_scratch
from indexer.matching.ids.matcher import Prepared, TokenMatcher
from indexer.matching.ids.prefilter import build_prefilter
from indexer.matching.sampled import BuiltFromSample
from indexer.patterns import IdPatterns
from tests.naive import naive_id_matches
from tests.reference import ReferenceMatcher
from tests.support.drawing import patterns_of, rows_of

pytestmark = pytest.mark.usefixtures("way")
JIT_ONLY = pytest.mark.skipif(
    "NUMBA_DISABLE_JIT" in __import__("os").environ, reason="too many tokens for the interpreter"
)


def matcher_of(pairs) -> TokenMatcher:
    return TokenMatcher(patterns_of(pairs), None, boundary="none", possessive="include")


def find(pairs, rows, dtype=np.uint16):
    ids = np.array([i for row in rows for i in row], dtype)
    borders = np.cumsum([0, *map(len, rows)])
    return rows_of(matcher_of(pairs).find(ids, borders[:-1], borders[1:]))


@pytest.mark.parametrize(
    ("pairs", "row"),
    [
        pytest.param([(0, [5, 6, 5, 6])], [5, 6] * 6, id="the anchor stands twice in the phrase"),
        pytest.param([(0, [1, 2, 3, 4])], [1, 2, 3, 4], id="every pair of the phrase is rare"),
        pytest.param(
            [(0, [1, 2, 3, 4]), (1, [1, 2]), (2, [3, 4]), (3, [2, 3])],
            [1, 2, 3, 4, 1, 2, 3, 4],
            id="a phrase inside the windows of three other anchors",
        ),
        pytest.param([(0, [7, 7, 7]), (1, [7, 7])], [7] * 20, id="one id again and again"),
        pytest.param(
            [(0, [9, 1, 2]), (1, [1, 2]), (2, [1, 2, 9]), (3, [9, 1, 2, 9])],
            [9, 1, 2, 9, 1, 2, 9],
            id="all kinds of context on one anchor",
        ),
        pytest.param([(0, [1, 2]), (0, [1, 2, 3]), (0, [2, 3])], [1, 2, 3], id="three forms, two places"),
        pytest.param([(0, [3]), (1, [3, 4]), (2, [2, 3])], [2, 3, 4, 3, 3, 4], id="one id is an anchor too"),
        pytest.param([(0, [0]), (1, [0, 0])], [0, 0, 0], id="the id 0"),
        pytest.param([(0, [65535, 65535])], [65535] * 5, id="the largest id"),
    ],
)
def test_each_place_is_found_once(pairs, row):
    expected = naive_id_matches(pairs, [row])
    assert find(pairs, [row]) == expected
    assert find(pairs, [row, row], np.uint32) == expected + [(1, *rest) for _, *rest in expected]


def test_ids_that_do_not_fit_the_stream_are_never_found():
    pairs = [(0, [1, 65537]), (1, [65537]), (2, [65537 + 1, 2]), (3, [1, 2])]
    assert find(pairs, [[1, 1, 2, 2]]) == [(0, 1, 3, 2)]
    assert find(pairs, [[1, 65537, 65538, 2]], np.uint32) == [(0, 0, 0, 2), (0, 1, 1, 1), (0, 2, 2, 2)]


def random_case(seed: int, n_tokens: int, n_ids: int, n_patterns: int, longest: int):
    rng = np.random.default_rng(seed)
    stream = np.minimum(rng.zipf(1.3, n_tokens) - 1, n_ids - 1).astype(np.uint16)
    pairs = set()
    while len(pairs) < n_patterns:
        length = int(rng.integers(1, longest + 1))
        first = int(rng.integers(0, n_tokens - length))
        pairs.add((len(pairs) % 50, tuple(stream[first : first + length].tolist())))
    return stream, sorted(pairs)


N_TOKENS = 2 * BLOCK_TOKENS + 9000
"""Two borders of blocks, and a last block that is not full."""


@cache
def searched_in_rows(row_length: int, longest: int):
    """Return a stream, patterns, starts and stops of rows, and what the reference finds."""
    n_tokens = N_TOKENS
    stream, pairs = random_case(row_length + longest, n_tokens, 300, 200, longest)
    starts = np.arange(0, n_tokens, row_length)
    stops = np.minimum(starts + row_length, n_tokens)
    reference = ReferenceMatcher(patterns_of(pairs), None, boundary="none", possessive="include")
    return stream, pairs, starts, stops, reference.find(stream, starts, stops)


@JIT_ONLY
@pytest.mark.parametrize("row_length", [7, 300, 2049, N_TOKENS])
@pytest.mark.parametrize("longest", [6, 700])
def test_blocks_do_not_show(row_length, longest):
    stream, pairs, starts, stops, expected = searched_in_rows(row_length, longest)
    assert len(expected.row) >= (200 if longest <= row_length else 0)
    found = matcher_of(pairs).find(stream, starts, stops)
    for column in ("row", "token_offset", "phrase", "n_tokens"):
        assert np.array_equal(getattr(found, column), getattr(expected, column))


@JIT_ONLY
def test_rows_that_overlap_lie_apart_or_go_back():
    stream, pairs = random_case(1, 60_000, 200, 300, 9)
    starts = np.concatenate([np.arange(0, 50_000, 1000), [40_000, 10_000, 10_000, 59_000]])
    stops = np.minimum(starts + np.resize([1001, 1500, 700, 5000], len(starts)), len(stream))
    reference = ReferenceMatcher(patterns_of(pairs), None, boundary="none", possessive="include")
    expected = rows_of(reference.find(stream, starts, stops))
    matcher = matcher_of(pairs)
    assert rows_of(matcher.find(stream, starts, stops)) == expected
    assert rows_of(find_with_threads(matcher, stream, starts, stops, 3)) == expected


@JIT_ONLY
def test_what_is_found_does_not_depend_on_the_sample():
    stream, pairs = random_case(2, 50_000, 500, 500, 8)
    starts, stops = np.array([0]), np.array([len(stream)])
    expected = rows_of(matcher_of(pairs).find(stream, starts, stops))
    for sample in (stream[:0], stream[:1], stream[:100], np.zeros(1000, np.uint16), stream[::-1].copy()):
        matcher = matcher_of(pairs)
        prefilter = build_prefilter(patterns_of(pairs), sample)
        fastest = fastest_search(matcher.automaton, prefilter, stream[:100], new_scratch())
        other = Prepared(fastest, matcher.reported)
        matcher._prepared = BuiltFromSample(lambda *_, other=other: other, 0)
        assert rows_of(matcher.find(stream, starts, stops)) == expected


@JIT_ONLY
def test_a_phrase_that_hits_everywhere_stays_exact():
    stream = np.full(200_000, 8, np.uint16)
    stream[::7] = 3
    pairs = [(0, [8]), (1, [8, 8]), (2, [3, 8]), (3, [3])]
    found = matcher_of(pairs).find(stream, np.array([0, 100_000]), np.array([100_000, 200_000]))
    inside = np.ones(len(stream) - 1, bool)
    inside[99_999] = False
    counts = [
        (stream == 8).sum(),
        ((stream[:-1] == 8) & (stream[1:] == 8) & inside).sum(),
        ((stream[:-1] == 3) & (stream[1:] == 8) & inside).sum(),
        (stream == 3).sum(),
    ]
    assert np.bincount(found.phrase).tolist() == counts


def test_the_stream_may_be_a_read_only_map(tmp_path):
    path = tmp_path / "shard.bin"
    np.array([4, 1, 2, 3, 1, 2], "<u2").tofile(path)
    ids = np.memmap(path, "<u2", mode="r")
    found = matcher_of([(0, [1, 2])]).find(ids, np.array([0]), np.array([6]))
    assert rows_of(found) == [(0, 1, 0, 2), (0, 4, 0, 2)]


def test_wrong_arrays_are_refused():
    matcher = matcher_of([(0, [1])])
    with pytest.raises(TypeError, match="int64"):
        matcher.find(np.array([1, 2]), np.array([0]), np.array([2]))
    with pytest.raises(ValueError, match="beyond"):
        matcher.find(np.array([1, 2], np.uint16), np.array([0]), np.array([3]))
    with pytest.raises(ValueError, match="starts"):
        matcher.find(np.array([1, 2], np.uint16), np.array([0]), np.array([1, 2]))


def test_an_empty_pattern_set_finds_nothing():
    none = IdPatterns(np.zeros(0, np.uint32), np.zeros(1, np.int64), np.zeros(0, np.int32))
    matcher = TokenMatcher(none, None, boundary="none", possessive="include")
    assert rows_of(matcher.find(np.array([1, 2], np.uint16), np.array([0]), np.array([2]))) == []


@JIT_ONLY
def test_occurrences_that_come_far_out_of_order_are_put_in_order():
    # A run of one id: the longest pattern ends last and begins first, for every length up to the whole row.
    longest = 120
    pairs = [(longest - n, (5,) * n) for n in range(1, longest + 1)]
    stream = np.full(400, 5, np.uint16)
    found = matcher_of(pairs).find(stream, np.array([0, 200]), np.array([200, 400]))
    expected = [
        (row, first, longest - n, n)
        for row in range(2)
        for first in range(200)
        for n in range(min(longest, 200 - first), 0, -1)
    ]
    assert rows_of(found) == expected
