"""Draws charts as SVG and PNG, without a browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from indexer.index_dir import commit_file
from indexer.report.chart import Chart

PNG_SCALE = 2.0
"""Pixels of a PNG for one of the chart: sharp on dense screens and in print."""


def svg(specification: dict[str, Any]) -> str:
    """Return a Vega-Lite specification drawn as SVG."""
    import altair
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(specification, vl_version=_version(altair), allowed_base_urls=[])
    return drawn


def png(drawn: str) -> bytes:
    """Return an SVG as PNG."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(drawn, scale=PNG_SCALE))


def write_images(charts: list[tuple[Chart, str]], folder: Path) -> None:
    """Write each chart as ``NAME.svg`` and ``NAME.png``.

    Parameters
    ----------
    charts : list of (Chart, str)
        Each with its SVG.
    folder : Path
        Where to; it is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for chart, drawn in charts:
        _commit(folder / f"{chart.name}.svg", drawn.encode())
        _commit(folder / f"{chart.name}.png", png(drawn))


@cache
def bundle(snippet: str) -> str:
    """Return JavaScript that draws charts on a page, with every library inside and `snippet` after them."""
    import altair
    import vl_convert

    script: str = vl_convert.javascript_bundle(snippet, vl_version=_version(altair))
    return script


def _commit(path: Path, data: bytes) -> None:
    commit_file(path, lambda aside: aside.write_bytes(data))


def _version(altair: Any) -> str:
    """Return the Vega-Lite version of the specifications, as vl-convert spells it."""
    major, minor, *_ = str(altair.SCHEMA_VERSION).lstrip("v").split(".")
    return f"{major}.{minor}"
