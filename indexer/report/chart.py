"""A chart of the report: one answer drawn as one or several panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.report.theme import CONFIG, steps_axis, steps_scale
from indexer.splits.ask import Answer

Row = dict[str, Any]

PRINT_WIDTH = {1: 560, 2: 340}
"""Width of a panel in print by the number of panels, in pixels; `NARROW` with three or more."""
NARROW = 250
PRINT_HEIGHT = 190


@dataclass(frozen=True)
class Panel:
    """One small chart.

    Attributes
    ----------
    title : str
        What distinguishes it from the other panels, in one line or two; may be empty.
    drawing : altair.Chart or altair.LayerChart
        Without width, title and configuration.
    height : int or None
        In pixels; None where the drawing has its own.
    """

    title: str
    drawing: Any
    height: int | None = PRINT_HEIGHT


@dataclass(frozen=True)
class Chart:
    """An answer and its panels.

    Attributes
    ----------
    name : str
        Stem of the files it is written to.
    title, sentence : str
        What it shows; from the query file.
    answer : Answer
        The rows it draws, shown as a table beside it.
    panels : tuple of Panel
        May be empty: then only the table is shown.
    legend : dict of str to str
        Colours by meaning.
    note : str
        What a reader must know besides; may be empty.
    """

    name: str
    title: str
    sentence: str
    answer: Answer
    panels: tuple[Panel, ...]
    legend: dict[str, str]
    note: str = ""

    def page_specifications(self) -> list[dict[str, Any]]:
        """Return the Vega-Lite specification of each panel, as wide as its place on the page."""
        specifications = []
        for panel in self.panels:
            sized = panel.drawing.properties(
                width="container", autosize={"type": "fit-x", "contains": "padding"}
            )
            if panel.height is not None:
                sized = sized.properties(height=panel.height)
            page = {**CONFIG, "legend": {"disable": True}}
            drawn = sized.to_dict()
            # The page has a legend of its own for all panels; a map of shades keeps its scale.
            specifications.append({**(_without_legends(drawn) if self.legend else drawn), "config": page})
        return specifications

    def print_specification(self) -> dict[str, Any]:
        """Return one Vega-Lite specification of all panels, of fixed size, with a legend."""
        import altair

        width = PRINT_WIDTH.get(len(self.panels), NARROW)
        sized = []
        for panel in self.panels:
            drawing = panel.drawing.properties(width=width)
            if panel.height is not None:
                drawing = drawing.properties(height=panel.height)
            sized.append(drawing.properties(title=panel.title.split("\n")) if panel.title else drawing)
        if len(sized) == 1:
            whole = sized[0]
        else:
            whole = altair.concat(*sized, columns=3 if len(sized) > 2 else 2, spacing=24)
        specification: dict[str, Any] = whole.to_dict()
        return {**specification, "config": CONFIG}


def _without_legends(part: Any) -> Any:
    """Return a specification without what its encodings say of legends."""
    if isinstance(part, list):
        return [_without_legends(one) for one in part]
    if isinstance(part, dict):
        return {name: _without_legends(value) for name, value in part.items() if name != "legend"}
    return part


def rows_of(answer: Answer) -> list[Row]:
    """Return the rows of an answer as objects."""
    rows: list[Row] = answer.rows.to_pylist()
    return rows


def grouped(rows: list[Row], *keys: str) -> dict[tuple[Any, ...], list[Row]]:
    """Group rows by the values of some columns, in order of appearance."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def checkpoints(rows: list[Row]) -> Any:
    """Return the encoding of checkpoints from left to right."""
    import altair

    steps = sorted({row["checkpoint"] for row in rows})
    return altair.X(
        "checkpoint:Q",
        scale=altair.Scale(**steps_scale(steps)),
        axis=altair.Axis(title="checkpoint (steps seen)", **steps_axis(steps)),
    )


def has_lone_point(rows: list[Row], *keys: str) -> bool:
    """Tell whether a line, one for each value of some columns, is a single point, which draws none."""
    return any(len(part) == 1 for part in grouped(rows, *keys).values())


def colours(column: str, legend: dict[str, str]) -> Any:
    """Return the colour encoding of a column with a fixed colour for each of its values."""
    import altair

    scale = altair.Scale(domain=list(legend), range=list(legend.values()))
    return altair.Color(f"{column}:N", scale=scale)


def line_colours(column: str, legend: dict[str, str]) -> Any:
    """Return the same for lines: the key shows strokes, with their dashes."""
    return colours(column, legend).legend(symbolType="stroke", symbolStrokeWidth=2.5)


def values(rows: list[Row]) -> Any:
    """Return rows as the inline data of a drawing."""
    return {"values": rows}
