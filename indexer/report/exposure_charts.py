"""Charts of what the model saw: exposure counts, first exposures, phrases met over training."""

from __future__ import annotations

from typing import Any

from indexer.report.chart import Chart, Panel, Row, checkpoints, colours, grouped, rows_of, values
from indexer.report.exposure_groups import quartiles
from indexer.report.theme import BLUE, SIDES
from indexer.splits.ask import Answer
from indexer.splits.query_file import QueryFile

ALL = "all phenomena"
OF_PHRASES = (
    "How many distinct phrases were met how often in the whole window, in bins that double; "
    "zero has a bin of its own."
)
OF_PAIRS = " Good and bad phrases of minimal pairs apart."
"""What the exposure counts tell besides where there are pairs."""

GAP = " "
"""An empty place on the axis that sets zero apart."""

_MOST_LABELS = 6
"""Bins that are labelled: more do not fit below a panel of three beside each other."""

_LABEL_HEIGHT = 0.09
"""Height of a line of text, as a share of the height of a panel."""

_TOPS = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Ends of an axis of shares: where few phrases were met, lines up to 1 would lie on the ground."""


def exposure_counts(query: QueryFile, answer: Answer) -> Chart:
    """Draw how many phrases were met how often: bins that double, never and unknown set apart."""
    rows = rows_of(answer)
    for row in rows:
        row["bin"] = _bin(row)
    highest = max((row["at_least"] for row in rows), default=0)
    bins = [_short(2**power) for power in range(highest.bit_length())]
    apart = [word for word in ("never", "unknown") if any(row["bin"] == word for row in rows)]
    domain = [*apart, GAP, *bins]
    legend = _legend(rows)
    panels = [Panel(title, _count_bars(part, domain, legend)) for title, part in _parts(rows)]
    sentence = OF_PHRASES + ("" if legend.keys() <= {"phrase"} else OF_PAIRS)
    return Chart("exposure_counts", query.title, sentence, answer, tuple(panels), legend)


def first_exposures(query: QueryFile, answer: Answer) -> Chart:
    """Draw the share of phrases met before each checkpoint; what is missing at the right was never met."""
    rows = rows_of(answer)
    legend = _legend(rows)
    for row in rows:
        row["share"] = row["phrases_seen"] / row["phrases"]
    highest = max((row["share"] for row in rows), default=0.0)
    top = next(top for top in _TOPS if highest <= top)
    panels = []
    for title, part in _parts(rows):
        starts = [
            dict(ends[0], checkpoint=0, share=0.0, phrases_seen=0) for ends in grouped(part, "side").values()
        ]
        panels.append(Panel(title, _share_lines(starts + part, legend, top)))
    return Chart("first_exposures", query.title, query.sentence, answer, tuple(panels), legend)


def phrases_met(query: QueryFile, answer: Answer) -> Chart:
    """Draw how many distinct phrases were met by each checkpoint."""
    import altair

    rows = rows_of(answer)
    panels: tuple[Panel, ...] = ()
    if rows:
        rows = [{"checkpoint": 0, "phrases_seen": 0, "first_exposures": 0}, *rows]
        base = altair.Chart(values(rows)).encode(
            x=checkpoints(rows),
            y=altair.Y("phrases_seen:Q", title="distinct phrases met"),
            tooltip=["checkpoint:Q", "phrases_seen:Q", "first_exposures:Q"],
        )
        line = base.mark_line(color=BLUE, interpolate="step-after", strokeWidth=2)
        panels = (Panel("", line + base.mark_point(color=BLUE, filled=True, size=18)),)
    return Chart("phrases_met", query.title, query.sentence, answer, panels, {})


def spacing(query: QueryFile, answer: Answer) -> Chart:
    """Draw the longest gap between exposures against at how many steps phrases were met."""
    rows = rows_of(answer)
    drawing = quartiles(
        rows,
        x_title="steps at which a phrase was met",
        y_title="longest gap between (steps)",
        tooltip=["phrases:Q", "mean_burstiness:Q"],
    )
    note = "Points are medians over phrases; bars reach from the first quartile to the third."
    panels = (Panel("", drawing),) if rows else ()
    return Chart("spacing", query.title, query.sentence, answer, panels, {}, note)


def _bin(row: Row) -> str:
    return str(row["status"]) if row["at_least"] == 0 else _short(row["at_least"])


def _short(number: int) -> str:
    """Spell a power of two: 512, 1k, 32k, 1M."""
    for unit, size in (("G", 2**30), ("M", 2**20), ("k", 2**10)):
        if number >= size:
            return f"{number // size}{unit}"
    return str(number)


def _legend(rows: list[Row]) -> dict[str, str]:
    present = {row["side"] for row in rows}
    return {side: colour for side, colour in SIDES.items() if side in present}


def _parts(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows of all phenomena together, then those of each where there are several."""
    parts = [(str(name or "no phenomenon"), part) for (name,), part in grouped(rows, "phenomenon").items()]
    if len(parts) <= 2:
        return [("", part) for _, part in parts[:1]]
    return [(ALL if name == "all" else name, part) for name, part in parts]


def _count_bars(rows: list[Row], domain: list[str], legend: dict[str, str]) -> Any:
    import altair

    axis = altair.Axis(
        values=_labelled(domain),
        labelAngle=0,
        labelOverlap="greedy",
        labelSeparation=0,
        ticks=False,
        title="times a phrase was met (bins double)",
    )
    return (
        altair.Chart(values(rows))
        .mark_bar()
        .encode(
            x=altair.X("bin:N", scale=altair.Scale(domain=domain, paddingInner=0.15), axis=axis),
            xOffset=altair.XOffset("side:N", scale=altair.Scale(domain=list(legend))),
            y=_phrases(max(row["phrases"] for row in rows)),
            color=colours("side", legend),
            tooltip=["side:N", "bin:N", "phrases:Q"],
        )
    )


def _labelled(domain: list[str]) -> list[str]:
    """Return the places of the axis that are labelled: the last bin, and others at equal distances."""
    apart = domain[: domain.index(GAP)]
    bins = domain[len(apart) + 1 :]
    return [*apart, *bins[::-1][:: max(1, -(-len(bins) // _MOST_LABELS))][::-1]]


def _phrases(most: int) -> Any:
    """Return an axis on which a few phrases are seen beside many: decades, from 0 to above the most."""
    import altair

    decade = 10 ** (len(str(most)) - 1)
    top = next(digit * decade for digit in (1, 2, 5, 10) if most <= digit * decade)
    ticks = sorted({0, *(10**power for power in range(len(str(most)))), top})
    return altair.Y(
        "phrases:Q",
        title="distinct phrases",
        scale=altair.Scale(type="symlog", constant=1, domain=[0, top]),
        axis=altair.Axis(values=ticks, format=",d"),
    )


def _share_lines(rows: list[Row], legend: dict[str, str], top: float) -> Any:
    import altair

    rows = sorted(rows, key=lambda row: (row["side"], row["checkpoint"]))
    x = checkpoints(rows)
    shares = altair.Scale(domain=[0, top])
    y = altair.Y("share:Q", axis=altair.Axis(format=".0%", title="share of phrases met"), scale=shares)
    lines = (
        altair.Chart(values(rows))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=colours("side", legend),
            strokeDash=altair.StrokeDash(
                "side:N", scale=altair.Scale(domain=list(legend), range=[[1, 0], [6, 3]][: len(legend)])
            ),
            tooltip=["side:N", "checkpoint:Q", altair.Tooltip("share:Q", format=".1%"), "phrases_seen:Q"],
        )
    )
    labels = (
        altair.Chart(values(_end_labels(rows, top)))
        .mark_text(align="right", baseline="middle", fontSize=11, color="#222222")
        .encode(x=x, y=altair.Y("height:Q", scale=shares), text="label:N")
    )
    return lines + labels


def _percent(share: float) -> str:
    """Spell a share so that neither none nor all is said of what is only nearly so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 < share < 1 else f"{share:.0%}"


def _end_labels(rows: list[Row], top: float) -> list[Row]:
    """Return what is written at the end of each line: above it, where a rising line leaves room.

    The axis ends at `top`.
    """
    ends = sorted((part[-1] for part in grouped(rows, "side").values()), key=lambda row: float(row["share"]))
    highest = ends[-1]["share"]
    # between lines that lie close to each other there is no room: both labels stand above the upper one
    are_close = highest - ends[0]["share"] < 2 * _LABEL_HEIGHT * top
    labels: list[Row] = []
    for end in ends:
        missing = "unknown" if end["phrases_unknown"] else "never"
        above = 0.06 * top + (highest if are_close else end["share"])
        lowest = labels[-1]["height"] + _LABEL_HEIGHT * top if labels else 0.0
        room = top * (0.97 - _LABEL_HEIGHT * (len(ends) - 1 - len(labels)))
        labels.append(
            {
                "checkpoint": end["checkpoint"],
                "height": max(lowest, min(above, room)),
                "label": f"{end['side']}: {_percent(1 - end['share'])} {missing}",
            }
        )
    return labels
