"""Measures of models: of a paradigm or of all together, replaced, missing values never 0, kept by a merge."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from indexer.build import merge_index
from indexer.cli.import_results import import_results
from indexer.errors import InputError
from indexer.exposure.model_measures import COLUMNS, add_measures
from indexer.exposure.result_files import read_results
from indexer.index_dir import IndexDir
from indexer.splits.ask import ask

PARADIGM = "determiner_noun_agreement_1"
HEAD = "model,checkpoint,paradigm,measure,part,value\n"


@pytest.fixture
def index(index_dir: Path, tmp_path: Path) -> IndexDir:
    return IndexDir(shutil.copytree(index_dir, tmp_path / "index"))


def table(*rows: tuple) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(COLUMNS.names, row, strict=True)) for row in rows], COLUMNS)


def measures(index: IndexDir) -> list[tuple]:
    rows = ask(index.root, "SELECT * FROM model_measures ORDER BY ALL").rows.to_pylist()
    return [tuple(row.values()) for row in rows]


def test_what_is_imported_stands_there_replaced_and_kept(index: IndexDir) -> None:
    first = table(
        ("m", 50, PARADIGM, "attention", "L0H1", 0.25),
        ("m", 50, None, "loss", None, float("nan")),
        ("m", 50, "unheard", "attention", "L0H1", 0.5),
        ("m", 51, PARADIGM, "attention", "L0H1", 0.5),
    )
    joined = add_measures(index, first)
    assert (joined.n_rows, joined.n_replaced, joined.measures) == (3, 0, ("attention", "loss"))
    assert (joined.unknown_paradigms, joined.off_grid) == (("unheard",), (51,))
    joined = add_measures(index, table(("m", 50, "", "loss", "", 2.0), ("m", 50, PARADIGM, "loss", "", 3.0)))
    assert (joined.n_rows, joined.n_replaced) == (2, 1)  # a paradigm is not all of them
    expected = [
        ("m", 50, PARADIGM, "attention", "L0H1", 0.25),
        ("m", 50, PARADIGM, "loss", "", 3.0),
        ("m", 50, None, "loss", "", 2.0),
        ("m", 51, PARADIGM, "attention", "L0H1", 0.5),
    ]
    assert measures(index) == expected
    merge_index(index.root)
    assert measures(index) == expected


def test_a_measure_twice_is_refused_and_nothing_is_added(index: IndexDir) -> None:
    twice = table(("m", 50, None, "loss", "", 1.0), ("m", 50, "", "loss", None, 2.0))
    with pytest.raises(InputError, match="loss of all paradigms stands 2 times for model m at checkpoint 50"):
        add_measures(index, twice)
    assert measures(index) == []


def test_files_of_both_kinds_are_imported_by_one_command(index: IndexDir, tmp_path: Path) -> None:
    (tmp_path / "heads.csv").write_text(f"{HEAD}m,50,,attention,007,1\n")
    (tmp_path / "pairs.csv").write_text(f"model,checkpoint,pair_id,correct\nm,50,{PARADIGM}/0,true\n")
    files = [str(tmp_path / name) for name in ("heads.csv", "pairs.csv")]
    done = CliRunner().invoke(import_results, [str(index.root), *files])
    assert done.exit_code == 0
    assert "1 measure of models added (attention), 0 of them in the place of older ones" in done.stdout
    assert "1 result added (correct)" in done.stdout
    assert measures(index) == [("m", 50, None, "attention", "007", 1.0)]


def test_results_whose_items_were_forgotten_are_no_measures_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("model,checkpoint,measure,value\nm,50,correct,1\n")
    with pytest.raises(
        InputError, match=r"no column item_id or pair_id.*of a model itself: measure, part and"
    ):
        read_results(tmp_path / "r.csv")
