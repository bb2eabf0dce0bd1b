"""Charts of items other than pairs: how much of a benchmark a model had met by each checkpoint."""

from __future__ import annotations

from typing import Any

from indexer.report.chart import Chart, Panel, Row, colours, grouped, rows_of, values
from indexer.report.theme import BLUE, GREEN, GREY, ORANGE, PALE, VERMILION, steps_scale
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

MOST_PANELS = 12
ALL_ROLES = "all roles"
_COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PALE)


def share_over_training(query: QueryFile, answer: Answer) -> Chart:
    """Draw the share of the items of each data set that was met by each checkpoint, a line for each role."""
    rows = rows_of(answer)
    roles = sorted({row["role"] for row in rows} - {ALL_ROLES})[: len(_COLOURS)]
    legend = {ALL_ROLES: GREY, **dict(zip(roles, _COLOURS, strict=False))}
    parts = list(grouped([row for row in rows if row["role"] in legend], "dataset").items())
    panels = [Panel(dataset, _shares(part, legend)) for (dataset,), part in parts[:MOST_PANELS]]
    note = f"{len(parts) - MOST_PANELS} more data sets are in the data." if len(parts) > MOST_PANELS else ""
    return Chart("share_over_training", query.title, query.sentence, answer, tuple(panels), legend, note)


def _shares(rows: list[Row], legend: dict[str, str]) -> Any:
    import altair

    scale = altair.Scale(**steps_scale(sorted({row["checkpoint"] for row in rows})))
    return (
        altair.Chart(values(rows))
        .mark_line(strokeWidth=1.8, point=len(rows) <= len(legend))
        .encode(
            x=altair.X("checkpoint:Q", scale=scale, title="checkpoint (steps seen)"),
            y=altair.Y(
                "share_met:Q",
                axis=altair.Axis(format=".0%"),
                scale=altair.Scale(domain=[0, 1]),
                title="share of the items met",
            ),
            color=colours("role", legend),
            tooltip=["role:N", "checkpoint:Q", "items:Q", "items_met:Q", "items_unknown:Q"],
        )
    )
