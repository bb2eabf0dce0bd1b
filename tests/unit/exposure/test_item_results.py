"""Results of tools that do not name our items are joined by what was evaluated: a document, a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.errors import InputError
from indexer.exposure.harness_samples import doc_hash
from indexer.exposure.item_names import ItemNames
from indexer.exposure.result_files import read_results
from indexer.exposure.results import add_results
from indexer.index_dir import IndexDir
from tests.support.trained_tokenizers import byte_level


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> IndexDir:
    """An index of two questions and two words."""
    folder = tmp_path_factory.mktemp("items")
    (folder / "quiz.csv").write_text("id,q,a,level\n1,Who saw it?,Nobody,3\n2,Who saw it?,Ann,4\n3,Why?,,5\n")
    (folder / "words.csv").write_text("id,word\n1,Dog\n2,cat\n")
    tokenizer = byte_level()
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = tokenizer.encode("the dog saw it all. who saw it? nobody saw a dog").ids
    np.array(ids * 40, np.uint16).tofile(folder / "a.bin")
    config = config_from_tables(
        {
            "items": [
                {"source": "quiz.csv", "roles": {"question": "q", "answer": "a"}},
                {"source": "words.csv", "roles": {"word": "word"}},
            ],
            "corpus": {
                "format": "headerless",
                "paths": ["a.bin"],
                "dtype": "uint16",
                "sequence_length": len(ids),
            },
            "order": {"batch_size": 4},
            "tokenizer": {"path": "tokenizer.json", "trust": True},
        },
        origin="test",
        base=folder,
    )
    build_index(config, folder / "index", n_workers=1)
    return IndexDir(folder / "index")


def sample(document: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"doc_id": 0, "doc": document, "doc_hash": doc_hash(document), **fields}) + "\n"


def read(index: IndexDir, path: Path) -> list[tuple[Any, ...]]:
    rows = read_results(path, "m", None if path.suffix == ".json" else 5, names=ItemNames(index))
    return [tuple(row.values()) for row in rows.to_pylist()]


def test_a_sample_of_any_task_is_the_item_with_its_text_in_every_role(
    index: IndexDir, tmp_path: Path
) -> None:
    path = tmp_path / "samples_quiz.jsonl"
    path.write_text(
        sample(
            {"q": "Who saw it?", "a": "Ann", "more": [1]}, metrics=["acc", "acc_norm"], acc=1.0, acc_norm=0.0
        )
        + sample({"q": "Why?", "a": None}, metrics=["exact_match"], exact_match=0.5, filter="strict-match")
        + sample({"q": "Who saw it?", "a": "Bob"}, metrics=["acc"], acc=0.0)
        + sample({"q": "Who saw it?"}, metrics=["acc", "ppl"], acc=True, ppl=[1, 2])
    )
    found = read(index, path)
    assert found[:3] == [
        ("m", 5, "quiz/2", "acc", 1.0),
        ("m", 5, "quiz/2", "acc_norm", 0.0),
        ("m", 5, "quiz/3", "exact_match,strict-match", 0.5),
    ]
    assert [row[2].split("/")[0] for row in found[3:]] == ["document", "document"]
    joined = add_results(index, read_results(path, "m", 5, names=ItemNames(index)))
    assert joined.n_results == 2 and len(joined.unknown_items) == 2


def test_a_sample_of_which_nothing_is_a_number_is_refused(index: IndexDir, tmp_path: Path) -> None:
    path = tmp_path / "samples_quiz.jsonl"
    path.write_text(sample({"q": "Why?"}, metrics=["ppl"], ppl=[1, 2]))
    with pytest.raises(InputError, match="line 1: measures nothing"):
        read(index, path)


def surprisals(path: Path, *results: tuple[Any, str, int, float]) -> Path:
    names = ("step", "target_word", "context_id", "surprisal")
    rows = [dict(zip(names, row, strict=True)) for row in results]
    path.write_text(json.dumps({"metadata": {"model_name": "babe"}, "results": rows}))
    return path


def test_surprisals_of_a_word_are_meant_over_its_contexts(index: IndexDir, tmp_path: Path) -> None:
    path = surprisals(
        tmp_path / "surprisal.json",
        (0, "dog", 0, 5.0), (0, "dog", 1, 7.0), (0, "dog", 2, float("nan")), ("step100", "dog", 0, 3.0),
        (0, "CAT", 0, float("nan")), (0, "emu", 0, 1.0),
    )  # fmt: skip
    assert read(index, path) == [
        ("m", 0, "words/1", "surprisal", 6.0),
        ("m", 100, "words/1", "surprisal", 3.0),
        ("m", 0, "words/2", "surprisal", None),
        ("m", 0, "emu", "surprisal", 1.0),
    ]
    assert read_results(path, names=ItemNames(index))["model"][0].as_py() == "babe"


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ([("chck_1M", "dog", 0, 1.0)], "result 1: has step 'chck_1M'"),
        ([(0, "dog", 0, 1.0), (0, "dog", 0, 2.0)], "result 2: has 'dog' in context 0 twice"),
    ],
)
def test_surprisals_that_cannot_be_placed_are_refused(
    index: IndexDir, tmp_path: Path, results: list[Any], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        read(index, surprisals(tmp_path / "surprisal.json", *results))


@pytest.mark.parametrize("text", ["[]", "{}", "{", '{"results": [{"step": 1}]}', '{"results": 5}'])
def test_other_json_is_refused(index: IndexDir, tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(InputError, match="is no file of surprisals"):
        read(index, tmp_path / "r.json")
