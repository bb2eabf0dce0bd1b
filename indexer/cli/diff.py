"""``exposure diff``."""

from __future__ import annotations

import click

from indexer.cli.command import command
from indexer.cli.table import print_table, spell


@command("exposure diff index-tokens index-text --limit 10")
@click.argument("one", metavar="INDEX1", type=click.Path(file_okay=False))
@click.argument("other", metavar="INDEX2", type=click.Path(file_okay=False))
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Phrases printed at most."
)
def diff(one: str, other: str, limit: int) -> None:
    """Show what differs between two indexes: settings, and phrases that came out otherwise."""
    from indexer.splits.diff import diff_indexes

    found = diff_indexes(one, other)
    if found.settings:
        click.echo("Settings and corpus")
        print_table(["what", "1", "2"], found.settings)
    n_rows = found.phrases.num_rows
    click.echo(f"\n{spell(n_rows)} of {spell(found.n_phrases)} phrases differ")
    if n_rows:
        rows = found.phrases.slice(0, limit).to_pylist()
        print_table(found.phrases.column_names, [list(row.values()) for row in rows])
    if n_rows > limit:
        click.echo(f"... and {n_rows - limit:,} more; --limit shows them")
