"""``exposure verify``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from indexer.cli.command import command
from indexer.cli.lines import print_paragraph
from indexer.cli.options import (
    allow_path_option,
    index_argument,
    max_tokens_option,
    sample_option,
    seed_option,
)
from indexer.cli.progress import Progress
from indexer.plurals import counted

if TYPE_CHECKING:
    from indexer.verification.findings import Verification


@command("exposure verify index", "exposure verify index --phrase 'this hammers' --sample 0 --max-tokens 0")
@index_argument
@sample_option
@seed_option
@max_tokens_option
@click.option("--phrase", "phrases", multiple=True, help="Count this phrase again too; may be given often.")
@allow_path_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, which `certify` takes.")
def verify(
    index_dir: str,
    sample: int,
    seed: int,
    max_tokens: int,
    phrases: tuple[str, ...],
    allow_paths: tuple[str, ...],
    as_json: bool,
) -> int:
    """Prove an index again by slow, independent code: hashes, rows, places, counts, zeros.

    Exit code 0: all held. 4: the index contradicts itself, its plan, or a corpus that is as it was scanned.
    3: the corpus is not what was scanned, and the index itself held.
    """
    from indexer.verification.verify import verify_index

    with Progress(quiet=as_json) as progress:
        verification = verify_index(
            index_dir,
            sample=sample,
            seed=seed,
            max_tokens=max_tokens,
            phrases=phrases,
            allow_paths=allow_paths,
            announce=progress.say,
            advance=progress.advance,
        )
    if as_json:
        click.echo(json.dumps(verification.as_dict()))
    else:
        print_verification(verification)
    return verification.exit_code


_VERDICT = 10
"""Characters of a line until the name of its check."""


def print_verification(verification: Verification) -> None:
    """Print one line a check, the first failures below each, and what may be wrong all the same."""
    for check in verification.checks:
        line = check.line()
        print_paragraph(line[_VERDICT:], line[:_VERDICT], " " * _VERDICT)
        for finding in check.details:
            print_paragraph(finding.line(), " " * _VERDICT, " " * (_VERDICT + 2))
        if check.n_failed > len(check.details):
            click.echo(f"          ... and {check.n_failed - len(check.details):,} more")
    click.echo()
    for bound in verification.bounds:
        print_paragraph(bound, "", "  ")
    for sentence in verification.trusted:
        print_paragraph(f"taken on trust: {sentence}", "", "  ")
    n_failed = sum(check.n_failed > 0 for check in verification.checks)
    click.echo(
        "All checks held."
        if verification.held
        else f"{n_failed} of {counted(len(verification.checks), 'check')} FAILED."
    )
