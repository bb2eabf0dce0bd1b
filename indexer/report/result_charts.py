"""Charts of imported results: accuracy on both splits, the lag and its null, the control for frequency."""

from __future__ import annotations

import math
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
from indexer.report.theme import BLUE, GREY, SEEN, SPLITS, VERMILION, place_of_step
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

MOST_PANELS = 12
MOST_LAGS = 60
CHANCE = 0.5
_MOST_LABELS = 6
"""Lags that are labelled below a panel of three beside each other."""

_NEAR_THE_END = 0.6
"""Share of the axis behind which a label of an arrow stands outside the panel: the edge would cut it."""

_LONGEST_NAME = 8
"""Letters of a model's name beside an arrow; where one has more, they are numbered: panels are narrow."""


def accuracy_over_checkpoints(query: QueryFile, answer: Answer, *, threshold: float) -> Chart:
    """Draw accuracy on proxy_train and proxy_validation with Wilson bands, and the lag at a threshold."""
    rows = rows_of(answer)
    missing = sum(row["missing"] for row in rows)
    rows = [row for row in rows if row["accuracy"] is not None]
    legend = {name: colour for name, colour in SPLITS.items() if any(row["split"] == name for row in rows)}
    parts = list(grouped(rows, "paradigm").items())
    low = _lowest(rows, "accuracy")
    names = _names_of_models(rows)
    panels = [
        Panel(paradigm, _accuracy(part, legend, low, threshold, names))
        for (paradigm,), part in parts[:MOST_PANELS]
    ]
    numbered = ", ".join(f"{name} is {model}" for model, name in names.items() if name not in ("", model))
    notes = [
        f"Arrows at {threshold * 100:g}%: from the first checkpoint of proxy_train to that of"
        f" proxy_validation, with the lag in steps, one a model{numbered and f' ({numbered})'}."
    ]
    notes += (
        [f"{len(parts) - MOST_PANELS} more paradigms are in the data."] if len(parts) > MOST_PANELS else []
    )
    notes += [f"Missing, and counted on neither side: {counted(missing, 'result')}."] if missing else []
    return Chart("accuracy", query.title, query.sentence, answer, tuple(panels), legend, " ".join(notes))


def null_of_the_lag(query: QueryFile, answer: Answer) -> Chart:
    """Draw the lags of random splits as bars and the observed lag as a line, with its p."""
    rows = rows_of(answer)
    parts = sorted(
        grouped(rows, "paradigm", "model").items(),
        key=lambda part: (part[1][0]["p"] is None, part[1][0]["p"] or 0),
    )
    panels = []
    for (paradigm, model), part in parts[:MOST_PANELS]:
        p = part[0]["p"]
        told = "p undefined: proxy_train never got there" if p is None else f"p = {p:.3g}"
        panels.append(Panel(f"{paradigm}\n{model}: {told}", _null(part)))
    threshold = f"{float(answer.parameters['threshold']) * 100:g}%"
    note = f"The line is the observed lag at {threshold}."
    if any(
        row["lag"] is None and not row["validation_never"] for _, part in parts[:MOST_PANELS] for row in part
    ):
        note += (
            f" none: random splits whose proxy_train never reached {threshold}, so that they have no lag; "
            "they count in the n of p, and never in its c."
        )
    if len(parts) > MOST_PANELS:
        note += f" The {MOST_PANELS} smallest p are drawn; {len(parts) - MOST_PANELS} more are in the data."
    legend = {"random splits": GREY, "observed": VERMILION}
    return Chart("lag_null", query.title, query.sentence, answer, tuple(panels), legend, note)


def accuracy_by_dose(query: QueryFile, answer: Answer) -> Chart:
    """Draw accuracy at the last checkpoint against how often a pair was met."""
    rows = [row for row in rows_of(answer) if row["accuracy"] is not None]
    for row in rows:
        row["dose"] = _dose(row)
    last = {model: max(r["checkpoint"] for r in part) for (model,), part in grouped(rows, "model").items()}
    rows = [row for row in rows if row["checkpoint"] == last[row["model"]]]
    parts = list(grouped(rows, "paradigm").items())
    low = _lowest(rows, "accuracy_low")
    panels = [Panel(paradigm, _doses(part, low)) for (paradigm,), part in parts[:MOST_PANELS]]
    note = "At the last checkpoint with results; one point a model, with its 95% Wilson interval."
    return Chart("accuracy_by_dose", query.title, query.sentence, answer, tuple(panels), {}, note)


def accuracy_by_seen(query: QueryFile, answer: Answer) -> Chart:
    """Draw accuracy on what was seen before each checkpoint, and on what was not."""
    rows = [row for row in rows_of(answer) if row["accuracy"] is not None]
    legend = {name: colour for name, colour in SEEN.items() if any(row["exposure"] == name for row in rows)}
    parts = list(grouped(rows, "paradigm").items())
    panels = [
        Panel(paradigm, _lines(part, "exposure", legend, _lowest(rows, "accuracy")))
        for (paradigm,), part in parts[:MOST_PANELS]
    ]
    return Chart("accuracy_by_seen", query.title, query.sentence, answer, tuple(panels), legend)


def _names_of_models(rows: list[Row]) -> dict[str, str]:
    """Return what each model is called beside its arrow: nothing where there is but one."""
    models = sorted({row["model"] for row in rows})
    if len(models) < 2:
        return dict.fromkeys(models, "")
    if max(map(len, models)) <= _LONGEST_NAME:
        return {model: model for model in models}
    return {model: str(number) for number, model in enumerate(models, start=1)}


def _y(column: str, low: float) -> Any:
    import altair

    return altair.Y(
        f"{column}:Q",
        title="accuracy",
        axis=altair.Axis(format=".0%"),
        scale=altair.Scale(domain=[low, 1], clamp=True),
    )


def _lowest(rows: list[Row], column: str) -> float:
    """Return where the axes of all panels begin: a little under chance, or under the lowest result."""
    return max(0.0, min([CHANCE - 0.1, *(float(row[column]) - 0.02 for row in rows)]))


def _lines(rows: list[Row], column: str, legend: dict[str, str], low: float) -> Any:
    import altair

    rows = sorted(rows, key=lambda row: (row["model"], row[column], row["checkpoint"]))
    dashes = altair.Scale(domain=list(legend), range=[[1, 0], [6, 3], [2, 2], [1, 3]][: len(legend)])
    return (
        altair.Chart(values(rows))
        .mark_line(strokeWidth=1.8, point=has_lone_point(rows, "model", column))
        .encode(
            x=checkpoints(rows),
            y=_y("accuracy", low),
            color=line_colours(column, legend),
            strokeDash=altair.StrokeDash(f"{column}:N", scale=dashes),
            detail="model:N",
            tooltip=[
                "model:N",
                f"{column}:N",
                "checkpoint:Q",
                altair.Tooltip("accuracy:Q", format=".1%"),
                "pairs:Q",
            ],
        )
    )


def _accuracy(
    rows: list[Row], legend: dict[str, str], low: float, threshold: float, names: dict[str, str]
) -> Any:
    import altair

    bands = (
        altair.Chart(values(rows))
        .mark_area(opacity=0.15)
        .encode(
            x=checkpoints(rows),
            y=_y("accuracy_low", low),
            y2="accuracy_high:Q",
            color=line_colours("split", legend),
            detail="model:N",
        )
    )
    level = altair.Chart(values([{"accuracy": threshold}])).mark_rule(color=GREY, strokeDash=[2, 2])
    whole = bands + _lines(rows, "split", legend, low) + level.encode(y=_y("accuracy", low))
    lags = _lags(rows, threshold, names)
    if lags:
        arrows = altair.Chart(values(lags)).encode(y=_y("height", low))
        x, x2 = altair.X("start:Q"), altair.X2("stop:Q")
        whole += arrows.mark_rule(color=VERMILION, strokeWidth=2).encode(x=x, x2=x2)
        for shape, backward in (("triangle-right", False), ("triangle-left", True)):
            reached = [lag for lag in lags if lag["reached"] and (lag["stop"] < lag["start"]) is backward]
            if reached:
                heads = altair.Chart(values(reached)).mark_point(
                    color=VERMILION, shape=shape, filled=True, size=60, opacity=1
                )
                whole += heads.encode(y=_y("height", low), x=altair.X("stop:Q"))
        for ink in ({"stroke": "white", "strokeWidth": 6, "color": "white"}, {"color": VERMILION}):
            texts = arrows.mark_text(align="left", baseline="middle", dx=8, fontSize=11, **ink)
            whole += texts.encode(x=altair.X("label_at:Q"), text="label:N")
    return whole


def _lags(rows: list[Row], threshold: float, names: dict[str, str]) -> list[Row]:
    """Return for each model where an arrow starts and stops: below each other, from the threshold down."""
    lags: list[Row] = []
    grid = sorted({row["checkpoint"] for row in rows})
    for (model,), part in sorted(grouped(rows, "model").items(), key=lambda group: group[0]):
        reached = {
            split: min(
                (r["checkpoint"] for r in part if r["split"] == split and r["accuracy"] >= threshold),
                default=None,
            )
            for split in ("proxy_train", "proxy_validation")
        }
        start, stop = reached["proxy_train"], reached["proxy_validation"]
        if start is None:
            continue
        last = max(row["checkpoint"] for row in part)
        end = max(start, last if stop is None else stop)
        name = f"{names[model]}: " if names[model] else ""
        lags.append(
            {
                "start": start,
                "stop": last if stop is None else stop,
                "reached": stop is not None,
                "label": name + ("never" if stop is None else _signed(stop - start)),
                "label_at": end if place_of_step(end, grid) < _NEAR_THE_END else grid[-1],
                "height": threshold - 0.045 * len(lags),
            }
        )
    return lags


def _signed(lag: int) -> str:
    """Return a lag with its sign, which a line beside it cannot be taken for."""
    return f"{lag:+,}".replace("-", "\u2212") if lag else "0"


def _null(rows: list[Row]) -> Any:
    import altair

    def name(lag: int | None, never: bool) -> str:
        return "never" if never else "none" if lag is None else str(lag)

    bars = [{"lag": name(row["lag"], row["validation_never"]), "splits": row["splits"]} for row in rows]
    numbers = {row["lag"] for row in rows if row["lag"] is not None}
    observed_never = rows[0]["observed_lag"] is None and rows[0]["p"] is not None
    observed = None if rows[0]["p"] is None else name(rows[0]["observed_lag"], observed_never)
    if rows[0]["observed_lag"] is not None:
        numbers.add(rows[0]["observed_lag"])
    seen = {bar["lag"] for bar in bars} | ({observed} if observed else set())
    spaced = [str(number) for number in _even(numbers)]
    words = [word for word in ("none", "never") if word in seen]
    domain = [*words[: "none" in seen], *spaced, *words["none" in seen :]]
    axis = altair.Axis(
        values=[*words, *_labelled(spaced, words)],
        labelAngle=0,
        labelOverlap="greedy",
        title="lag of proxy_validation (steps)",
    )
    x = altair.X("lag:N", scale=altair.Scale(domain=domain), axis=axis)
    drawing: Any = (
        altair.Chart(values(bars))
        .mark_bar(color=GREY)
        .encode(x=x, y=altair.Y("splits:Q", title="number of random splits"), tooltip=["lag:N", "splits:Q"])
    )
    if observed is not None:
        rule = altair.Chart(values([{"lag": observed}])).mark_rule(color=VERMILION, strokeWidth=3)
        drawing += rule.encode(x=x)
    return drawing


def _labelled(numbers: list[str], words: list[str]) -> list[str]:
    """Return the lags that are labelled: a few at equal distances, none beside a word at its end."""
    apart = -(-len(numbers) // _MOST_LABELS) or 1
    first = (apart if "none" in words and len(numbers) > _MOST_LABELS else 0) // 2
    labelled = list(range(first, len(numbers), apart))
    if "never" in words and len(numbers) > _MOST_LABELS and len(numbers) - labelled[-1] <= apart / 2:
        labelled.pop()
    return [numbers[place] for place in labelled]


def _even(numbers: set[int]) -> list[int]:
    """Return every lag from the least to the most in steps of their common spacing, so that gaps show."""
    low, high = min(numbers, default=0), max(numbers, default=0)
    spacing = math.gcd(*(number - low for number in numbers)) or 1
    even = list(range(low, high + 1, spacing))
    return even if numbers and len(even) <= MOST_LAGS else sorted(numbers)


def _dose(row: Row) -> str:
    if row["at_most"] is None:
        return f"{row['at_least']}+"
    return (
        str(row["at_least"])
        if row["at_least"] == row["at_most"]
        else f"{row['at_least']}\u2013{row['at_most']}"
    )


def _doses(rows: list[Row], low: float) -> Any:
    import altair

    order = ["0", "1", "2\u20139", "10\u201399", "100+"]
    axis = altair.Axis(labelAngle=0, title="exposures of a pair's more exposed phrase")
    base = altair.Chart(values(rows)).encode(
        x=altair.X("dose:N", scale=altair.Scale(domain=order), axis=axis),
        xOffset="model:N",
        tooltip=["model:N", "dose:N", altair.Tooltip("accuracy:Q", format=".1%"), "pairs:Q"],
    )
    whiskers = base.mark_rule(color=BLUE, opacity=0.6).encode(y=_y("accuracy_low", low), y2="accuracy_high:Q")
    points = base.mark_point(color=BLUE, filled=True, size=40, opacity=1).encode(y=_y("accuracy", low))
    return whiskers + points
