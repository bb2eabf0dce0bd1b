"""Query, split, export and show, as a user calls them."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from indexer import open_index
from indexer.cli.main import COMMANDS, LazyGroup, cli
from indexer.errors import ConfigError
from indexer.splits.ask import ask
from indexer.splits.query_file import load_query_file, shipped_queries


@pytest.fixture
def exposed(index_dir: Path) -> str:
    """The phrase most exposed."""
    return ask(index_dir, "most_exposed", {"n_rows": "1"}).rows["phrase"][0].as_py()


def test_a_query_in_every_format(index_dir: Path, tmp_path: Path, exposure) -> None:
    words = ("query", index_dir, "most_exposed", "-p", "n_rows=3")
    expected = ask(index_dir, "most_exposed", {"n_rows": "3"}).rows.to_pylist()
    assert json.loads(exposure(*words, "--format", "json")[1]) == expected
    assert [json.loads(line) for line in exposure(*words, "--format", "jsonl")[1].splitlines()] == expected
    rows = list(csv.DictReader(io.StringIO(exposure(*words, "--format", "csv")[1])))
    assert [row["phrase"] for row in rows] == [row["phrase"] for row in expected]
    assert exposure(*words, "--out", tmp_path / "x.parquet")[0] == 0
    assert pq.read_table(tmp_path / "x.parquet").to_pylist() == expected
    table = exposure(*words)[1].splitlines()
    assert len(table) == 5
    assert expected[0]["phrase"] in table[2]


def test_ad_hoc_sql_takes_parameters(index_dir: Path, exposure) -> None:
    sql = "SELECT count(*) AS n FROM exposures WHERE exposure_count >= $least"
    code, out, _ = exposure("query", index_dir, sql, "-p", "least=2", "--format", "json")
    assert code == 0
    assert json.loads(out)[0]["n"] > 0


def test_a_query_file_of_ones_own(index_dir: Path, tmp_path: Path, exposure) -> None:
    file = tmp_path / "mine.sql"
    file.write_text(
        "-- title: Mine\n-- Counts.\n-- param least: BIGINT = 1 -- fewest\nSELECT $least AS least"
    )
    assert json.loads(exposure("query", index_dir, file, "--format", "json")[1]) == [{"least": 1}]
    code, _, err = exposure("query", index_dir, file, "-p", "most=1")
    assert (code, "unknown parameter 'most'" in err) == (2, True)
    file.write_text("-- title: Mine\n-- Counts.\nSELECT $least AS least")
    code, _, err = exposure("query", index_dir, file)
    assert (code, "line 3: $least is used but not declared" in err) == (2, True)


def test_a_split_and_its_manifest(index_dir: Path, tmp_path: Path, exposure) -> None:
    manifest = tmp_path / "split.parquet"
    code, out, _ = exposure("split", index_dir, "--checkpoint", 50, "--out", manifest)
    assert code == 0
    assert "proxy_train" in out
    table = pq.read_table(manifest)
    origin = json.loads(table.schema.metadata[b"exposure_manifest"])
    assert origin["manifest_version"] == 1
    assert origin["parameters"] == {"checkpoint": 50, "min_count": 1, "side": "either"}
    assert origin["index_fingerprint"] == json.loads((index_dir / "plan.json").read_text())["fingerprint"]
    assert "split_at" in origin["sql"]
    assert set(table["split"].to_pylist()) == {"proxy_train", "proxy_validation"}
    assert table.num_rows == ask(index_dir, "SELECT count(*) FROM pairs").rows[0][0].as_py()


def test_a_checkpoint_off_the_grid_is_refused(index_dir: Path, exposure) -> None:
    code, _, err = exposure("split", index_dir, "--checkpoint", 51)
    assert code == 2
    assert "checkpoint 51 is not on the grid of this index; expected 50 or 60, which are the nearest" in err
    assert "Error" not in err


@pytest.mark.parametrize("target", ["parquet", "csv", "jsonl"])
def test_the_same_manifest_in_every_format(index_dir: Path, tmp_path: Path, exposure, target: str) -> None:
    assert exposure("export", index_dir, "--to", target, "--out", tmp_path / target)[0] == 0
    path = tmp_path / target / f"split.{target}"
    expected = ask(index_dir, "by_window").rows.to_pylist()
    if target == "parquet":
        assert pq.read_table(path).to_pylist() == expected
        return
    text = path.read_text()
    rows = (
        [json.loads(line) for line in text.splitlines()]
        if target == "jsonl"
        else list(csv.DictReader(io.StringIO(text)))
    )
    assert [(row["pair_id"], row["split"]) for row in rows] == [
        (row["pair_id"], row["split"]) for row in expected
    ]
    origin = json.loads(path.with_name(path.name + ".provenance.json").read_text())
    assert next(iter(origin)) == "manifest_version"
    assert origin["rows"] == len(expected)


def test_an_empty_manifest_is_refused(index_dir: Path, tmp_path: Path, exposure) -> None:
    code, _, err = exposure("query", index_dir, "never_seen", "-p", "n_rows=0", "--out", tmp_path / "x.csv")
    assert code == 4
    assert "no rows" in err
    assert not (tmp_path / "x.csv").exists()


def test_show_tells_counts_and_places_in_context(index_dir: Path, exposed: str, exposure) -> None:
    code, out, err = exposure("show", index_dir, exposed.upper())
    assert (code, err) == (0, "")
    row = ask(index_dir, "explore/phrase", {"phrase": exposed}).rows.to_pylist()[0]
    assert f"exposure count  {row['exposure_count']:,}" in out
    context = out.split("First places")[1].lower()
    assert context.count(exposed) >= 1
    assert context.count("step ") == min(row["exposure_count"], 4)


@pytest.mark.parametrize(
    "question", ["exposure_of_phrase", "explore/phrase", "places_of_phrase", "near_phrases"]
)
def test_a_phrase_is_spelled_as_show_spells_it(
    index_dir: Path, exposed: str, exposure, question: str
) -> None:
    plain = ask(index_dir, question, {"phrase": exposed}).rows
    code, out, _ = exposure(
        "query", index_dir, question, "-p", f"phrase=  {exposed.upper()} ", "--format", "json"
    )
    assert code == 0
    assert json.loads(out) == plain.to_pylist()


@pytest.mark.parametrize("question", ["exposure_of_phrase", "explore/phrase", "places_of_phrase"])
def test_a_phrase_that_is_not_there_is_refused(
    index_dir: Path, exposed: str, exposure, question: str
) -> None:
    code, out, err = exposure("query", index_dir, question, "-p", f"phrase={exposed}x")
    assert (code, out) == (2, "")
    assert "is not in this index" in err
    assert repr(exposed) in err


def test_near_phrases_of_one_that_is_not_there(index_dir: Path, exposed: str) -> None:
    rows = ask(index_dir, "near_phrases", {"phrase": exposed.upper() + "X"}).rows
    assert rows["phrase"][0].as_py() == exposed
    assert ask(index_dir, "near_phrases", {"phrase": "nothing like any of them"}).rows.num_rows == 5


def test_python_spells_a_phrase_as_show_does(index_dir: Path, exposed: str) -> None:
    index = open_index(index_dir)
    found = index.exposures(f" {exposed.upper()}")
    assert found is not None
    assert found["phrase"] == exposed
    assert index.exposures(exposed + "x") is None
    with pytest.raises(ConfigError, match="is not in this index"):
        index.sql("exposure_of_phrase", phrase=exposed + "x")
    with pytest.raises(ConfigError, match="1 or more"):
        index.split(min_count=0)


def test_a_table_alone_still_folds(index_dir: Path, exposed: str, tmp_path: Path) -> None:
    shutil.copy(index_dir / "exposures.duckdb", tmp_path)
    assert ask(tmp_path, "explore/phrase", {"phrase": exposed.upper()}).rows["phrase"][0].as_py() == exposed


@pytest.mark.parametrize("question", ["every_checkpoint", "probe_positions", "lag_null"])
def test_a_paradigm_that_is_not_there_is_refused(index_dir: Path, exposure, question: str) -> None:
    code, _, err = exposure("query", index_dir, question, "-p", "paradigm=nosuch")
    assert code == 2
    assert "no paradigm of the pairs of this index is called 'nosuch'" in err


def test_a_model_that_is_not_there_is_refused(index_dir: Path, exposure) -> None:
    code, _, err = exposure("query", index_dir, "lag_null", "-p", "model=nosuch")
    assert code == 2
    assert "no model of the results of this index is called 'nosuch'" in err


@pytest.mark.parametrize("phrase", ["zzzz qqqq", "", "?"])
def test_show_names_nothing_far_as_near(index_dir: Path, exposure, phrase: str) -> None:
    code, _, err = exposure("show", index_dir, phrase)
    assert code == 2
    assert "none is near; `exposure query" in err


def test_a_split_is_written_before_its_table_is_printed(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exposure
) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("indexer.cli.query._print", closed)
    exposure("split", index_dir, "--out", tmp_path / "head.csv")
    pairs = ask(index_dir, "SELECT count(*) AS n FROM pairs").rows["n"][0].as_py()
    assert len((tmp_path / "head.csv").read_text().splitlines()) == pairs + 1


@pytest.mark.parametrize("question", ["unit_differences", "match_sensitivity"])
def test_units_are_compared_where_both_are_counted(index_dir: Path, exposure, question: str) -> None:
    code, _, err = exposure("query", index_dir, question)
    assert (code, "counts in one unit, " in err, 'unit = "both"' in err) == (2, True, True)


@pytest.mark.parametrize(("asked", "near"), [("don’t", "don't"), ("кит", "кот"), ("cats", "cat")])
def test_near_phrases_in_any_apostrophe_and_script(asked: str, near: str) -> None:
    text = files("indexer.splits").joinpath("nearest_phrases.sql").read_text(encoding="utf-8")
    with duckdb.connect() as table:
        table.execute(
            "CREATE TABLE phrases AS FROM (VALUES (0, 'don''t'), (1, 'cat'), (2, 'кот')) t(phrase_id, phrase)"
        )
        assert table.execute(text, {"words": asked}).fetchall() == [(near,)]


def test_an_index_of_a_near_name_is_named(index_dir: Path, tmp_path: Path, exposure) -> None:
    shutil.copytree(index_dir, tmp_path / "idx_text")
    code, _, err = exposure("query", tmp_path / "idx_txt", "most_exposed")
    assert (code, "idx_txt: is not there" in err, "did you mean" in err, "idx_text?" in err) == (
        2,
        True,
        True,
        True,
    )


def test_show_names_the_item_that_a_word_is_the_end_of(index_dir: Path, exposure) -> None:
    code, _, err = exposure("show", index_dir, "001")
    assert (code, "items of that name: 'quiz/001'" in err) == (2, True)


def test_a_question_that_can_only_be_empty_says_why_and_names_all_roles(index_dir: Path, exposure) -> None:
    code, _, err = exposure("query", index_dir, "attention_by_head")
    assert (code, "holds no measures of models; add some with `exposure import" in err) == (2, True)
    code, _, err = exposure("query", index_dir, "never_seen", "-p", "n_rows=0")
    assert (code, "no rows: " in err) == (0, True)
    code, _, err = exposure("query", index_dir, "roles_together", "-p", "first=nosuch")
    assert (code, "'answer' or 'question' or 'word'" in err) == (2, True)


def test_show_names_near_phrases(index_dir: Path, exposed: str, exposure) -> None:
    code, _, err = exposure("show", index_dir, exposed + "x")
    assert code == 2
    assert repr(exposed) in err


def test_show_tells_of_an_item_and_python_does(index_dir: Path, exposure) -> None:
    code, out, err = exposure("show", index_dir, "quiz/001")  # it stands with its answer behind it
    assert (code, err) == (0, "")
    question = ask(index_dir, "by_item", {"item": "quiz/001"}).rows.to_pylist()[1]
    assert "10 of 10 windows seen" in out
    assert f"longest span: 22 words, step {question['first_step']:,}" in out
    found = open_index(index_dir).item("quiz/001")
    assert found is not None
    assert (found["dataset"], found["attributes"], found["contexts_missing"]) == ("quiz", {}, "")
    role = found["roles"]["question"]
    assert role["context"]["occurrence"].strip() == role["text"]
    assert role["longest"]["n_words"] == len(role["text"].split())
    assert role["verdict"] == question
    assert [window["status"] for window in role["windows"]] == ["seen"] * 10
    assert found["roles"]["answer"]["text"] in role["context"]["after"]
    assert open_index(index_dir).item("quiz/nosuch") is None


def test_show_tells_of_a_pair_and_names_near_items(index_dir: Path, exposure) -> None:
    pair = ask(index_dir, "SELECT * FROM pairs ORDER BY pair_id LIMIT 1").rows.to_pylist()[0]
    code, out, _ = exposure("show", index_dir, pair["pair_id"])
    assert code == 0
    assert pair["good_sentence"] in out and pair["bad_sentence"] in out
    code, _, err = exposure("show", index_dir, "quiz/0011")
    assert code == 2
    assert "no item of this index is called 'quiz/0011'; expected 'quiz/0" in err


@pytest.mark.parametrize(
    ("question", "given"), [("by_item", "dataset=x"), ("question_with_answer", "answer=x")]
)
def test_a_data_set_or_role_that_is_not_there_is_refused(
    index_dir: Path, exposure, question: str, given: str
) -> None:
    code, _, err = exposure("query", index_dir, question, "-p", given)
    assert code == 2
    assert "of the items of this index is called 'x'" in err


def test_rows_that_are_places_are_shown_in_context(index_dir: Path, exposure) -> None:
    words = ("query", index_dir, "hits_to_judge", "-p", "n_hits=3", "--context", "--format", "json")
    code, out, _ = exposure(*words)
    assert code == 0
    rows = json.loads(out)
    assert len(rows) == 6
    for row in rows:
        assert row["occurrence"].strip().lower() == row["found"].lower()
    code, _, err = exposure("query", index_dir, "most_exposed", "--context")
    assert code == 2
    assert "the rows are no places: there is no column shard" in err


def test_every_command_has_help_and_an_example(exposure) -> None:
    group = cli
    assert isinstance(group, LazyGroup)
    for name in COMMANDS:
        code, out, _ = exposure(name, "--help")
        assert code == 0
        assert f"exposure {name} " in out.partition("Example")[2], name


def test_every_query_file_loads_and_is_listed(exposure) -> None:
    out = exposure("query", "--list")[1]
    for name, path in shipped_queries().items():
        file = load_query_file(path, name)
        assert name in out
        assert file.sentence in out


@pytest.mark.parametrize("words", [("by_item",), ("index", "by_item")])
def test_one_question_is_listed_by_a_word_of_its_name(exposure, words: tuple[str, ...]) -> None:
    code, out, _ = exposure("query", *words, "--list")
    assert code == 0
    assert out.startswith("contamination/by_item\n") and "-p min_share = 0.8" in out
    assert "share_over_training" not in out
    code, _, err = exposure("query", "--list", "by_itm")
    assert (code, "did you mean 'by_item'?" in err) == (2, True)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from indexer.cli.main import run; run(['--help']); "
        "heavy = {'pyarrow', 'numba', 'duckdb', 'datasets', 'numpy', 'tokenizers'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_leaves_is_no_error(index_dir: Path) -> None:
    command = f"{sys.executable} -m indexer query {index_dir} 'SELECT * FROM range(200000)' --format jsonl"
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 141
    assert done.stderr == ""
