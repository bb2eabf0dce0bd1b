"""Groups of phrases or items that were met about as often, and a number in quartiles in each."""

from __future__ import annotations

from typing import Any

from indexer.report.chart import Row, values
from indexer.report.theme import BLUE, steps_axis, steps_scale


def exposure_range(row: Row) -> str:
    """Return how often the phrases of a group were met: ``at_least`` to ``at_most``."""
    low, high = row["at_least"], row["at_most"]
    return f"{low:,}" if low == high else f"{low:,}\u2013{high:,}"


def quartiles(rows: list[Row], *, x_title: str, y_title: str, tooltip: list[str]) -> Any:
    """Draw a point at the median of each group, and a bar from the first quartile to the third.

    Parameters
    ----------
    rows : list of dict
        With ``at_least``, ``at_most``, ``first_quartile``, ``median`` and ``third_quartile``, in steps; where
        there are several models, ``model``.
    x_title, y_title : str
        Titles of the axes.
    tooltip : list of str
        What else is shown of a group.
    """
    import altair

    rows = [row | {"exposures": exposure_range(row)} for row in sorted(rows, key=lambda row: row["at_least"])]
    domain = list(dict.fromkeys(row["exposures"] for row in rows))
    base = altair.Chart(values(rows)).encode(
        x=altair.X(
            "exposures:N", scale=altair.Scale(domain=domain), axis=altair.Axis(labelAngle=-40, title=x_title)
        ),
        tooltip=["exposures:N", *tooltip, "first_quartile:Q", "median:Q", "third_quartile:Q"],
    )
    if any("model" in row for row in rows):
        base = base.encode(xOffset="model:N")
    steps = sorted({row["third_quartile"] for row in rows})
    scale = altair.Scale(**steps_scale(steps))
    bars = base.mark_rule(color=BLUE, opacity=0.6).encode(
        y=altair.Y("first_quartile:Q", scale=scale, axis=altair.Axis(title=y_title, **steps_axis(steps))),
        y2="third_quartile:Q",
    )
    points = base.mark_point(color=BLUE, filled=True, size=40, opacity=1)
    return bars + points.encode(y=altair.Y("median:Q", scale=scale))
