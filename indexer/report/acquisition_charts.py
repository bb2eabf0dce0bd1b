"""Charts of learning curves: when items are acquired by how often they were met, and what is forgotten."""

from __future__ import annotations

from typing import Any

from indexer.plurals import counted
from indexer.report.chart import Chart, Panel, Row, grouped, rows_of, values
from indexer.report.theme import BLUE, VERMILION, steps_scale
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

MOST_PANELS = 6


def acquisition_by_count(query: QueryFile, answer: Answer) -> Chart:
    """Draw the quartiles of the first checkpoint at the threshold against how often items were met."""
    rows = rows_of(answer)
    for row in rows:
        row["exposures"] = _range(row)
    drawn = [row for row in rows if row["acquired"]]
    parts = list(grouped(drawn, "measure").items())
    panels = [Panel(measure, _quartiles(part)) for (measure,), part in parts[:MOST_PANELS]]
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


def _range(row: Row) -> str:
    low, high = row["at_least"], row["at_most"]
    return f"{low:,}" if low == high else f"{low:,}\u2013{high:,}"


def _quartiles(rows: list[Row]) -> Any:
    import altair

    order = [row["exposures"] for row in sorted(rows, key=lambda row: row["at_least"])]
    axis = altair.Axis(labelAngle=-40, title="exposures in the whole window")
    base = altair.Chart(values(rows)).encode(
        x=altair.X("exposures:N", scale=altair.Scale(domain=list(dict.fromkeys(order))), axis=axis),
        xOffset="model:N",
        tooltip=[
            "model:N",
            "exposures:N",
            "items:Q",
            "acquired:Q",
            "first_quartile:Q",
            "median:Q",
            "third_quartile:Q",
        ],
    )
    scale = altair.Scale(**steps_scale(sorted({row["third_quartile"] for row in rows})))
    bars = base.mark_rule(color=BLUE, opacity=0.6).encode(
        y=altair.Y("first_quartile:Q", scale=scale, title="acquired at checkpoint"), y2="third_quartile:Q"
    )
    return bars + base.mark_point(color=BLUE, filled=True, size=40, opacity=1).encode(
        y=altair.Y("median:Q", scale=scale)
    )


def _shares(rows: list[Row]) -> Any:
    import altair

    x = altair.X(
        "checkpoint:Q",
        scale=altair.Scale(**steps_scale(sorted({row["checkpoint"] for row in rows}))),
        title="checkpoint (steps seen)",
    )
    axis, scale = altair.Axis(format=".0%"), altair.Scale(domainMin=0)
    return (
        altair.Chart(values(rows))
        .mark_line(color=VERMILION, strokeWidth=1.8, point=len(rows) < 2)
        .encode(
            x=x,
            y=altair.Y("share:Q", axis=axis, scale=scale, title="forgotten"),
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
