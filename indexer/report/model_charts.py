"""Charts of what was measured inside a model: concept vectors and attention, over checkpoints."""

from __future__ import annotations

from typing import Any

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
from indexer.report.theme import GREY, SPLITS, VERMILION
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

MOST_PANELS = 12
HEAD_HEIGHT = 14
PLACES = {"query to key": VERMILION, "other words": GREY}
"""Where attention runs from and to: between the two words of a pair, or others at the same distance."""

CHANCE_AUROC = 0.5


def concept_auroc(query: QueryFile, answer: Answer) -> Chart:
    """Draw how well the concept vector of the exposed pairs tells good from bad, for each split."""
    return _over_checkpoints(query, answer, "auroc", "AUROC", CHANCE_AUROC, "Dashed at 0.5: chance.")


def effective_rank(query: QueryFile, answer: Answer) -> Chart:
    """Draw how many dimensions the concept vectors span, for each split."""
    note = (
        "A split of n pairs spans n - 1 dimensions at most: compare a line with itself, not with the other."
    )
    return _over_checkpoints(query, answer, "effective_rank", "effective rank", None, note)


def attention_by_head(query: QueryFile, answer: Answer) -> Chart:
    """Draw attention from query to key as a map of heads and checkpoints, of the first model."""
    rows = [row for row in rows_of(answer) if row["attention"] is not None]
    models = list(grouped(rows, "model"))
    parts = grouped([row for row in rows if (row["model"],) == models[0]], "paradigm")
    highest = max((float(row["attention"]) for row in rows), default=1.0)
    n_heads = len({row["head"] for row in rows})
    panels = [
        Panel(_name(paradigm), _map(part, highest), height=HEAD_HEIGHT * n_heads)
        for (paradigm,), part in list(parts.items())[:MOST_PANELS]
    ]
    notes = [f"Of {models[0][0]}. The darkest is {highest:.2f}, in every panel."] if models else []
    if len(models) > 1:
        notes.append("Heads of other models are others; their rows are in the data.")
    notes += _left_out(len(parts))
    return Chart("attention_by_head", query.title, query.sentence, answer, tuple(panels), {}, " ".join(notes))


def attention_share(query: QueryFile, answer: Answer) -> Chart:
    """Draw the share of the strongest heads, one line a model, beside that between other words."""
    rows = [
        {**row, "places": places, "share": row[column]}
        for row in rows_of(answer)
        for places, column in zip(PLACES, ("share", "baseline_share"), strict=True)
        if row[column] is not None
    ]
    parts = grouped(rows, "paradigm")
    panels = [
        Panel(
            _name(paradigm), _lines(part, "share", "share of the strongest heads", "places", PLACES, [0, 1])
        )
        for (paradigm,), part in list(parts.items())[:MOST_PANELS]
    ]
    heads = max((row["heads"] for row in rows), default=0)
    even = f" Each head alike would be {answer.parameters['n_heads'] / heads:.0%}." if heads else ""
    note = f"The strongest {answer.parameters['n_heads']} of {heads} heads, of each checkpoint anew.{even}"
    notes = " ".join([note, *_left_out(len(parts))])
    return Chart("attention_share", query.title, query.sentence, answer, tuple(panels), PLACES, notes)


def _over_checkpoints(
    query: QueryFile, answer: Answer, column: str, title: str, level: float | None, note: str
) -> Chart:
    rows = [row for row in rows_of(answer) if row[column] is not None]
    legend = {name: colour for name, colour in SPLITS.items() if any(row["split"] == name for row in rows)}
    found = [float(row[column]) for row in rows]
    domain = [min([0.4, *found]), 1] if level is not None else [0, max([1.0, *found])]
    parts = grouped(rows, "paradigm")
    panels = []
    for (paradigm,), part in list(parts.items())[:MOST_PANELS]:
        drawing = _lines(part, column, title, "split", legend, domain)
        if level is not None:
            import altair

            y = altair.Y(f"{column}:Q", scale=altair.Scale(domain=domain))
            rule = altair.Chart(values([{column: level}])).mark_rule(color=GREY, strokeDash=[2, 2])
            drawing += rule.encode(y=y)
        panels.append(Panel(_name(paradigm), drawing))
    notes = " ".join(["One line a model and split.", note, *_left_out(len(parts))])
    return Chart(column, f"{query.title}: {title}", query.sentence, answer, tuple(panels), legend, notes)


def _name(paradigm: str | None) -> str:
    return paradigm or "all paradigms together"


def _left_out(n_parts: int) -> list[str]:
    return [f"{n_parts - MOST_PANELS} more paradigms are in the data."] if n_parts > MOST_PANELS else []


def _lines(
    rows: list[Row], column: str, title: str, by: str, legend: dict[str, str], domain: list[float]
) -> Any:
    import altair

    rows = sorted(rows, key=lambda row: (row["model"], row[by], row["checkpoint"]))
    dashes = altair.Scale(domain=list(legend), range=[[1, 0], [6, 3], [2, 2], [1, 3]][: len(legend)])
    return (
        altair.Chart(values(rows))
        .mark_line(strokeWidth=1.8, point=has_lone_point(rows, "model", by))
        .encode(
            x=checkpoints(rows),
            y=altair.Y(f"{column}:Q", title=title, scale=altair.Scale(domain=domain, nice=False)),
            color=line_colours(by, legend),
            strokeDash=altair.StrokeDash(f"{by}:N", scale=dashes),
            detail="model:N",
            tooltip=["model:N", f"{by}:N", "checkpoint:Q", altair.Tooltip(f"{column}:Q", format=".3f")],
        )
    )


def _map(rows: list[Row], highest: float) -> Any:
    import altair

    heads = list(dict.fromkeys(row["head"] for row in rows))
    steps = sorted({row["checkpoint"] for row in rows})
    axis = altair.Axis(
        labelAngle=0, labelOverlap="greedy", labelSeparation=4, title="checkpoint (steps seen)", ticks=False
    )
    shades = altair.Scale(domain=[0, highest], scheme="oranges")
    key = altair.Legend(
        type="gradient", title="attention weight", tickCount=4, format=".2f", gradientLength=220
    )
    return (
        altair.Chart(values(rows))
        .mark_rect()
        .encode(
            x=altair.X("checkpoint:O", scale=altair.Scale(domain=steps, padding=0), axis=axis),
            y=altair.Y(
                "head:N",
                sort=heads,
                scale=altair.Scale(domain=heads, padding=0),
                axis=altair.Axis(title=None, ticks=False, labelOverlap="greedy", labelFontSize=9),
            ),
            color=altair.Color("attention:Q", scale=shades, legend=key),
            tooltip=[
                "model:N",
                "head:N",
                "checkpoint:Q",
                altair.Tooltip("attention:Q", format=".3f"),
                altair.Tooltip("baseline:Q", format=".3f"),
            ],
        )
    )
