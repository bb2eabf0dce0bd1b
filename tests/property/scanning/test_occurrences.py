"""The file of occurrences holds what plain loops say, the same bytes however batches are cut."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.corpus.orders.order import Visits
from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.matching.matcher import Matches
from indexer.scanning import batches
from indexer.scanning import occurrences as module
from indexer.scanning.batches import parts_of
from indexer.scanning.occurrences import OccurrenceWriter
from tests.naive import naive_exposures
from tests.support.examples import examples

END = 0
occurrence = st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(1, 2))
sequence = st.tuples(
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
    st.lists(occurrence, max_size=6, unique=True),
    st.lists(st.integers(0, 9), max_size=5).map(sorted),
)


def written(folder: Path, sequences, cuts, end_of_document, n_shared):
    path = folder / "x.parquet"
    with OccurrenceWriter(
        path, 7, np.arange(4, dtype=np.int32), end_of_document=end_of_document, n_shared=n_shared
    ) as writer:
        writer.begin(Shard(2, "x", "x", 0, None, 0, len(sequences), 0), None)
        edges = sorted({0, len(sequences), *(cut for cut in cuts if cut < len(sequences))})
        for start, stop in pairwise(edges):
            block = sequences[start:stop]
            found = sorted(
                (row, offset, phrase, n_tokens)
                for row, (_, occurrences, _) in enumerate(block)
                for phrase, offset, n_tokens in occurrences
            )
            columns = np.array(found, np.int64).reshape(-1, 4).T
            matches = Matches(
                columns[2].astype(np.int32),
                columns[0],
                columns[1].astype(np.int32),
                columns[3].astype(np.int32),
            )
            ids = np.array([*chain.from_iterable(ids for ids, _, _ in block)], np.uint16)
            starts = np.arange(len(block)) * 8
            # offsets of visits count from anywhere
            steps = np.array([99, *chain.from_iterable(steps for *_, steps in block)], np.int64)
            offsets = np.cumsum([1, *(len(steps) for *_, steps in block)])
            batch = SequenceBlock(ids, starts, starts + 8, start)
            for part in parts_of(batch):
                writer.count_documents(part)
            writer.add(matches, batch, Visits(offsets, steps))
        n_ends = writer.n_document_ends
    return path, n_ends, writer.facts()


@settings(max_examples=examples(100))
@given(
    st.lists(sequence, min_size=1, max_size=8),
    st.sets(st.integers(1, 7)),
    st.sampled_from([None, END]),
    st.integers(0, 1),
)
def test_the_file_equals_plain_loops(tmp_path_factory, sequences, cuts, end_of_document, n_shared):
    folder = tmp_path_factory.mktemp("written")
    found = sorted(
        (row, offset, phrase, n_tokens)
        for row, (_, occurrences, _) in enumerate(sequences)
        for phrase, offset, n_tokens in occurrences
    )
    all_ids = [ids for ids, _, _ in sequences]
    expected = naive_exposures(all_ids, found, lambda row: sequences[row][2], end_of_document, n_shared)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "GROUP_ROWS", 3)
        patch.setattr(batches, "_PART_IDS", 20)
        path, n_ends, facts = written(folder, sequences, cuts, end_of_document, n_shared)
        at_once = path.read_bytes()
        rows = pq.read_table(path).to_pylist()
        assert [(*tuple(row.values())[:5], row["document"]) for row in rows] == expected
        assert {(row["shard"], row["range"]) for row in rows} <= {(2, 7)}
        assert facts.n_rows == len(expected) and facts.n_bytes == len(at_once)
        groups = pq.ParquetFile(path).metadata
        assert [groups.row_group(k).num_rows for k in range(groups.num_row_groups)][:-1] == [3] * (
            groups.num_row_groups - 1
        )
        if end_of_document is None:
            assert n_ends is None
        else:
            assert n_ends == sum(ids[: 8 - n_shared].count(END) for ids in all_ids)
        written(folder, sequences, set(), end_of_document, n_shared)
        assert path.read_bytes() == at_once
