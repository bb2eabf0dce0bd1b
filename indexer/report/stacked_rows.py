"""Rows of stacked bars with their names above them: long names on narrow pages."""

from __future__ import annotations

from typing import Any

from indexer.report.chart import Panel, Row, colours, values

ROW_HEIGHT = 34


def stacked_rows(rows: list[Row], name: str, legend: dict[str, str], axis_title: str) -> Panel:
    """Draw one stacked bar for each row.

    Parameters
    ----------
    rows : list of dict
        One for each bar; a number for each key of `legend`, and optionally a ``remark`` after the name.
    name : str
        Column of the names; equal names are one bar.
    legend : dict of str to str
        The stacked columns, from the left, and their colours.
    axis_title : str
        What is counted.
    """
    import altair

    parts = [
        {"name": row[name], "part": part, "rank": rank, "count": row[part]}
        for row in rows
        for rank, part in enumerate(legend)
    ]
    names = [{"name": row[name], "label": f"{row[name]}{row.get('remark', '')}"} for row in rows]
    order = [row[name] for row in rows]
    y = altair.Y("name:N", sort=order, axis=None, scale=altair.Scale(paddingInner=0, paddingOuter=0))
    bars: Any = (
        altair.Chart(values(parts))
        .mark_bar(size=13, yOffset=8)
        .encode(
            y=y,
            x=altair.X(
                "count:Q",
                title=axis_title,
                axis=altair.Axis(format=",d", tickMinStep=1, tickCount=5, labelOverlap="greedy"),
            ),
            color=colours("part", legend),
            order=altair.Order("rank:O"),
            tooltip=["name:N", "part:N", "count:Q"],
        )
    )
    texts: Any = (
        altair.Chart(values(names))
        .mark_text(
            align="left",
            baseline="middle",
            dy=-7,
            fontSize=11,
            color="#222222",
            limit=altair.ExprRef("width"),
        )
        .encode(y=y, x=altair.value(0), text="label:N")
    )
    return Panel("", bars + texts, height=ROW_HEIGHT * max(1, len(rows)))
