"""What is exported of occurrences is all of them, and the corpus edited by the lines of the docs counts 0."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy
import pyarrow.parquet
import pytest

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.errors import ConfigError, StateError
from indexer.splits.ask import ask
from indexer.splits.exports.corpus_edits import write_edits
from indexer.verification.verify import verify_index
from tests.support.small_corpus import SmallCorpus, sequences

RECIPES = re.findall(
    r"```python\n(.*?)```",
    (Path(__file__).parents[4] / "docs" / "occurrences.md").read_text(encoding="utf-8"),
    re.DOTALL,
)
PHRASES = [[3, 4], [7, 8, 9], [11], [5, 5], [2, 2, 2]]
END = 0


def index_of(base: Path, corpus: dict[str, Any], name: str, **match: str) -> Path:
    lines = [json.dumps({"id": row, "token_ids": ids}) for row, ids in enumerate(PHRASES)]
    (base / "phrases.jsonl").write_text("\n".join(lines) + "\n")
    tables = {
        "phrases": {"source": "phrases.jsonl", "token_ids": "token_ids"},
        "corpus": {"vocab_size": 40, **corpus},
        "order": {"kind": "sequential", "batch_size": 4, "epochs": 2, "drop_last": False},
        "match": {"unit": "tokens", **match},
        "index": {"occurrences": "all", "places": 1},
    }
    build_index(config_from_tables(tables, origin="test", base=base), base / name, n_workers=1)
    return base / name


def counts(root: Path) -> list[int]:
    return ask(root, "SELECT exposure_count FROM exposures ORDER BY phrase_id").rows[0].to_pylist()


@pytest.fixture
def flat(tmp_path: Path) -> dict[str, Any]:
    ids = sequences(5, 60, 32)
    ids[:, 10] = END
    ids[4, 1:6] = [3, 4, 7, 8, 9]
    ids[3, 1:9] = [2, 2, 2, 2, 5, 5, 5, 11]  # they overlap and touch
    ids.tofile(tmp_path / "corpus.bin")
    return {
        "paths": ["corpus.bin"], "format": "headerless", "dtype": "uint16", "sequence_length": 32,
        "end_of_document": END,
    }  # fmt: skip


def test_tokens_that_are_replaced_count_0(tmp_path: Path, monkeypatch, flat: dict[str, Any]) -> None:
    root = index_of(tmp_path, flat, "index")
    assert min(counts(root)) > 0
    n_ranges = write_edits(root, "loss-mask", tmp_path / "mask").n_rows
    ranges = numpy.load(tmp_path / "mask/ranges.npy")
    assert ranges.shape == (n_ranges, 3) and ranges.dtype == numpy.int64
    marked = numpy.zeros((60, 32), bool)
    for row in ask(root, "SELECT sequence, token_offset, n_tokens FROM occurrences").rows.to_pylist():
        marked[row["sequence"], row["token_offset"] : row["token_offset"] + row["n_tokens"]] = True
    edges = numpy.diff(numpy.pad(marked, ((0, 0), (1, 1))).astype(numpy.int8), axis=1)
    starts, stops = numpy.argwhere(edges == 1), numpy.argwhere(edges == -1)
    numpy.testing.assert_array_equal(ranges, numpy.column_stack([starts, stops[:, 1]]))
    monkeypatch.chdir(tmp_path)
    exec(RECIPES[1], {"numpy": numpy, "sequence_length": 32, "end_of_document": END})
    assert set(counts(index_of(tmp_path, flat, "again"))) == {0}


def test_documents_that_are_left_out_count_0(tmp_path: Path, monkeypatch) -> None:
    rows = enumerate(sequences(6, 60, 20).tolist())
    lines = [
        json.dumps({"token_ids": ids, **({"id": f"text {row}"} if row != 3 else {})}) for row, ids in rows
    ]
    lines.insert(7, "")  # a blank line is no document
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines) + "\n")
    corpus = {"paths": ["corpus.jsonl"], "format": "jsonl"}
    root = index_of(tmp_path, corpus, "index")
    assert sum(counts(root)) > 20
    n_documents = write_edits(root, "skip-list", tmp_path / "skip").n_rows
    skipped = pyarrow.parquet.read_table(tmp_path / "skip/skip-list.parquet").to_pylist()
    named = {row["document"]: row["name"] for row in skipped}
    assert named == {row: None if row == 3 else f"text {row}" for row in named}
    documents = ask(root, "SELECT document, name FROM documents ORDER BY document").rows.to_pylist()
    assert documents == [{"document": row, "name": name} for row, name in sorted(named.items()) if name]
    verification = verify_index(str(root), max_tokens=0)
    assert verification.held, [check for check in verification.checks if check.n_failed]
    monkeypatch.chdir(tmp_path)
    exec(RECIPES[0], {"pyarrow": pyarrow})
    assert len((tmp_path / "edited.jsonl").read_text().splitlines()) == 60 - n_documents > 5
    assert set(counts(index_of(tmp_path, {**corpus, "paths": ["edited.jsonl"]}, "again"))) == {0}


def test_sequences_and_places_of_some_phrases(tmp_path: Path, flat: dict[str, Any]) -> None:
    root = index_of(tmp_path, flat, "index")
    question = "SELECT phrase_id FROM exposures WHERE phrase_id IN (0, 2)"
    write_edits(root, "skip-list", tmp_path / "skip", by="sequence", question=question)
    rows = pyarrow.parquet.read_table(tmp_path / "skip/skip-list.parquet").to_pylist()
    expected = ask(root, "SELECT DISTINCT sequence FROM occurrences WHERE phrase_id IN (0, 2) ORDER BY ALL")
    assert [row["sequence"] for row in rows] == expected.rows["sequence"].to_pylist()
    assert all(row["row_in_shard"] == row["sequence"] and row["path"] == "corpus.bin" for row in rows)
    total = sum(row["occurrences"] for row in rows)
    assert 2 * total == counts(root)[0] + counts(root)[2]  # two epochs
    assert write_edits(root, "places", tmp_path / "places", question=question) == (2 * total, True)
    places = pyarrow.parquet.read_table(tmp_path / "places/places.parquet")
    assert set(places["phrase_id"].to_pylist()) == {0, 2}
    origin = json.loads((tmp_path / "places/provenance.json").read_text())
    assert origin["phrases"] == 2 and origin["files"] == ["places.parquet"]


def test_an_export_of_what_is_not_known_is_refused(tmp_path: Path, flat: dict[str, Any]) -> None:
    root = index_of(tmp_path, {**flat, "end_of_document": None}, "index")
    with pytest.raises(StateError, match="does not know the documents of its corpus"):
        write_edits(root, "skip-list", tmp_path / "skip")
    assert not (tmp_path / "skip").exists()
    with pytest.raises(ConfigError, match="expected a column phrase_id"):
        write_edits(root, "places", tmp_path / "out", question="SELECT 1 AS one")
    with pytest.raises(ConfigError, match="names no phrase"):
        write_edits(root, "places", tmp_path / "out", question="SELECT phrase_id FROM phrases LIMIT 0")


def test_an_index_without_occurrences_is_told_what_to_do(tmp_path: Path) -> None:
    index_dir = tmp_path / "index"
    build_index(SmallCorpus(tmp_path).config(), index_dir, n_workers=1)
    for target in ("skip-list", "loss-mask", "places"):
        with pytest.raises(ConfigError, match="this index holds no occurrences"):
            write_edits(index_dir, target, tmp_path / "out")
    assert not (tmp_path / "out").exists()
