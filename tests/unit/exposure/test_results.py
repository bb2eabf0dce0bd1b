"""Imported results: joined by pair, listed when they do not join, and never a missing score as 0."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.errors import ConfigError, InputError
from indexer.exposure.database import SCHEMA_VERSION, building, define_macros
from indexer.exposure.harness_samples import doc_hash
from indexer.exposure.result_files import read_results
from indexer.exposure.results import Missing, add_results
from indexer.index_dir import IndexDir


@pytest.fixture
def index(tmp_path: Path) -> IndexDir:
    index = IndexDir(tmp_path / "index")
    index.root.mkdir()
    with building(index.database_file) as connection:
        connection.execute(f"INSERT INTO provenance VALUES ('schema_version', '{SCHEMA_VERSION}')")
        connection.execute(
            "INSERT INTO items (item_id, kind) VALUES ('p/0', 'pair'), ('p/1', 'pair'), ('p/2', 'pair')"
        )
        define_macros(connection)
    return index


def results(index: IndexDir) -> list[tuple]:
    with duckdb.connect(str(index.database_file), read_only=True) as connection:
        return connection.execute("SELECT * FROM results ORDER BY ALL").fetchall()


def pair_results(index: IndexDir) -> list[tuple]:
    with duckdb.connect(str(index.database_file), read_only=True) as connection:
        return connection.execute("SELECT * FROM pair_results ORDER BY ALL").fetchall()


def written(tmp_path: Path, text: str, name: str = "r.csv") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_rows_join_and_what_does_not_is_listed(index: IndexDir, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "model,checkpoint,pair_id,score_good,score_bad\nm,5,p/0,-1,-2\nm,5,p/1,-3,-2\nm,5,x/9,-1,-2\n",
    )
    joined = add_results(index, read_results(path))
    assert (joined.n_results, joined.n_replaced) == (2, 0)
    assert joined.measures == ("correct", "score_bad", "score_good")
    assert joined.unknown_items == ("x/9",)
    assert joined.missing == (Missing("m", "pair", 1, 1, ("p/2",)),)
    assert results(index) == [
        ("m", 5, "p/0", "correct", 1),
        ("m", 5, "p/0", "score_bad", -2),
        ("m", 5, "p/0", "score_good", -1),
        ("m", 5, "p/1", "correct", 0),
        ("m", 5, "p/1", "score_bad", -2),
        ("m", 5, "p/1", "score_good", -3),
    ]


@pytest.mark.parametrize(("grain", "off_grid"), [("checkpoint", (501,)), ("step", ())])
def test_a_checkpoint_off_the_grid_is_told_of(
    index: IndexDir, tmp_path: Path, grain: str, off_grid: tuple[int, ...]
) -> None:
    with duckdb.connect(str(index.database_file)) as connection:
        connection.execute("INSERT INTO provenance VALUES ('grain', ?)", [grain])
        connection.execute("INSERT INTO checkpoints (checkpoint) VALUES (500)")
    text = "checkpoint,pair_id,correct\n0,p/0,true\n500,p/0,true\n501,p/0,true\n"
    assert add_results(index, read_results(written(tmp_path, text), "m")).off_grid == off_grid


def test_what_is_missing_at_many_checkpoints_is_one_line_and_named(index: IndexDir, tmp_path: Path) -> None:
    rows = "".join(f"{step},p/0,1\n" for step in (5, 10, 15)) + "5,p/1,1\n10,p/2,0\n"
    joined = add_results(index, read_results(written(tmp_path, "checkpoint,pair_id,correct\n" + rows), "m"))
    assert [missing.line() for missing in joined.missing] == [
        "missing: the results of 2 pairs of the index for m at 2 checkpoints each: p/1, p/2"
    ]
    one = "".join(f"{step},{pair},1\n" for step in (5, 10) for pair in ("p/0", "p/1"))
    joined = add_results(index, read_results(written(tmp_path, "checkpoint,pair_id,correct\n" + one), "n"))
    assert [missing.line() for missing in joined.missing] == [
        "missing: the results of 1 pair of the index for n at 2 checkpoints: p/2"
    ]


def test_importing_again_replaces(index: IndexDir, tmp_path: Path) -> None:
    add_results(index, read_results(written(tmp_path, "pair_id,correct\np/0,true\n"), "m", 5))
    joined = add_results(index, read_results(written(tmp_path, "pair_id,correct\np/0,false\n"), "m", 5))
    assert (joined.n_results, joined.n_replaced) == (1, 1)
    assert results(index) == [("m", 5, "p/0", "correct", 0)]


def test_a_missing_score_is_missing_and_not_wrong(index: IndexDir, tmp_path: Path) -> None:
    table = pa.table(
        {"pair_id": ["p/0", "p/1"], "score_good": [float("nan"), None], "score_bad": [-1.0, -1.0]}
    )
    pq.write_table(table, tmp_path / "r.parquet")
    add_results(index, read_results(tmp_path / "r.parquet", "m", 5))
    values = [("correct", None), ("score_bad", -1.0), ("score_good", None)]
    assert [row[3:] for row in results(index)] == [*values, *values]
    assert pair_results(index) == [("m", 5, "p/0", None), ("m", 5, "p/1", None)]


def test_a_pair_twice_is_refused_and_nothing_is_added(index: IndexDir, tmp_path: Path) -> None:
    path = written(tmp_path, "pair_id,correct\np/0,true\np/0,false\n")
    with pytest.raises(InputError, match="item p/0 stands 2 times for model m at checkpoint 5"):
        add_results(index, read_results(path, "m", 5))
    assert results(index) == []


def test_measures_of_any_name_stand_in_columns_or_in_rows(index: IndexDir, tmp_path: Path) -> None:
    with duckdb.connect(str(index.database_file)) as connection:
        connection.execute("INSERT INTO items (item_id, dataset, kind) VALUES ('007', 'quiz', 'item')")
        connection.execute("INSERT INTO items (item_id, dataset, kind) VALUES ('008', 'quiz', 'item')")
    wide = written(tmp_path, "item_id,surprisal,rank,mood\n007,2.5,3,fine\n", "wide.csv")
    joined = add_results(index, read_results(wide, "m", 5))
    assert joined.measures == ("rank", "surprisal")
    assert joined.missing == (Missing("m", "item", 1, 1, ("008",)),)
    long = written(tmp_path, "item_id,measure,value\n007,rank,4\n008,rank,\n", "long.csv")
    assert add_results(index, read_results(long, "m", 5)).n_replaced == 1
    assert results(index) == [
        ("m", 5, "007", "rank", 4),
        ("m", 5, "007", "surprisal", 2.5),
        ("m", 5, "008", "rank", None),
    ]
    assert pair_results(index) == []


def test_an_id_without_its_data_set_is_left_out_with_how_the_index_writes_it(
    index: IndexDir, tmp_path: Path
) -> None:
    with duckdb.connect(str(index.database_file)) as connection:
        connection.execute("INSERT INTO items (item_id, dataset, kind) VALUES ('quiz/007', 'quiz', 'item')")
    joined = add_results(index, read_results(written(tmp_path, "item_id,rank\n007,1\n008,1\n"), "m", 5))
    assert (joined.n_results, joined.unknown_items, joined.likely) == (0, ("007", "008"), "quiz/007")


def test_rows_of_json_lines_may_have_other_columns_than_the_first(index: IndexDir, tmp_path: Path) -> None:
    lines = '{"pair_id": "p/0", "correct": true}\n{"pair_id": "p/1", "surprisal": 3}\n'
    add_results(index, read_results(written(tmp_path, lines, "r.jsonl"), "m", 5))
    assert [row[2:] for row in results(index) if row[4] is not None] == [
        ("p/0", "correct", 1),
        ("p/1", "surprisal", 3),
    ]


def sample_line(document: dict, **fields: object) -> str:
    row = {
        "doc_id": 0,
        "doc": document,
        "doc_hash": doc_hash(document),
        "filtered_resps": [[-1.5, False], [-2.5, False]],
    }
    return json.dumps({**row, "acc": 1.0, **fields}) + "\n"


def test_harness_samples_are_joined_by_their_hash(index: IndexDir, tmp_path: Path) -> None:
    one = {"sentence_good": "a", "sentence_bad": "b", "UID": "p", "pairID": "1"}
    other = {"pair_id": "p/2", "sentence_good": "é", "sentence_bad": "d"}
    path = written(tmp_path, sample_line(one) + sample_line(other, acc=0.0), "model-x/step70/samples_p.jsonl")
    add_results(index, read_results(path))
    assert pair_results(index) == [("model-x", 70, "p/1", True), ("model-x", 70, "p/2", False)]
    assert [row[3:] for row in results(index)][1:3] == [("score_bad", -2.5), ("score_good", -1.5)]


def test_a_sample_whose_document_was_swapped_is_refused(tmp_path: Path) -> None:
    one = {"sentence_good": "a", "UID": "p", "pairID": "1"}
    path = written(tmp_path, sample_line(one, doc={**one, "pairID": "2"}), "m/samples_p.jsonl")
    with pytest.raises(InputError, match=r"line 1: the document is not the one its doc_hash"):
        read_results(path, "m", 5)


@pytest.mark.parametrize(
    ("text", "name", "error", "message"),
    [
        ("pair_id,correct\np/0,true\n", "r.csv", ConfigError, "does not say the model"),
        ("pair_id,score\np/0,1\n", "step3.csv", ConfigError, "does not say the model"),
        ("correct\ntrue\n", "step3.csv", ConfigError, "does not say the model"),
        ("{", "step3.jsonl", InputError, "line 1: is no JSON"),
        ("x", "r.txt", ConfigError, "unknown kind of results"),
    ],
)
def test_unreadable_results_are_one_line(
    tmp_path: Path, text: str, name: str, error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        read_results(written(tmp_path, text, name))


def test_columns_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no column item_id or pair_id"):
        read_results(written(tmp_path, "correct\ntrue\n"), "m", 5)
    with pytest.raises(InputError, match="measures nothing: no column beside pair_id holds numbers"):
        read_results(written(tmp_path, "pair_id,mood\np/0,fine\n"), "m", 5)
    with pytest.raises(InputError, match="has a column measure, but none called value"):
        read_results(written(tmp_path, "pair_id,measure\np/0,x\n"), "m", 5)
    with pytest.raises(InputError, match="has both columns"):
        read_results(written(tmp_path, "pair_id,item_id,correct\np/0,p/0,1\n"), "m", 5)
    with pytest.raises(InputError, match=r"has correct = 0.5; expected true or false"):
        read_results(written(tmp_path, "pair_id,correct\np/0,0.5\n"), "m", 5)


@pytest.mark.parametrize(
    ("folder", "model"),
    [
        ("EleutherAI__pythia-70m", "EleutherAI__pythia-70m"),
        ("out__seed-0__step-000050", "out__seed-0"),
        ("seed-0/checkpoint-50", "seed-0"),
        ("model/step50/__model__step50", "model"),
    ],
)
def test_the_checkpoints_of_a_harness_are_one_model(tmp_path: Path, folder: str, model: str) -> None:
    line = sample_line({"pair_id": "p/0", "sentence_good": "a", "sentence_bad": "b"})
    rows = read_results(written(tmp_path, line, f"{folder}/samples_p.jsonl"), checkpoint=50)
    assert set(rows["model"].to_pylist()) == {model}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("m,-5,a,1,2", "row 2: has checkpoint -5; expected steps taken, 0 or more"),
        (" ,5,a,1,2", "row 2: has model ' '; expected a name in each row"),
        ("m,,a,1,2", "row 2: has checkpoint None"),
        ("m,5,,1,2", "row 2: has item_id ''"),
        ("m,5,b,1,-", "row 2: has '-' in column loss, which mostly holds numbers"),
        ('m,5,b,1,"3,5"', "row 2: has '3,5' in column loss|has numbers as text in column loss"),
    ],
)
def test_a_row_that_would_be_lost_or_nobodys_is_refused(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(f"model,checkpoint,item_id,correct,loss\nm,5,a,1,2.5\n{row}\nm,5,c,0,1.5\n")
    with pytest.raises(InputError, match=message):
        read_results(path)


def test_columns_of_text_and_ids_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    rows = [{"model": "m", "checkpoint": 5, "item_id": "a", "loss": 1.5, "uid": "12", "sentence": "12 cats"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_results(path)["measure"].to_pylist() == ["loss"]
