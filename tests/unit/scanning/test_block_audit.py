"""What is checked and recorded of a block on its way to the matcher."""

from __future__ import annotations

import numpy as np
import pytest
import xxhash

from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import InputError
from indexer.matching.matcher import Matches
from indexer.scanning import block_audit
from indexer.scanning.block_audit import BlockAudit
from indexer.scanning.uncounted import drop_uncounted

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


def hash_of(*blocks, n_ids=0):
    audit = BlockAudit(n_ids, SHARD)
    for one in blocks:
        audit.check(one)
    return audit.tokens_hash()


def library_hash(ids, dtype=np.uint16):
    return xxhash.xxh3_128(np.array(ids, dtype).tobytes()).hexdigest()


@pytest.mark.parametrize("overlapping", [False, True])
def test_an_id_beyond_the_vocabulary_is_named_by_sequence_and_token(overlapping):
    ids = block([1, 2, 3, 9], [0, 2, 4], first=7)
    if overlapping:
        ids = SequenceBlock(np.array([1, 3, 9], np.uint16), np.array([0, 1]), np.array([2, 3]), 7)
    with pytest.raises(
        InputError,
        match=r"a\.bin, sequence 8, token 1: id 9 is beyond the vocabulary; expected ids below 9; .*size",
    ):
        hash_of(ids, n_ids=9)
    hash_of(ids, n_ids=10)


def test_an_id_between_sequences_is_none_of_them():
    apart = SequenceBlock(np.array([1, 9, 2], np.uint16), np.array([0, 2]), np.array([1, 3]), 0)
    assert hash_of(apart, n_ids=9) == library_hash([1, 2])


def test_the_hash_does_not_depend_on_how_blocks_are_cut():
    whole = hash_of(block([1, 2, 3, 4, 5, 6], [0, 2, 4, 6]))
    assert whole == hash_of(block([1, 2], [0, 2]), block([3, 4, 5, 6], [0, 2, 4], first=1))
    assert whole == library_hash([1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_more_ids_than_are_hashed_at_once(monkeypatch, dtype):
    monkeypatch.setattr(block_audit, "_IDS_AT_ONCE", 5)
    ids = np.arange(40, dtype=dtype)
    edges = np.array([0, 3, 5, 5, 9, 18, 30, 40])
    assert hash_of(SequenceBlock(ids, edges[:-1], edges[1:], 0)) == library_hash(ids, dtype)
    starts, stops = np.array([0, 2, 4, 20, 21]), np.array([3, 5, 19, 22, 22])
    wanted = np.concatenate([ids[a:b] for a, b in zip(starts, stops, strict=True)])
    assert hash_of(SequenceBlock(ids, starts, stops, 0)) == library_hash(wanted, dtype)


def test_no_sequence_no_id():
    assert hash_of(block([], [0]), block([7], [0, 1])) == library_hash([7])


def test_an_occurrence_in_the_shared_label_token_belongs_to_the_next_sequence():
    found = match_at((0, 0, 4, 1), (0, 0, 3, 2), (0, 1, 0, 1))
    kept = drop_uncounted(found, block(range(10), [0, 5, 10]), label_overlap=True)
    assert list(zip(kept.row, kept.token_offset, strict=True)) == [(0, 3), (1, 0)]
    assert len(drop_uncounted(found, block(range(10), [0, 5, 10]), label_overlap=False).phrase) == 3


def test_an_occurrence_that_touches_a_position_not_counted_is_dropped():
    counted = np.array([1, 1, 0, 1, 1, 1], bool)
    found = match_at((0, 0, 0, 2), (0, 0, 1, 2), (0, 1, 0, 3))
    kept = drop_uncounted(found, block(range(6), [0, 3, 6], counted=counted), label_overlap=False)
    assert list(zip(kept.row, kept.token_offset, strict=True)) == [(0, 0), (1, 0)]
