"""What is checked and recorded of a block on its way to the matcher."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import InputError
from indexer.matching.matches import Matches
from indexer.scanning.blocks import TokensHash, check_vocabulary, keep_exposing

SHARD = Shard(0, "a.bin", "/x/a.bin", 20, None, 0, 2, 10)


def block(ids, edges, first=0, counted=None):
    return SequenceBlock(
        np.array(ids, np.uint16),
        np.array(edges[:-1], np.int64),
        np.array(edges[1:], np.int64),
        first,
        counted,
    )


def match_at(*places):
    columns = np.array(places).T
    return Matches(
        columns[0].astype(np.int32),
        columns[1].astype(np.int64),
        columns[2].astype(np.int32),
        columns[3].astype(np.int32),
    )


def test_an_id_beyond_the_vocabulary_is_named_by_sequence_and_token():
    with pytest.raises(
        InputError, match=r"a\.bin, sequence 8, token 1: id 9 is beyond the vocabulary; expected ids below 9"
    ):
        check_vocabulary(block([1, 2, 3, 9], [0, 2, 4], first=7), 9, SHARD)
    check_vocabulary(block([1, 2, 3, 8], [0, 2, 4]), 9, SHARD)


def test_the_hash_does_not_depend_on_how_blocks_are_cut():
    whole, parts = TokensHash(), TokensHash()
    whole.add(block([1, 2, 3, 4, 5, 6], [0, 2, 4, 6]))
    parts.add(block([1, 2], [0, 2]))
    parts.add(block([3, 4, 5, 6], [0, 2, 4], first=1))
    assert whole.hexdigest() == parts.hexdigest()


def test_overlapping_sequences_are_hashed_each_in_full():
    overlapping = SequenceBlock(np.array([1, 2, 3], np.uint16), np.array([0, 1]), np.array([2, 3]), 0)
    apart, together = TokensHash(), TokensHash()
    together.add(overlapping)
    apart.add(block([1, 2, 2, 3], [0, 2, 4]))
    assert apart.hexdigest() == together.hexdigest()


def test_an_occurrence_in_the_shared_label_token_belongs_to_the_next_sequence():
    found = match_at((0, 0, 4, 1), (0, 0, 3, 2), (0, 1, 0, 1))
    kept = keep_exposing(found, block(range(10), [0, 5, 10]), label_overlap=True)
    assert list(zip(kept.row, kept.token_offset, strict=True)) == [(0, 3), (1, 0)]
    assert len(keep_exposing(found, block(range(10), [0, 5, 10]), label_overlap=False).phrase) == 3


def test_an_occurrence_that_touches_a_position_not_counted_is_dropped():
    counted = np.array([1, 1, 0, 1, 1, 1], bool)
    found = match_at((0, 0, 0, 2), (0, 0, 1, 2), (0, 1, 0, 3))
    kept = keep_exposing(found, block(range(6), [0, 3, 6], counted=counted), label_overlap=False)
    assert list(zip(kept.row, kept.token_offset, strict=True)) == [(0, 0), (1, 0)]
