"""Ends of documents are found and counted as a plain loop does, whatever the lengths of sequences."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.corpus.sequences import SequenceBlock
from indexer.matching.matcher import Matches
from indexer.scanning.document_ends import DocumentEnds

END = 7


@pytest.mark.parametrize("n_shared", [0, 1])
@pytest.mark.parametrize("gap", [0, 3])
@pytest.mark.parametrize("length", [1, 130, 1024, 2500])
@pytest.mark.parametrize("share_of_ends", [0.001, 0.1])
def test_documents_are_counted_as_by_a_plain_loop(
    n_shared: int, gap: int, length: int, share_of_ends: float
) -> None:
    draw = np.random.default_rng(length)
    ids = np.where(draw.random(6000) < share_of_ends, END, 1).astype(np.uint16 if gap else np.uint32)
    starts = np.arange(5, 6000 - length, length + gap - n_shared if length > 1 else 4)
    stops = starts + length
    row = np.repeat(np.arange(len(starts)), 2)
    offset = np.tile([length // 2, length - 1], len(starts))
    expected, n = [], 0
    for start in starts:
        counted = (ids[start : start + length - n_shared] == END).cumsum()
        before = [int((ids[start : start + at] == END).sum()) for at in (length // 2, length - 1)]
        expected += [n + each for each in before]
        n += int(counted[-1]) if len(counted) else 0

    ends = DocumentEnds(END, n_shared)
    half = len(starts) // 2
    for rows in (slice(half), slice(half, None)):
        ends.count(SequenceBlock(ids, starts[rows], stops[rows], 0))
    nothing = np.zeros(len(row), np.int32)
    found = ends.before(Matches(nothing, row, offset.astype(np.int32), nothing))
    assert found.tolist() == expected
    assert ends.n_ends == n


@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_an_id_that_the_ids_cannot_have_ends_nothing(kind: type) -> None:
    ids = np.full(200, 1, kind)
    ends = DocumentEnds((1 << 16) + 1, 0)
    ends.count(SequenceBlock(ids, np.array([0]), np.array([200]), 0))
    row = np.zeros(1, np.int32)
    assert ends.before(Matches(row, row.astype(np.int64), row + 199, row)).tolist() == [0]
