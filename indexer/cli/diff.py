"""``exposure diff``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from indexer.cli.command import command
from indexer.cli.lines import paragraph, terminal_width
from indexer.cli.options import IndexFolder
from indexer.cli.table import print_table, spell

if TYPE_CHECKING:
    from indexer.splits.diff import Difference, Pair

_NOT_IN_IT = "not in it"


@command("exposure diff index-tokens index-text --limit 10")
@click.argument("one", metavar="INDEX1", type=IndexFolder())
@click.argument("other", metavar="INDEX2", type=IndexFolder())
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Phrases, and shards, printed at most.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print hashes that differ too.")
def diff(one: str, other: str, limit: int, verbose: bool) -> None:
    """Show what differs between two indexes.

    First what was changed (keys of exposure.toml, shards), then the phrases that came out otherwise.
    """
    from indexer.splits.diff import diff_indexes

    found = diff_indexes(one, other)
    click.echo(f"1: {one}\n2: {other}")
    _print_pairs("Keys of exposure.toml", "key", found.keys)
    _print_pairs("Shards", "shard", found.shards[:limit])
    _print_more(len(found.shards) - limit)
    _print_pairs("Recorded beside them", "what", found.facts)
    _print_phrases(found, limit)
    for number, notes in enumerate(found.notes, 1):
        if notes:
            click.echo(f"\nNotes of {number} alone")
        for note in notes:
            click.echo(paragraph(note, "  - ", "    ", terminal_width()))
    if verbose and found.hashes:
        click.echo("\nHashes")
        for name, here, there in found.hashes:
            click.echo(f"{name}\n  1 {here}\n  2 {there}")
    elif found.hashes:
        n_hashes = len(found.hashes)
        click.echo(
            f"\n{n_hashes:,} {'hash differs' if n_hashes == 1 else 'hashes differ'} too; -v shows them"
        )


def _print_pairs(title: str, what: str, pairs: Sequence[Pair]) -> None:
    if pairs:
        click.echo(f"\n{title}")
        print_table([what, "1", "2"], pairs)


def _print_phrases(found: Difference, limit: int) -> None:
    n_both, n_first, n_second = found.n_phrases
    alone = [f"{n:,} in {number} alone" for number, n in ((1, n_first), (2, n_second)) if n]
    click.echo(f"\nPhrases: {', '.join([f'{n_both:,} in both', *alone])}")
    rows = found.phrases.to_pylist()
    in_both = [row for row in rows if _NOT_IN_IT not in (row["status_1"], row["status_2"])]
    if any(found.n_not_compared):
        here, there = found.n_not_compared
        click.echo(
            f"Not compared: {here:,} phrases of 1 and {there:,} of 2 were given as ids, in lists that differ"
        )
    if n_both:
        click.echo(f"{len(in_both):,} of those in both came out otherwise{':' if in_both else ''}")
    if in_both:
        names = ["status", "exposure_count", "first_step", "last_step"]
        print_table(
            ["phrase", *names],
            [[row["phrase"], *(_change(row, name) for name in names)] for row in in_both[:limit]],
        )
        _print_more(len(in_both) - limit)
    for number, other in ((1, 2), (2, 1)):
        lone = [row for row in rows if row[f"status_{other}"] == _NOT_IN_IT]
        if lone:
            click.echo(f"\nIn {number} alone:")
            names = ["phrase", *(f"{name}_{number}" for name in ("status", "exposure_count", "first_step"))]
            print_table(
                ["phrase", "status", "exposure_count", "first_step"],
                [[row[name] for name in names] for row in lone[:limit]],
            )
            _print_more(len(lone) - limit)


def _change(row: dict[str, Any], name: str) -> str:
    here, there = spell(row[f"{name}_1"]), spell(row[f"{name}_2"])
    return here if here == there else f"{here} → {there}"


def _print_more(n_more: int) -> None:
    if n_more > 0:
        click.echo(f"... and {n_more:,} more; --limit shows them")
