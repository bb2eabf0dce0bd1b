"""How a corpus is cut and joined into ranges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.sequences import Shard
from indexer.plan.facts import ScanRange
from indexer.plan.ranges import LEAST_RANGE_TOKENS, N_RANGES, RANGE_TOKENS, cut_into_ranges

MANY = 50_000


def corpus(*shards: tuple[int, int], seekable: bool = True) -> list[Shard]:
    """Return shards of so many sequences and tokens each."""
    made, first = [], 0
    for number, (n_sequences, n_tokens) in enumerate(shards):
        made.append(
            Shard(
                number,
                f"{number}.bin",
                f"/{number}.bin",
                n_tokens * 2,
                None,
                first,
                n_sequences,
                n_tokens,
                seekable=seekable,
            )
        )
        first += n_sequences
    return made


def covered(ranges: tuple[ScanRange, ...]) -> list[tuple[int, int]]:
    """Return shard and number of every sequence, in the order of the ranges."""
    return [
        (one.shard, sequence)
        for scan_range in ranges
        for one in scan_range.slices
        for sequence in range(one.start, one.stop)
    ]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 3 * RANGE_TOKENS)), max_size=40),
    st.sets(st.integers(0, 40)),
    st.booleans(),
)
def test_every_sequence_is_in_one_range(shards, known, seekable):
    made = corpus(*((n, tokens if n else 0) for n, tokens in shards), seekable=seekable)
    ranges = cut_into_ranges(made, {f"{number}.bin" for number in known})
    whole = [
        (shard.number, number)
        for shard in made
        for number in range(shard.first_sequence, shard.first_sequence + shard.n_sequences)
    ]
    assert covered(ranges) == whole
    assert [one.number for one in ranges] == list(range(len(ranges)))
    assert all(one.stop > one.start for scan_range in ranges for one in scan_range.slices)
    assert all(len(set(one.shards)) == len(one.shards) for one in ranges)


def test_small_shards_are_joined():
    ranges = cut_into_ranges(corpus(*[(10, 1_000)] * MANY), ())
    assert N_RANGES <= len(ranges) <= 2 * N_RANGES
    sizes = {len(one.slices) for one in ranges[:-1]}
    assert len(sizes) == 1


def test_joined_shards_are_no_more_than_a_range():
    n_tokens = RANGE_TOKENS // 10
    ranges = cut_into_ranges(corpus(*[(10, n_tokens)] * MANY), ())
    assert {len(one.slices) for one in ranges} == {10}


def test_a_few_shards_are_left_alone():
    ranges = cut_into_ranges(corpus(*[(10, 1_000)] * 100), ())
    assert [one.shards for one in ranges] == [(number,) for number in range(100)]


def test_a_large_shard_is_cut():
    ranges = cut_into_ranges(corpus((4_096, 4 * RANGE_TOKENS)), ())
    assert len(ranges) == 4 * RANGE_TOKENS // LEAST_RANGE_TOKENS
    assert {one.stop - one.start for one in ranges} == {4_096 // len(ranges)}


def test_a_packed_shard_and_one_of_a_known_hash_stay_whole():
    large = (4_096, 4 * RANGE_TOKENS)
    assert len(cut_into_ranges(corpus(large, seekable=False), ())) == 1
    assert len(cut_into_ranges(corpus(large), {"0.bin"})) == 1


@given(st.sets(st.integers(0, 4_200), max_size=200), st.booleans())
def test_a_packed_shard_is_cut_where_frames_begin(begins, seekable):
    one = corpus((4_096, 4 * LEAST_RANGE_TOKENS), seekable=seekable)
    ranges = cut_into_ranges(one, (), lambda _: np.array(sorted(begins), np.int64))
    assert covered(ranges) == [(0, number) for number in range(4_096)]
    starts = [scan_range.slices[0].start for scan_range in ranges]
    assert set(starts) <= begins | {0}
    assert len(starts) <= 4
    assert cut_into_ranges(one, {"0.bin"}, lambda _: np.arange(4_096))[0].slices[0].stop == 4_096
    if begins >= {1_024, 2_048, 3_072}:
        assert starts == [0, 1_024, 2_048, 3_072]


def test_a_packed_shard_of_even_frames_is_cut_evenly():
    one = corpus((4_096, 4 * LEAST_RANGE_TOKENS), seekable=False)
    ranges = cut_into_ranges(one, (), lambda _: np.arange(0, 4_096, 100))
    assert [scan_range.slices[0].start for scan_range in ranges] == [0, 1_100, 2_100, 3_100]


def test_a_cut_shard_begins_a_range_with_each_part_but_its_first():
    ranges = cut_into_ranges(corpus((1, 10), (4_096, 4 * LEAST_RANGE_TOKENS), (1, 10)), ())
    assert [one.shards for one in ranges] == [(0,), (1,), (1,), (1,), (1,), (2,)]


def test_empty_shards_are_in_no_range():
    ranges = cut_into_ranges(corpus((0, 0), (1, 10), (0, 0)), ())
    assert [one.shards for one in ranges] == [(1,)]
