"""Charts of learning curves and of benchmarks draw the rows they are given, and say what they leave out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from indexer.report.chart import Chart
from indexer.splits.ask import Answer, load_query

pytest.importorskip("altair")

from indexer.report.acquisition_charts import MOST_PANELS, acquisition_by_count, forgetting
from indexer.report.item_charts import share_over_training


def answer(rows: list[dict[str, Any]]) -> Answer:
    return Answer(pa.Table.from_pylist(rows), "q", "SELECT", {}, "f", True, 0)


def drawn(chart: Chart, panel: int) -> list[dict[str, Any]]:
    specification = chart.page_specifications()[panel]
    return next(iter(specification["datasets"].values())) if "datasets" in specification else specification[
        "data"
    ]["values"]  # fmt: skip


def group(measure: str, at_least: int, acquired: int) -> dict[str, Any]:
    quartiles = dict.fromkeys(("first_quartile", "median", "third_quartile"), 20 if acquired else None)
    found = {
        "model": "m",
        "measure": measure,
        "at_least": at_least,
        "at_most": 2 * at_least - 1 if at_least else 0,
    }
    return found | {"items": 5, "acquired": acquired, **quartiles, "mean_forgetting": 0.5}


def test_groups_in_which_nothing_is_acquired_are_counted_and_not_drawn() -> None:
    rows = [group("surprisal", 0, 0), group("surprisal", 1, 3), group("surprisal", 2, 5)]
    chart = acquisition_by_count(load_query("acquisition/acquisition_by_count"), answer(rows))
    assert "Never acquired, and not drawn: 7 curves." in chart.note
    assert [row["exposures"] for row in drawn(chart, 0)] == ["1", "2–3"]


def test_measures_beyond_the_panels_are_told() -> None:
    rows = [group(f"measure {n}", 1, 5) for n in range(MOST_PANELS + 2)]
    chart = acquisition_by_count(load_query("acquisition/acquisition_by_count"), answer(rows))
    assert len(chart.panels) == MOST_PANELS and "2 more measures are in the data." in chart.note


def test_forgotten_is_a_share_of_what_was_acquired() -> None:
    rows = [
        {"model": "m", "measure": "accuracy", "checkpoint": c, "acquired": 4, "forgotten": n}
        for c, n in ((10, 0), (20, 1), (30, 4))
    ]
    chart = forgetting(load_query("acquisition/forgetting"), answer(rows))
    assert [row["share"] for row in drawn(chart, 0)] == [0, 0.25, 1]


def test_a_benchmark_has_a_panel_and_each_role_a_line() -> None:
    rows = [
        {"dataset": name, "role": role, "checkpoint": c, "tokens_seen": c, "items": 4, "items_met": c // 10,
         "share_met": c / 40, "items_unknown": 0}
        for name in ("quiz", "words") for role in ("all roles", "answer", "question") for c in (10, 20)
    ]  # fmt: skip
    chart = share_over_training(load_query("contamination/share_over_training"), answer(rows))
    assert [panel.title for panel in chart.panels] == ["quiz", "words"]
    assert list(chart.legend) == ["all roles", "answer", "question"]
    assert [row["share_met"] for row in drawn(chart, 1)] == [0.25, 0.5] * 3
    assert chart.note == ""
    names = ("choices.0", "choices.1", "choices.2", "question", "answer")
    many = [{**rows[0], "role": role} for role in names]
    chart = share_over_training(load_query("contamination/share_over_training"), answer(many))
    assert list(chart.legend) == ["all roles", "answer", "question", "choices.0", "choices.1"]
    assert [row["role"] for row in drawn(chart, 0)][-2:] == ["question", "answer"]  # on top, and thinner
    one = [{**row, "items_unknown": 3 - row["checkpoint"] // 10} for row in rows if row["role"] != "answer"]
    chart = share_over_training(load_query("contamination/share_over_training"), answer(one[:4]))
    assert list(chart.legend) == ["question"]  # all roles of one are that one
    assert chart.note == "Of quiz, 1 item is unknown: boilerplate, or zeros that are not certain."
