"""Charts of learning curves: when items are acquired by how often they were met, and what is forgotten."""

from __future__ import annotations

from typing import Any

from indexer.plurals import counted
from indexer.report.chart import Chart, Panel, Row, checkpoints, grouped, has_lone_point, rows_of, values
from indexer.report.exposure_groups import quartiles
from indexer.report.theme import VERMILION
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

MOST_PANELS = 6
_LEAST_TOP = 0.05
"""End of the axis where next to nothing is forgotten."""


def acquisition_by_count(query: QueryFile, answer: Answer) -> Chart:
    """Draw the quartiles of the first checkpoint at the threshold against how often items were met."""
    rows = rows_of(answer)
    drawn = [row for row in rows if row["acquired"]]
    parts = list(grouped(drawn, "measure").items())
    panels = [Panel(measure, _groups(part)) for (measure,), part in parts[:MOST_PANELS]]
    never = sum(row["items"] - row["acquired"] for row in rows)
    notes = ["Points are medians over items, one a model; bars reach from the first quartile to the third."]
    notes += [f"Never acquired, and not drawn: {counted(never, 'curve')}."] if never else []
    notes += (
        [f"{len(parts) - MOST_PANELS} more measures are in the data."] if len(parts) > MOST_PANELS else []
    )
    return Chart(
        "acquisition_by_count", query.title, query.sentence, answer, tuple(panels), {}, " ".join(notes)
    )


def forgetting(query: QueryFile, answer: Answer) -> Chart:
    """Draw how much of what was acquired is short of the threshold at each checkpoint."""
    rows = [row | {"share": row["forgotten"] / row["acquired"]} for row in rows_of(answer)]
    parts = list(grouped(rows, "measure").items())
    panels = [Panel(measure, _shares(part)) for (measure,), part in parts[:MOST_PANELS]]
    note = "One line a model; the share is of the items that had reached the threshold by then."
    return Chart("forgetting", query.title, query.sentence, answer, tuple(panels), {}, note)


def _groups(rows: list[Row]) -> Any:
    return quartiles(
        rows,
        x_title="exposures of the most exposed phrase",
        y_title="acquired at (steps seen)",
        tooltip=["model:N", "items:Q", "acquired:Q"],
    )


def _shares(rows: list[Row]) -> Any:
    import altair

    axis = altair.Axis(format=".0%")
    scale = altair.Scale(domain=[0, max(_LEAST_TOP, *(row["share"] for row in rows))])
    return (
        altair.Chart(values(rows))
        .mark_line(color=VERMILION, strokeWidth=1.8, point=has_lone_point(rows, "model"))
        .encode(
            x=checkpoints(rows),
            y=altair.Y("share:Q", axis=axis, scale=scale, title="share forgotten"),
            detail="model:N",
            tooltip=[
                "model:N",
                "checkpoint:Q",
                "acquired:Q",
                "forgotten:Q",
                altair.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
