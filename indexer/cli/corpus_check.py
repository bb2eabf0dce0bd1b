"""``exposure check``: what a configuration will read, before it is read."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from indexer.cli.command import command
from indexer.cli.index import read_config
from indexer.cli.lines import paragraph, terminal_width
from indexer.cli.options import allow_path_option, allow_words, config_argument, set_option
from indexer.cli.progress import Progress
from indexer.cli.table import spell

if TYPE_CHECKING:
    from indexer.corpus.preflight.findings import Preflight
    from indexer.form_check import FormCheck

_SAMPLE_LINES = 6


@command("exposure check exposure.toml", "exposure check exposure.toml --set corpus.format=auto --json")
@config_argument
@set_option
@allow_path_option
@click.option(
    "--forms/--no-forms",
    default=True,
    show_default=True,
    help="Look for the phrases in a sample, in other normal forms too; needs a tokenizer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(
    config: str, overrides: tuple[str, ...], allow_paths: tuple[str, ...], forms: bool, as_json: bool
) -> None:
    """Look at headers, order and samples, and say what an index will read and cost.

    Nothing is written. What does not fit is refused as planning the index would refuse it.
    """
    from indexer.corpus.preflight.findings import find_out
    from indexer.evidence.gathered import evidence_of
    from indexer.phrases.form_report_lines import report_values
    from indexer.preflight import preflight
    from indexer.storage.roots import within

    if allow_paths:
        overrides = (*overrides, allow_words(allow_paths))
    settings = read_config(config, overrides)
    with Progress(quiet=as_json) as progress, within(settings.roots()):
        training = preflight(settings, announce=progress.say)
        found = find_out(training, announce=progress.say)
        evidence = evidence_of(training)
        found.facts.update(zip(("evidence",), evidence.confirmed, strict=False))
        found.unverified[:0] = evidence.on_trust
        found.warnings.extend(f"taken on purpose: {what}" for what in evidence.taken.values())
        tried = None
        if forms and settings.tokenizer.path is not None:
            from indexer.form_check import check_forms

            progress.say("Looking for the phrases in a sample")
            tried = check_forms(training)
            found.warnings.extend(tried.warnings)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "facts": found.facts,
                    "warnings": found.warnings,
                    "unverified": found.unverified,
                    "sample": found.sample,
                    "phrases": asdict(tried.found) if tried and tried.found else None,
                    "forms": report_values(tried.reports) if tried and tried.reports else None,
                },
                ensure_ascii=False,
            )
        )
        return
    _print(found, tried, settings.match.unit)


def _print(found: Preflight, tried: FormCheck | None, unit: str) -> None:
    """Print what was found: broken into lines on a terminal, a line each elsewhere."""
    from indexer.phrases.form_report_lines import report_heading, report_lines

    width = terminal_width()
    names = max(map(len, found.facts))
    for name, value in found.facts.items():
        text = value if isinstance(value, str) else spell(value)
        click.echo(paragraph(text, f"{name.ljust(names)}  ", " " * (names + 2), width))
    if found.sample:
        click.echo("\nFirst row of the window")
        *lines, rest = paragraph(found.sample.rstrip("\ufffd"), "  ", "  ", width or 100).split(
            "\n", _SAMPLE_LINES
        )
        for line in lines if len(lines) == _SAMPLE_LINES else [*lines, rest]:
            click.echo(line)
    for title, lines in (("Looks wrong", found.warnings), ("Taken on trust", found.unverified)):
        if lines:
            click.echo(f"\n{title}")
            for line in lines:
                click.echo(paragraph(line, "  - ", "    ", width))
    if tried is None:
        return
    click.echo(f"\n{report_heading(unit) if tried.reports else 'Your phrases'}")
    for line in tried.found.lines() if tried.found else report_lines(tried.reports):
        indent = " " * (2 + len(line) - len(line.lstrip()))
        click.echo(paragraph(line, indent, f"{indent}  ", width))
