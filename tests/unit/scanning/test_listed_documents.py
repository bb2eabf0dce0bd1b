"""Documents that a format lists are believed, unless ends stand inside them: rows of a packed corpus."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.build import build_index
from indexer.corpus.documents import FlatDocuments, RowDocuments
from indexer.corpus.sequences import SequenceBlock
from indexer.corpus.text.writers import write_megatron
from indexer.scanning.listed_documents import ends_inside
from tests.support.small_corpus import SmallCorpus

END = 9


@pytest.mark.parametrize(
    ("row", "inside"),
    [
        ([1, 2, END, 3], [True]),
        ([1, 2, END, END, 3, END, 4], [True, True]),
        ([1, 2, 3, END], [False]),
        ([END, 1, 2, END], [False, False]),
        ([1, 2, END, END, END], [False]),  # padded
        ([END], [False]),
        ([1, 2], []),
        ([], []),
    ],
)
@pytest.mark.parametrize("kind", [np.uint16, np.uint32, np.int32])
def test_an_end_inside_a_row(row: list[int], inside: list[bool], kind: type) -> None:
    ids = np.array([5, *row, 5], kind)
    block = SequenceBlock(ids, np.array([1]), np.array([1 + len(row)]), 3)
    assert ends_inside(block, 0, RowDocuments(), END).tolist() == inside


def test_ends_between_documents_of_a_flat_array_are_inside_none() -> None:
    ids = np.array([1, END, 2, 3, END, 4, END, 5], np.uint16)
    block = SequenceBlock(ids, np.array([0, 4]), np.array([4, 8]), 0)
    assert not ends_inside(block, 0, FlatDocuments(np.array([0, 2, 5, 7]), 4), END).any()
    assert ends_inside(block, 0, FlatDocuments(np.array([0, 6]), 4), END).tolist() == [True, False, False]


def rows_of(draw: np.random.Generator, *, packed: bool) -> list[list[int]]:
    """Return rows: documents with their end, as they are or joined and cut into rows of 16."""
    documents = [[*draw.integers(0, 8, int(draw.integers(3, 40))).tolist(), END] for _ in range(60)]
    if not packed:
        return documents
    ids = [token for document in documents for token in document]
    return [ids[at : at + 16] for at in range(0, len(ids) - 15, 16)]


def write_rows(kind: str, file: Path, rows: list[list[int]]) -> str:
    if kind == "megatron":
        write_megatron(file, [np.array(row, np.uint16) for row in rows], np.uint16)
        return f"{file}.idx"
    path = file.with_suffix(f".{kind}")
    if kind == "parquet":
        pq.write_table(pa.table({"input_ids": rows}), path)
    else:
        path.write_text("".join(f'{{"input_ids": {row}}}\n' for row in rows))
    return str(path)


@pytest.mark.parametrize("kind", ["megatron", "parquet", "jsonl"])
def test_documents_are_those_of_the_text(tmp_path: Path, kind: str) -> None:
    order, draw = {"kind": "sequential", "batch_size": 1}, np.random.default_rng(3)
    corpus = SmallCorpus(tmp_path, order=order, index={"occurrences": "all"})
    (tmp_path / "phrases.jsonl").write_text('{"id": 0, "token_ids": [3]}\n{"id": 1, "token_ids": [1, 2]}\n')
    shards = [rows_of(draw, packed=packed) for packed in (False, True, True)]
    paths = [write_rows(kind, tmp_path / f"s{number}", rows) for number, rows in enumerate(shards)]
    corpus.corpus = {"format": kind, "paths": paths, "end_of_document": END}
    build_index(corpus.config(), tmp_path / "index", n_workers=1)
    expected, sequence = [], 0
    for number, rows in enumerate(shards):
        n_before = 0
        for row in rows:
            for at, token in enumerate(row):
                expected += [(sequence, at, number, n_before)] if token == 3 else []
                n_before += token == END
            sequence += 1
    with duckdb.connect(str(tmp_path / "index/exposures.duckdb"), read_only=True) as table:
        table.execute(f"SET file_search_path = '{tmp_path / 'index'}'")
        found = table.execute(
            "SELECT sequence, token_offset, shard, document FROM occurrences WHERE n_tokens = 1 ORDER BY ALL"
        ).fetchall()
    assert found == expected
