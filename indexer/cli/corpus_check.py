"""``exposure check``: what a configuration will read, before it is read."""

from __future__ import annotations

import json
import textwrap

import click

from indexer.cli.command import command
from indexer.cli.index import read_config
from indexer.cli.options import allow_path_option, allow_words, config_argument, set_option
from indexer.cli.progress import Progress
from indexer.cli.table import spell


@command("exposure check exposure.toml", "exposure check exposure.toml --set corpus.format=auto --json")
@config_argument
@set_option
@allow_path_option
@click.option(
    "--forms/--no-forms",
    default=True,
    show_default=True,
    help="Try the id forms and other normal forms of the phrases on a sample; needs a tokenizer.",
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
        forms = forms and settings.tokenizer.path is not None
        if forms:
            from indexer.form_check import check_forms
            from indexer.phrases.form_report_lines import report_heading, report_lines, report_values

            progress.say("Trying the id forms of the phrases on a sample")
            reports, other_forms = check_forms(training)
            found.warnings.extend(other_forms)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "facts": found.facts,
                    "warnings": found.warnings,
                    "unverified": found.unverified,
                    "sample": found.sample,
                    "forms": report_values(reports) if forms else None,
                },
                ensure_ascii=False,
            )
        )
        return
    width = max(map(len, found.facts))
    for name, value in found.facts.items():
        text = value if isinstance(value, str) else spell(value)
        click.echo(
            textwrap.fill(
                text, 100, initial_indent=f"{name.ljust(width)}  ", subsequent_indent=" " * (width + 2)
            )
        )
    if found.sample:
        click.echo("\nFirst row of the window")
        click.echo(textwrap.indent(textwrap.fill(" ".join(found.sample.split()), 100, max_lines=6), "  "))
    for title, lines in (("Looks wrong", found.warnings), ("Taken on trust", found.unverified)):
        if lines:
            click.echo(f"\n{title}")
            for line in lines:
                click.echo(textwrap.fill(line, 100, initial_indent="  - ", subsequent_indent="    "))
    if forms:
        click.echo(f"\n{report_heading(settings.match.unit)}")
        for line in report_lines(reports):
            click.echo(f"  {line}")
