"""Prints how well the id forms of phrases find them in a sample of the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from indexer.cli.table import print_table

if TYPE_CHECKING:
    from indexer.phrases.form_report import FormReport

_READINGS = {
    "exact": "recall, spelled exactly so",
    "case": "recall, in any case",
    "loose": "recall, any case, white space, apostrophe",
}


def print_forms(reports: dict[str, FormReport]) -> None:
    """Print recall and precision of the phrases and of spans of the corpus, and what was missed."""
    rows: list[list[object]] = [
        ["phrases tried", *(report.n_phrases for report in reports.values())],
        ["found in the sample", *(report.n_found for report in reports.values())],
    ]
    for reading, title in _READINGS.items():
        rows.append([title, *(_percent(report.recall(reading)) for report in reports.values())])
    rows += [
        [
            "precision before the boundary test",
            *(_percent(r.precision(tested=False)) for r in reports.values()),
        ],
        ["precision", *(_percent(report.precision(tested=True)) for report in reports.values())],
        ["limits kept (99.9 % exact, 100 %)", *(_verdict(report.passes()) for report in reports.values())],
    ]
    n_tokens = next(iter(reports.values())).n_tokens
    click.echo(f"\nId forms against the decoded text of {n_tokens:,} tokens")
    print_table(["", *(f"the {name}" for name in reports)], rows)
    for report in reports.values():
        for kind, count in report.missed_kinds.most_common(5):
            examples = "; ".join(report.examples.get(kind, [])[:2])
            click.echo(f"  missed: {count:,} {kind}" + (f", as in {examples}" if examples else ""))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def _verdict(passes: bool | None) -> str:
    return {None: "not tried", True: "yes", False: "NO"}[passes]
