"""Charts of items other than pairs: how much of a benchmark a model had met by each checkpoint."""

from __future__ import annotations

from typing import Any

from indexer.plurals import counted
from indexer.report.chart import (
    Chart,
    Panel,
    Row,
    checkpoints,
    grouped,
    has_lone_point,
    line_colours,
    rows_of,
    values,
)
from indexer.report.theme import BLUE, GREEN, GREY, ORANGE, VERMILION
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

MOST_PANELS = 12
ALL_ROLES = "all roles"
_COLOURS = (BLUE, ORANGE, GREEN, VERMILION)


def share_over_training(query: QueryFile, answer: Answer) -> Chart:
    """Draw the share of the items of each data set that was met by each checkpoint, a line for each role."""
    rows = rows_of(answer)
    # elements of lists (choices.0) give way to the other roles
    roles = sorted({row["role"] for row in rows} - {ALL_ROLES}, key=lambda role: ("." in role, role))
    roles = roles[: len(_COLOURS)]
    # all roles of one are that one
    together = {ALL_ROLES: GREY} if len(roles) > 1 else {}
    legend = {**together, **dict(zip(roles, _COLOURS, strict=False))}
    parts = list(grouped([row for row in rows if row["role"] in legend], "dataset").items())
    panels = [Panel(dataset, _shares(part, legend)) for (dataset,), part in parts[:MOST_PANELS]]
    more = {
        "data set": len(parts) - MOST_PANELS,
        "role": len({row["role"] for row in rows} - legend.keys() - {ALL_ROLES}),
    }
    notes = [f"{counted(n, f'more {what}', 'is', 'are')} in the data." for what, n in more.items() if n > 0]
    note = " ".join(filter(None, [*notes, *map(_unknown, parts[:MOST_PANELS])]))
    return Chart("share_over_training", query.title, query.sentence, answer, tuple(panels), legend, note)


def _unknown(part: tuple[tuple[Any, ...], list[Row]]) -> str:
    """Tell how many items of a data set may have been met though no line counts them."""
    (dataset,), rows = part
    last = max(row["checkpoint"] for row in rows)
    n_unknown = max(row["items_unknown"] for row in rows if row["checkpoint"] == last)
    items = counted(n_unknown, "item", "is", "are")
    return f"Of {dataset}, {items} unknown: boilerplate, or zeros that are not certain." if n_unknown else ""


def _shares(rows: list[Row], legend: dict[str, str]) -> Any:
    import altair

    widths = [1.2 * n + 1.5 for n in range(len(legend))]
    return (
        altair.Chart(values(sorted(rows, key=lambda row: -list(legend).index(row["role"]))))
        .mark_line(point=has_lone_point(rows, "role"))
        .encode(
            x=checkpoints(rows),
            y=altair.Y(
                "share_met:Q",
                axis=altair.Axis(format=".0%"),
                scale=altair.Scale(domain=[0, 1]),
                title="share of the items met",
            ),
            color=line_colours("role", legend),
            # lines of equal shares lie on each other: the lower ones, drawn first, are wider
            strokeWidth=altair.StrokeWidth(
                "role:N",
                scale=altair.Scale(type="ordinal", domain=list(legend), range=widths),
                sort=None,
                legend=None,
            ),
            tooltip=["role:N", "checkpoint:Q", "items:Q", "items_met:Q", "items_unknown:Q"],
        )
    )
