"""What ``exposure show`` prints of an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from indexer.cli.done import quoted
from indexer.cli.lines import one_line, print_fact, print_paragraph, tell
from indexer.cli.table import print_table
from indexer.plurals import counted

if TYPE_CHECKING:
    from indexer.splits.item_history import ItemHistory, Role

_MOST_WINDOWS = 12
_WIDTH = 11


def show_item(index_dir: str, item: str, allow_paths: tuple[str, ...]) -> None:
    """Print an item: its facts, then each role."""
    from indexer.splits.item_history import item_history

    history = item_history(index_dir, item, allow_paths)
    _print_facts(history)
    for role in history.roles:
        _print_role(role, index_dir, item)
    if history.contexts_missing:
        tell(f"spans cannot be shown in context: {history.contexts_missing}")


def _print_facts(history: ItemHistory) -> None:
    facts = history.facts
    kind = "a minimal pair" if facts["kind"] == "pair" else "an item"
    click.echo(f"{facts['item_id']}, {kind} of {facts['dataset']}")
    for name in ("paradigm", "phenomenon", "field", "excluded"):
        if facts[name] is not None:
            print_fact(name, one_line(str(facts[name])), _WIDTH)
    if facts["kind"] == "item":
        for name, value in facts["attributes"].items():
            print_fact(name, one_line(str(value)), _WIDTH)


def _print_role(role: Role, index_dir: str, item: str) -> None:
    verdict = f": {role.verdict['verdict']}" if role.verdict else ""
    click.echo(f"\n{click.style(role.role, bold=True)}{verdict}")
    if role.text:
        print_paragraph(f"“{one_line(role.text)}”", "  ", "  ")
    if role.verdict:
        from indexer.splits.item_words import told_windows

        print_paragraph(told_windows(role.verdict), "  ", "  ")
    if role.longest is not None:
        _print_longest(role, is_exact=role.verdict.get("span_is_exact", True))
    if role.windows:
        shown = role.windows[:_MOST_WINDOWS]
        click.echo()
        names = ["window", "exposures", "sequences", "status", "first step", "phrase"]
        columns = ("place", "exposure_count", "sequence_count", "status", "first_step", "phrase")
        print_table(names, [[row[name] for name in columns] for row in shown])
        more = len(role.windows) - len(shown)
        if more:
            asked = f"exposure query {quoted(index_dir)} item -p item={quoted(item)}"
            click.echo(f"  and {counted(more, 'window')} more: {asked}")


def _print_longest(role: Role, *, is_exact: bool) -> None:
    from indexer.splits.item_words import told_span

    print_paragraph(told_span(role.longest or {}, is_exact=is_exact), "  ", "  ")
    if role.context is not None:
        from indexer.cli.in_context import print_in_context

        print_in_context(role.context)
