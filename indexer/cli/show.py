"""``exposure show``."""

from __future__ import annotations

import click

from indexer.cli.command import command
from indexer.cli.lines import one_line, print_fact, print_paragraph, tell
from indexer.cli.options import allow_path_option, index_argument
from indexer.cli.table import spell
from indexer.plurals import counted

_BARS = " ▁▂▃▄▅▆▇█"
_PLOT_WIDTH = 60


@command('exposure show index "this raft"', "exposure show index quiz/001")
@index_argument
@click.argument("what", metavar="PHRASE_OR_ITEM")
@allow_path_option
def show(index_dir: str, what: str, allow_paths: tuple[str, ...]) -> None:
    """Show one phrase or one item.

    Of a phrase: counts, exposure over training, first places in context. Of an item, which is named by its
    id: its roles, what was met of their windows and when first, the longest verbatim span in context.
    """
    from indexer.index_dir import IndexDir
    from indexer.splits.named_values import find_phrase, holds_items

    index = IndexDir(index_dir)
    index.require_database()
    if "/" in what and not find_phrase(index, what) and holds_items(index):
        from indexer.cli.show_item import show_item

        show_item(index_dir, what, allow_paths)
    else:
        _show_phrase(index_dir, what, allow_paths)


def _show_phrase(index_dir: str, phrase: str, allow_paths: tuple[str, ...]) -> None:
    from indexer.cli.in_context import print_in_context
    from indexer.report.phrase_history import phrase_history

    history = phrase_history(index_dir, phrase, allow_paths)
    for name, value in history.facts.items():
        if value is not None or name != "exposure_count_tokens":
            text = one_line(value) if isinstance(value, str) else spell(value)
            print_fact(name.replace("_", " "), text, 14)
    if any(history.exposures_since):
        click.echo("\nExposures between checkpoints")
        for line in plot(history.checkpoints, history.exposures_since):
            click.echo(line)
    if history.places:
        click.echo("\nFirst places")
    for number, place in enumerate(history.places):
        step = "unknown" if place["step"] is None else f"{place['step']:,}"
        where = f"step {step}, sequence {place['sequence']:,}, token {place['token_offset']:,}"
        if history.contexts:
            where += f", document {history.contexts[number].document:,} of its sequence"
        print_paragraph(f"{where}, {place['path']}", "  ", "  ")
        if history.contexts:
            print_in_context(history.contexts[number])
    if history.near:
        click.echo("\nNear phrases that were seen")
        for near in history.near:
            click.echo(f"  {near['phrase']}  ({counted(near['exposure_count'], 'exposure')})")
    if history.contexts_missing:
        tell(f"places cannot be shown in context: {history.contexts_missing}")


def plot(checkpoints: list[int], counts: list[int]) -> list[str]:
    """Draw counts over checkpoints as one line of bars with its axis."""
    n_columns = min(_PLOT_WIDTH, len(counts))
    columns = [0] * n_columns
    for number, count in enumerate(counts):
        columns[number * n_columns // len(counts)] += count
    top = max(columns)
    bars = "".join(
        _BARS[0] if not count else _BARS[1 + (count * 7 - 1) // top if top > 1 else 8] for count in columns
    )
    axis = (
        f"{checkpoints[0]:,}".ljust(max(n_columns - len(f"{checkpoints[-1]:,}"), 1)) + f"{checkpoints[-1]:,}"
    )
    return [f"  {bars}  max {top:,}", f"  {axis}"]
