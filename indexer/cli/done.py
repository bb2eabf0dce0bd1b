"""What a command answers whose work is a file: what was written, and what to do next, on standard output.

Standard error has what passes by: progress, notes, remarks on what was left out.
"""

from __future__ import annotations

import shlex

import click

from indexer.redaction import redact


def print_done(line: str, *next_commands: str) -> None:
    """Print what was done, and the commands that may follow, to be copied."""
    click.echo(redact(line))
    if next_commands:
        click.echo("Next:")
    for each in next_commands:
        click.echo(f"  {redact(each)}")


def quoted(word: object) -> str:
    """Return a path or a phrase as it is typed into a shell."""
    return shlex.quote(str(word))
