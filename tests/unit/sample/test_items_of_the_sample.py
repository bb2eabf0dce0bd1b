"""The index of the sample tells of each question what became of it, and every question shows something."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.config.load import config_from_tables
from indexer.corpus.presets import preset_text
from indexer.exposure.result_files import read_results
from indexer.exposure.results import add_results
from indexer.index_dir import IndexDir
from indexer.sample.dice import Dice
from indexer.sample.quiz import questions
from indexer.splits.ask import ask
from indexer.splits.query_file import shipped_queries
from tests.conftest import SIZE

FATE = {
    f"quiz/{question.record['id']}": question.fate
    for question in questions(Dice("exposure quiz"), SIZE.n_questions)
}


def test_each_question_has_the_verdict_of_its_fate(index_dir: Path) -> None:
    rows = ask(index_dir, "by_item", {"dataset": "quiz"}).rows.to_pylist()
    told = {row["item_id"]: row for row in rows if row["role"] == "question"}
    assert told.keys() == FATE.keys()
    for item_id, fate in FATE.items():
        row = told[item_id]
        whole = row["windows"] + 12
        verdict, span = {
            "never": ("clean", 0),
            "dropped": ("clean", 0),
            "cut": ("partial", 16) if whole == 22 else ("dirty", 13),
        }.get(fate, ("dirty", whole))
        assert (row["verdict"], row["longest_span"], row["span_is_exact"]) == (verdict, span, True), item_id


def test_questions_stand_with_their_answers_where_they_were_put(index_dir: Path) -> None:
    rows = ask(index_dir, "question_with_answer", {"dataset": "quiz"}).rows
    assert set(rows["item_id"].to_pylist()) == {
        item_id for item_id, fate in FATE.items() if fate in ("near", "apart")
    }
    assert set(rows["sequences"].to_pylist()) == {1}


@pytest.fixture(scope="module")
def with_results(index_dir: Path, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(index_dir, tmp_path_factory.mktemp("sample") / "index"))
    for file in sorted((sample / "results").glob("*.csv")):
        joined = add_results(IndexDir(root), read_results(file))
        assert (joined.unknown_items, joined.missing) == ((), ())
    return root


@pytest.mark.parametrize("name", [name for name in shipped_queries() if "contamination" in name])
def test_every_question_of_contamination_shows_something(with_results: Path, name: str) -> None:
    given = {"max_sequences": "300"} if name.endswith("boilerplate") else {}
    assert ask(with_results, name, given).rows.num_rows > 0


def test_results_tell_what_was_met_from_what_was_not(with_results: Path) -> None:
    rows = ask(with_results, "clean_dirty_accuracy", {"measure": "answer_loss", "role": "question"}).rows
    last = [row for row in rows.to_pylist() if row["checkpoint"] == SIZE.n_steps]
    means = {(row["model"], row["verdict"]): row["mean"] for row in last}
    for model in ("seed-1", "seed-2"):
        assert means[model, "dirty"] < means[model, "clean"]


@pytest.mark.parametrize(
    ("preset", "question"), [("contamination", "by_item"), ("word-list", "most_exposed")]
)
def test_a_preset_of_items_runs_on_the_sample_as_it_is_written(
    sample: Path, index_dir: Path, tmp_path: Path, preset: str, question: str
) -> None:
    tables = tomllib.loads(preset_text(preset))
    build_index(config_from_tables(tables, origin=preset, base=sample), tmp_path / "index", n_workers=1)
    rows = ask(tmp_path / "index", question).rows.to_pylist()
    if preset == "contamination":
        # The preset takes any white space, where fewer spans are known to be exact.
        others = ask(index_dir, question, {"dataset": "quiz"}).rows.to_pylist()
        assert [{**row, "span_is_exact": None} for row in rows] == [
            {**row, "span_is_exact": None} for row in others
        ]
        assert all(
            row["span_is_exact"] <= other["span_is_exact"] for row, other in zip(rows, others, strict=True)
        )
    else:
        words = ask(index_dir, "SELECT DISTINCT phrase_id FROM item_phrases WHERE role = 'word'").rows
        (found,) = ask(tmp_path / "index", "SELECT count(*) AS n FROM phrases").rows.to_pylist()
        assert found["n"] == words.num_rows
        assert rows[0]["exposure_count"] > 100
