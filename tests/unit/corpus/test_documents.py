"""Where real writers listed documents, their numbers change right behind an end-of-document id."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.corpus import open_corpus
from indexer.corpus.documents import (
    FlatDocuments,
    RowDocuments,
    StoredDocuments,
    first_sequences_of,
    starts_of_ends,
)
from indexer.errors import InputError
from tests.support.fixture_cases import CASES, FIXTURES, Case

WITH_DOCUMENTS = {
    "megatron": 0,
    "neox": 0,
    "olmo-core": 50279,
    "datatrove": 0,
    "litdata": 0,
    "levanter": 0,
    "megatron, flat": 0,
    "megatron, stored": 0,
    "megatron-legacy": 0,
}
FLAT = {
    "megatron, flat": Case(
        "megatron_core", dict(format="megatron", paths=["corpus_text_document"], sequence_length=64)
    ),
    "megatron, stored": Case("megatron_core", dict(format="megatron", paths=["corpus_text_document"])),
    "megatron-legacy": Case(
        "gpt_neox", dict(format="megatron-legacy", paths=["legacy_cached_document.bin"], sequence_length=64)
    ),
}


def read(name: str):
    """Yield ids and document numbers of every sequence, shard by shard."""
    case = {**CASES, **FLAT}[name]
    reader = open_corpus(case.corpus_config(), base=FIXTURES / case.folder)
    for shard in reader.shards():
        documents = reader.documents(shard)
        assert documents is not None
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            for row in range(len(block.starts)):
                ids = block.ids[block.starts[row] : block.stops[row]].astype(np.int64)
                number = np.full(len(ids), block.first_sequence + row - shard.first_sequence)
                yield shard, number, ids, documents.of(number, np.arange(len(ids)))


@pytest.mark.parametrize("name", WITH_DOCUMENTS)
def test_a_document_begins_behind_the_end_of_another(name: str) -> None:
    end, n_changes, seen = WITH_DOCUMENTS[name], 0, set()
    for shard, _, ids, numbers in read(name):
        changes = numbers[1:] != numbers[:-1]
        np.testing.assert_array_equal(changes, ids[:-1] == end)
        n_changes += int(changes.sum())
        seen.update((shard.number, number) for number in np.unique(numbers).tolist())
    assert n_changes > 30 or name == "megatron, stored"
    assert min(number for _, number in seen) == 0 and len(seen) >= 40


@pytest.mark.parametrize("name", ["mds ndarray", "amber", "arrow", "parquet"])
def test_rows_are_documents(name: str) -> None:
    for _, rows, _, numbers in read(name):
        np.testing.assert_array_equal(rows, numbers)


def test_names_of_documents(tmp_path: Path) -> None:
    case = CASES["olmo-core"]
    reader = open_corpus(case.corpus_config(), base=FIXTURES / case.folder)
    assert reader.document_names(reader.shards()[0], np.array([0, 2])) == {0: "doc-0", 2: "doc-2"}
    rows = [{"id": f"a{n}" if n != 2 else None, "text": "x", "input_ids": [1]} for n in range(5)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    config = CASES["parquet"].corpus_config(paths=["x.parquet"])
    reader = open_corpus(config, base=tmp_path)
    assert reader.document_names(reader.shards()[0], np.array([1, 2, 4])) == {1: "a1", 4: "a4"}


@pytest.mark.parametrize("name", ["llmc", "npy 1-D", "litpkds", "pythia"])
def test_other_formats_know_no_documents(name: str) -> None:
    case = CASES[name]
    reader = open_corpus(case.corpus_config(), base=FIXTURES / case.folder)
    assert reader.documents(reader.shards()[0]) is None


def test_empty_documents_hold_no_token() -> None:
    at = np.arange(6)
    flat = FlatDocuments(starts_of_ends(np.array([0, 2, 2, 6]), 6, "x"), 3)
    assert flat.of(at // 3, at % 3).tolist() == [1, 1, 3, 3, 3, 3]
    stored = StoredDocuments(first_sequences_of(np.array([0, 0, 2, 2, 3]), 3, "x"))
    assert stored.of(np.arange(3), at[:3]).tolist() == [1, 1, 3]
    assert RowDocuments().of(at, at).tolist() == at.tolist()


@pytest.mark.parametrize("ends", [[2, 1, 6], [2, 5], [7], []])
def test_ends_that_do_not_fit_the_ids_are_refused(ends: list[int]) -> None:
    with pytest.raises(InputError, match=r"x\.index: has documents that end at id"):
        starts_of_ends(np.array(ends, np.int64), 6, "x.index")


@pytest.mark.parametrize("documents", [[1, 3], [0, 2], [0, 3, 2, 3]])
def test_a_document_index_that_does_not_fit_is_refused(documents: list[int]) -> None:
    with pytest.raises(InputError, match="has a document index from"):
        first_sequences_of(np.array(documents), 3, "x.idx")


def test_a_list_of_documents_of_another_array_is_refused(tmp_path: Path) -> None:
    import gzip
    import shutil

    folder = tmp_path / "olmo_core"
    shutil.copytree(FIXTURES / "olmo_core/data", folder)
    (folder / "part-0-00001.csv.gz").write_bytes(gzip.compress(b"0,5,doc-0,x,1\n5,9,doc-1,x,2\n"))
    reader = open_corpus(CASES["olmo-core"].corpus_config(paths=["*.npy"]), base=folder)
    with pytest.raises(InputError, match=r"part-0-00001\.csv\.gz: lists documents up to id 9"):
        reader.documents(reader.shards()[1])
