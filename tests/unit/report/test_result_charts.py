"""Charts of results say of whom an arrow is, what a bar without a number is, and draw a single checkpoint."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from indexer.report.chart import Chart
from indexer.splits.ask import Answer, load_query

pytest.importorskip("altair")

from indexer.report.exposure_charts import exposure_counts, first_exposures
from indexer.report.model_charts import concept_auroc
from indexer.report.result_charts import _lags, accuracy_over_checkpoints, null_of_the_lag
from indexer.report.split_charts import balance_by_paradigm
from indexer.report.theme import place_of_step, steps_axis


def answer(rows: list[dict[str, Any]], **parameters: str) -> Answer:
    return Answer(pa.Table.from_pylist(rows), "q", "SELECT", dict(parameters), "f", True, 0)


def scored(models: tuple[str, ...], checkpoints: tuple[int, ...]) -> Chart:
    rows = [
        {"model": model, "paradigm": "p", "checkpoint": checkpoint, "split": split, "pairs": 5, "missing": 0,
         "accuracy": checkpoint / 100, "accuracy_low": 0.1, "accuracy_high": 0.9}
        for model in models for split in ("proxy_train", "proxy_validation") for checkpoint in checkpoints
    ]  # fmt: skip
    return accuracy_over_checkpoints(load_query("dynamics/accuracy"), answer(rows), threshold=0.5)


@pytest.mark.parametrize(
    ("models", "labels", "told"),
    [
        (("m",), ["0"], "one a model."),
        (("b", "a"), ["a: 0", "b: 0"], "one a model."),
        (("x", "org/long-name"), ["1: 0", "2: 0"], "one a model (1 is org/long-name, 2 is x)."),
    ],
)
def test_an_arrow_is_named_where_there_are_several(
    models: tuple[str, ...], labels: list[str], told: str
) -> None:
    chart = scored(models, (10, 60))
    drawn = json.dumps(chart.page_specifications())
    assert all(f'"label": "{label}"' in drawn for label in labels)
    assert drawn.count('"label": ') == len(labels)
    assert told in chart.note


@pytest.mark.parametrize(
    ("grid", "end", "label_at"), [((10, 100, 500, 1000), 500, 500), ((10, 100, 800, 1000), 800, 1000)]
)
def test_a_label_that_would_be_cut_at_the_edge_stands_behind_it(
    grid: tuple[int, ...], end: int, label_at: int
) -> None:
    rows = [
        {"model": "m", "split": split, "checkpoint": step, "accuracy": float(step >= reached)}
        for split, reached in (("proxy_train", 10), ("proxy_validation", end)) for step in grid
    ]  # fmt: skip
    (lag,) = _lags(rows, 0.8, {"m": ""})
    assert (lag["stop"], lag["label_at"]) == (end, label_at)
    doubling = [1, *(2**power for power in range(1, 15))]
    assert place_of_step(16, doubling) == pytest.approx(0.29, abs=0.01)


@pytest.mark.parametrize(
    ("grid", "ticks"),
    [
        ([100, 200, 400], None),
        ([0, 1, 2, 512, 143000], [0, 1, 10, 100, 1000, 10000, 100000]),
        ([4, 50, 420], [0, 5, 10, 20, 50, 100, 200]),
    ],
)
def test_ticks_of_doubling_checkpoints_do_not_crowd_at_the_end(
    grid: list[int], ticks: list[int] | None
) -> None:
    assert steps_axis(grid).get("values") == ticks


def test_one_checkpoint_is_points_and_several_are_lines() -> None:
    assert '"point": true' in json.dumps(scored(("m",), (60,)).page_specifications())
    assert '"point": false' in json.dumps(scored(("m",), (10, 60)).page_specifications())
    row = {"model": "m", "paradigm": "p", "checkpoint": 10, "split": "proxy_train", "auroc": 0.7}
    chart = concept_auroc(load_query("models/concept_vectors"), answer([row, row | {"model": "n"}]))
    assert '"point": true' in json.dumps(chart.page_specifications())


def test_the_bar_none_is_explained_where_it_stands() -> None:
    row = {"model": "m", "paradigm": "p", "lag": 10, "validation_never": False, "splits": 7}
    row |= {"observed_lag": 10, "p": 0.5}
    rows = [row, row | {"lag": None, "splits": 2}, row | {"lag": None, "validation_never": True}]
    file = load_query("dynamics/lag_null")
    assert (
        "none: random splits whose proxy_train never reached 80%"
        in null_of_the_lag(file, answer(rows, threshold="0.8")).note
    )
    assert "none" not in null_of_the_lag(file, answer([rows[0], rows[2]], threshold="0.8")).note


@pytest.mark.parametrize(("sides", "said"), [(("good", "bad"), True), (("phrase",), False)])
def test_good_and_bad_are_spoken_of_where_there_are_pairs(sides: tuple[str, ...], said: bool) -> None:
    rows = [
        {"phenomenon": "all", "side": side, "status": "seen", "at_least": n, "at_most": n, "phrases": 130}
        for side in sides for n in (1, 2)
    ]  # fmt: skip
    chart = exposure_counts(load_query("explore/exposure_histogram"), answer(rows))
    assert ("minimal pairs" in chart.sentence) is said
    y = chart.page_specifications()[0]["encoding"]["y"]
    assert (y["axis"]["values"], y["scale"]["domain"]) == ([0, 1, 10, 100, 200], [0, 200])


def test_labels_of_shares_that_are_close_stand_above_both_lines() -> None:
    rows = [
        {"phenomenon": "all", "side": side, "checkpoint": c, "phrases": 1000, "phrases_seen": n,
         "phrases_unknown": 0}
        for side, n in (("good", 40), ("bad", 35)) for c in (10, 20)
    ]  # fmt: skip
    chart = first_exposures(load_query("dynamics/first_exposures_by_phenomenon"), answer(rows))
    (specification,) = chart.page_specifications()
    assert specification["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, 0.05]
    labels = specification["datasets"][specification["layer"][1]["data"]["name"]]
    assert [row["label"] for row in labels] == ["bad: 96% never", "good: 96% never"]
    assert all(0.04 < row["height"] < 0.05 for row in labels)


def test_a_remark_is_short_and_a_long_name_ends_where_the_page_does() -> None:
    row = {"paradigm": "x" * 60, "proxy_train": 9, "proxy_validation": 500, "unknown": 0, "excluded": 0}
    chart = balance_by_paradigm(load_query("splits/balance_by_paradigm"), answer([row]))
    (specification,) = chart.page_specifications()
    names = specification["datasets"][specification["layer"][1]["data"]["name"]]
    assert [name["label"] for name in names] == ["x" * 60 + "  \u25b2 9"]
    assert specification["layer"][1]["mark"]["limit"] == {"expr": "width"}
