"""Writes the table of rules as Markdown, for the documentation."""

from __future__ import annotations

import itertools

from indexer.phrases.rules.table import PARADIGMS

_HEADER = (
    "| paradigm | grade | critical | context | phrase | good | bad |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def markdown_table() -> str:
    """Return all rules, one section a phenomenon."""
    sections = []
    for phenomenon, rows in itertools.groupby(PARADIGMS.values(), key=lambda row: row.phenomenon):
        lines = [f"### {phenomenon}", "", *_HEADER]
        for row in rows:
            phrase = f"{row.phrase}; **end boundary**" if row.end_boundary else row.phrase
            cells = (row.uid, row.grade, row.critical, row.context, phrase, row.good, row.bad)
            lines.append(f"| {' | '.join(cells)} |")
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


if __name__ == "__main__":
    print(markdown_table())
