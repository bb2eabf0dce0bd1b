"""``exposure debug``."""

from __future__ import annotations

import click

from indexer.cli.command import command
from indexer.cli.options import index_argument
from indexer.cli.progress import Progress, is_unwatched
from indexer.plurals import counted


@command("exposure debug index")
@index_argument
def debug(index_dir: str) -> None:
    """Show what is inside the search of a planned index: sizes of its tables, and what they let through."""
    from indexer.index_dir import IndexDir
    from indexer.matching.inspection import describe
    from indexer.plan.plan_file import read_plan
    from indexer.scanning.task import ScanTask

    index = IndexDir(index_dir)
    task = ScanTask(index, read_plan(index.plan_file))
    with Progress(quiet=is_unwatched()) as progress:
        progress.say("Building the tables of the search")
        sample = task.sample()
        matchers = task.prepare().matchers
    click.echo(f"sample: the first {counted(len(sample), 'id')} of the plan")
    for unit, matcher in matchers.items():
        click.echo(f"\n{unit}")
        for name, value in describe(matcher, sample).items():
            click.echo(f"  {name:<24} {value}")
