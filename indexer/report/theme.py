"""Colours, type and the shape of scales: the same in every chart, on the page and in print.

The palette is Okabe and Ito's, told apart by colour-blind readers; neighbours differ in lightness too, so
that they survive a grey printer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

BLUE, ORANGE, VERMILION, GREEN, GREY, PALE = "#0072b2", "#e69f00", "#d55e00", "#009e73", "#5f5f5f", "#a6a6a6"

SIDES = {"good": BLUE, "bad": ORANGE, "phrase": BLUE}
SPLITS = {"proxy_train": BLUE, "proxy_validation": ORANGE, "unknown": GREY, "excluded": PALE}
SEEN = {"seen": BLUE, "not yet seen": ORANGE, "unknown": GREY}
AGREEMENT = {
    "exposed_both_ways": BLUE,
    "exposed_in_text_only": ORANGE,
    "exposed_in_tokens_only": GREEN,
    "not_exposed": PALE,
}

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "white",
    "view": {"stroke": None},
    "title": {"fontSize": 12, "fontWeight": "bold", "anchor": "start", "color": "#222222", "offset": 8},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelColor": "#333333",
        "titleColor": "#333333",
        "gridColor": "#e4e4e4",
        "domainColor": "#888888",
        "tickColor": "#888888",
    },
    "axisX": {"grid": False, "labelSeparation": 5},
    "legend": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "orient": "top",
        "title": None,
        "symbolType": "square",
        "symbolOpacity": 1,
    },
}


def steps_axis(checkpoints: Sequence[int]) -> dict[str, Any]:
    """Return the ticks of the axis of `steps_scale`; those of a library crowd at the end of a symlog."""
    scale = steps_scale(checkpoints)
    if scale["type"] == "linear":
        return {}
    first, last = scale["constant"], max(checkpoints)
    decades = range(len(str(last)))
    digits = (1,) if last >= 1000 * first else (1, 2, 5)
    ticks = [digit * 10**power for power in decades for digit in digits]
    return {"values": [0, *(tick for tick in ticks if first <= tick <= last)], "labelOverlap": "greedy"}


def place_of_step(step: int, checkpoints: Sequence[int]) -> float:
    """Return where a step stands on the axis of `steps_scale`: from 0 to 1, the last checkpoint."""
    scale, last = steps_scale(checkpoints), max(checkpoints)
    if scale["type"] == "linear":
        return step / last if last else 0.0
    return math.log1p(step / scale["constant"]) / math.log1p(last / scale["constant"])


def steps_scale(checkpoints: Sequence[int]) -> dict[str, Any]:
    """Return the scale of an axis of checkpoints: straight, or symlog where the grid grows by doubling."""
    positive = [checkpoint for checkpoint in checkpoints if checkpoint > 0]
    if len(positive) > 2 and positive[-1] > 100 * positive[0]:
        return {"type": "symlog", "constant": positive[0], "nice": False, "domainMin": 0}
    return {"type": "linear", "nice": False, "domainMin": 0}
