"""``exposure status``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from indexer.cli.command import command
from indexer.cli.done import quoted
from indexer.cli.lines import print_fact
from indexer.cli.options import index_argument
from indexer.plurals import counted

if TYPE_CHECKING:
    from indexer.exposure.status import IndexStatus


@command("exposure status index")
@index_argument
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--missing", is_flag=True, help="Print the ranges that are to be scanned, and nothing else.")
@click.option(
    "--format",
    "missing_format",
    type=click.Choice(["names", "array"]),
    default="names",
    show_default=True,
    help="Of what is missing: one line a range, or the tasks of a job array, as in 1,4-7.",
)
@click.option(
    "--tasks",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many tasks the array has, as in `--task I/N`; default: as many as there are ranges.",
)
def status(index_dir: str, as_json: bool, missing: bool, missing_format: str, tasks: int | None) -> None:
    """Show what of an index is done, what is missing, and what it cannot vouch for.

    A job array of which some tasks failed is run again with what
    `exposure status index --missing --format array --tasks N` prints, unless that is nothing.
    """
    for word, without in (("--format array", missing_format == "array"), ("--tasks", tasks is not None)):
        if without and not missing:
            raise click.UsageError(f"{word} is about what is missing: add --missing")
    if tasks is not None and missing_format != "array":
        raise click.UsageError("--tasks is about an array: add --format array")
    if missing and as_json:
        raise click.UsageError("--json and --missing are two answers: leave one out")
    from indexer.exposure.status import read_status
    from indexer.plan.shares import array_of_missing

    state = read_status(index_dir)
    if missing and missing_format == "array":
        n_tasks = tasks or state.n_ranges
        click.echo(array_of_missing(state.missing_ranges, n_tasks))
        click.echo(f"tasks of {n_tasks:,}: `exposure scan {quoted(index_dir)} --task I/{n_tasks}`", err=True)
    elif missing:
        for number, name in state.missing_ranges.items():
            click.echo(f"{number}\t{name}")
    elif as_json:
        click.echo(json.dumps(asdict(state)))
    else:
        _print_all(state)


_WIDTH = 14


def _print_all(state: IndexStatus) -> None:
    meaning = {
        "none": "not merged yet",
        "complete": "merged; a count of 0 means never",
        "incomplete": "merged with ranges missing; a count of 0 means unknown",
        "outdated": "merged before files were changed; its zeros are of files that are not there any more",
        "weakened": "merged; a count of 0 means unknown, because of what was taken on purpose",
        "earlier": "merged before phrases were added; it is right about the others",
        "foreign": "merged from another plan; merge again",
        "edited": "is not the file that was merged, but edited or damaged; `exposure merge` mends it",
        "damaged": "cannot be read; `exposure merge` builds it anew",
    }
    lines = {
        "plan": state.fingerprint,
        "ranges": f"{state.n_scanned:,} of {state.n_ranges:,} scanned",
        "tokens": f"{state.n_tokens_scanned:,} of {state.n_tokens:,} scanned",
        "dropped tokens": f"{state.n_dropped_tokens:,} at shard ends, too few for a sequence",
        "unverified": counted(state.n_unverified_shards, "shard", "has", "have")
        + " no hash from elsewhere to compare with ([corpus] manifest names some)",
        "table": meaning[state.table],
    }
    if state.tokenizer is not None:
        vocabulary = state.tokenizer["vocabulary_sha256"]
        lines["tokenizer"] = f"{state.tokenizer['name']}, sha256 of its vocabulary {vocabulary}"
    for name, value in lines.items():
        print_fact(name, value, _WIDTH)
    for found in state.taken_on_purpose.values():
        print_fact("on purpose", found, _WIDTH)
    for note in state.notes:
        print_fact("note", note, _WIDTH)
    for what in state.refused_partials:
        print_fact("scan again", what, _WIDTH)
    for name in state.changed_files:
        print_fact("changed", f"{name}: not the file that was planned any more", _WIDTH)
    if state.changed_files:
        print_fact("", "`exposure index` again scans what is read from changed files", _WIDTH)
    if state.n_remote_files:
        print_fact("not looked at", f"{counted(state.n_remote_files, 'object')} of a store", _WIDTH)
    for name, reason in state.given_up.items():
        print_fact("given up", reason if name in reason else f"{name}: {reason}", _WIDTH)
    for name in state.missing_shards:
        print_fact("missing", name, _WIDTH)
