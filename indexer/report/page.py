"""Puts charts and tables on one page that needs nothing else: no network, and no scripts for reading."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from indexer.plurals import counted
from indexer.report.chart import Chart
from indexer.splits.ask import Answer

TABLE_ROWS = 200
"""Rows of a table on the page; the rest is a query away."""

LONG = 24
"""Characters from which a cell may be broken."""

FOLDED = 300
"""Characters from which a cell is opened by a click: a configuration would hide the rows around it."""


def page(
    *,
    title: str,
    facts: str,
    notes: Sequence[str],
    warning: str,
    charts: Sequence[tuple[Chart, str]],
    tables: Sequence[tuple[str, str, Answer]],
    footer: str,
    script: str,
    search: str = "",
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    title, facts, warning, footer : str
        Plain text; an empty warning is left out.
    notes : sequence of str
        What was taken on trust or left out, a sentence each; folded.
    charts : sequence of (Chart, str)
        Each with a still picture of it as SVG, for where scripts do not run; empty without panels.
    tables : sequence of (str, str, Answer)
        Title, sentence and rows of what is shown as a table only.
    script : str
        The libraries and the code that draws the specifications.
    search : str
        The search box, as HTML.
    """
    specifications: dict[str, Any] = {}
    sections = [_chart_section(chart, still, specifications) for chart, still in charts]
    sections += [_table_section(name, sentence, answer) for name, sentence, answer in tables]
    return Template(_file("page.html")).substitute(
        title=escape(title),
        style=_file("page.css"),
        facts=escape(facts),
        notes=_notes(notes),
        warning=f'<p class="warning">{escape(warning)}</p>' if warning else "",
        search=search,
        sections="\n".join(sections),
        footer=escape(footer),
        # "<" inside a script could end it.
        specifications=json.dumps(specifications, separators=(",", ":")).replace("<", "\\u003c"),
        script=script.replace("</script", "<\\/script"),
    )


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    summary = f"{counted(len(notes), 'note')} on how this index was built"
    return f'<details class="facts"><summary>{summary}</summary><ul>{listed}</ul></details>'


def snippet() -> str:
    """Return the code that draws every specification of the page in its place."""
    return _file("page.js")


def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _chart_section(chart: Chart, still: str, specifications: dict[str, Any]) -> str:
    figures = []
    for number, (panel, specification) in enumerate(
        zip(chart.panels, chart.page_specifications(), strict=True)
    ):
        place = f"{chart.name}-{number}"
        specifications[place] = specification
        caption = _caption(panel.title)
        # The still picture shows all panels at once, so only the first place holds it.
        inside = _still(still, chart.title) if number == 0 else ""
        figures.append(f'<figure>{caption}<div class="plot" id="{place}">{inside}</div></figure>')
    layout = "panels" if len(figures) > 1 else "panels single"
    return "\n".join(
        part
        for part in (
            f'<section id="{chart.name}">',
            f"<h2>{escape(chart.title)}</h2>",
            f"<p>{escape(chart.sentence)}</p>",
            _legend(chart.legend) if figures else "",
            f'<div class="{layout}">{"".join(figures)}</div>' if figures else "",
            f'<p class="note">{escape(chart.note)}</p>' if chart.note else "",
            _details(chart.answer),
            "</section>",
        )
        if part
    )


def _caption(title: str) -> str:
    lines = "<br>".join(escape(line) for line in title.split("\n"))
    return f"<figcaption>{lines}</figcaption>" if title else ""


def _table_section(title: str, sentence: str, answer: Answer) -> str:
    parts = [
        '<section class="table">',
        f"<h2>{escape(title)}</h2>",
        f"<p>{escape(sentence)}</p>",
        _table(answer),
    ]
    return "\n".join([*parts, _rest(answer), "</section>"])


def _still(drawn: str, title: str) -> str:
    data = base64.b64encode(drawn.encode()).decode()
    return f'<img class="still" alt="{escape(title)}" src="data:image/svg+xml;base64,{data}">'


def _legend(legend: dict[str, str]) -> str:
    if not legend:
        return ""
    keys = (
        f'<li><span style="background:{colour}"></span>{escape(name)}</li>' for name, colour in legend.items()
    )
    return f'<ul class="legend">{"".join(keys)}</ul>'


def _details(answer: Answer) -> str:
    rows = answer.rows.num_rows
    return (
        f"<details><summary>Data: {rows:,} row{'' if rows == 1 else 's'} of "
        f"<code>{escape(_question(answer))}</code></summary>{_table(answer)}{_rest(answer)}</details>"
    )


def _question(answer: Answer) -> str:
    given = [f"-p {name}={value}" for name, value in answer.parameters.items() if value is not None]
    return " ".join(["exposure query INDEX", answer.query, *given])


def _table(answer: Answer) -> str:
    names = answer.rows.column_names
    rows = [list(row.values()) for row in answer.rows.slice(0, TABLE_ROWS).to_pylist()]
    numeric = [
        any(isinstance(row[column], int | float) for row in rows)
        and all(isinstance(row[column], int | float | None) for row in rows)
        for column in range(len(names))
    ]
    head = "".join(
        f"<th{_class(number)}>{escape(name)}</th>" for name, number in zip(names, numeric, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(_cell(v, n) for v, n in zip(row, numeric, strict=True)) + "</tr>" for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _rest(answer: Answer) -> str:
    more = answer.rows.num_rows - TABLE_ROWS
    if more <= 0:
        return ""
    return f'<p class="note">{more:,} more: <code>{escape(_question(answer))}</code></p>'


def _class(number: bool) -> str:
    return ' class="number"' if number else ""


def _cell(value: Any, number: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return f'<td{_class(number)} title="missing">\u2013</td>'
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    if isinstance(value, float):
        return f'<td class="number">{value:,.4g}</td>'
    text = str(value)
    if len(text) > FOLDED:
        inside = f"<summary>{len(text):,} characters</summary>{escape(text)}"
        return f'<td class="long"><details>{inside}</details></td>'
    return f'<td class="long">{escape(text)}</td>' if len(text) > LONG else f"<td>{escape(text)}</td>"
