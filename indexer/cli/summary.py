"""What is printed after an index was built: the split balance and three things to try next."""

from __future__ import annotations

import click

from indexer.cli.done import quoted
from indexer.cli.lines import print_paragraph
from indexer.cli.table import print_table
from indexer.plurals import counted

_KINDS_OF_ITEMS = """
SELECT
    count(*) FILTER (WHERE NOT is_list) > 0 AS has_texts,
    count(*) FILTER (WHERE is_list) > 0 AS has_words,
    (
        SELECT min(measure)
        FROM results
        JOIN items USING (item_id)
        WHERE kind = 'item'
    ) AS measure
FROM (
    SELECT dataset, max(n_words) <= 1 AS is_list
    FROM items
    JOIN item_phrases USING (item_id)
    JOIN phrases USING (phrase_id)
    WHERE kind = 'item'
    GROUP BY dataset
)
"""


def _of_items(index_dir: str) -> list[str]:
    """Return what to ask of items: of texts, whether they were met; of words, how they are spaced."""
    from indexer.splits.ask import ask

    (kinds,) = ask(index_dir, _KINDS_OF_ITEMS).rows.to_pylist()
    asked = ["query contamination/by_item"] if kinds["has_texts"] else []
    if kinds["has_words"]:
        asked.append("query spacing/gaps")
    if kinds["measure"]:
        asked.append(f"query acquisition/acquired -p measure={kinds['measure']}")
    return asked


def print_summary(index_dir: str) -> None:
    """Print the counts of an index, the balance of the study's split, and what to try next."""
    from indexer.splits.ask import ask
    from indexer.splits.query_file import shipped_queries

    counts = ask(index_dir, "overview").rows.to_pylist()[0]
    n_items = ask(index_dir, "SELECT count(*) AS n FROM items WHERE kind = 'item'").rows["n"][0].as_py()
    items = f"{counted(n_items, 'other item' if counts['pairs'] else 'item')}, " if n_items else ""
    click.echo()
    print_paragraph(
        f"{counted(counts['phrases'], 'phrase')}, {counted(counts['pairs'], 'pair')}, {items}"
        f"{counted(counts['tokens'], 'token')} in {counted(counts['sequences'], 'sequence')}, "
        f"{counted(counts['steps'], 'step')}; {counted(counts['phrases_seen'], 'phrase')} seen, "
        f"{counted(counts['exposures'], 'exposure')}"
    )
    if counts["pairs"]:
        click.echo("\nSplit of the pairs (either phrase, whole window, at least 1 exposure):\n")
        balance = ask(index_dir, "balance").rows
        print_table(balance.column_names, [list(row.values()) for row in balance.to_pylist()])
        following = ["query most_exposed", "split --checkpoint CHECKPOINT --out split.parquet", "show PHRASE"]
        following[1] = following[1].replace("CHECKPOINT", str(counts["middle_checkpoint"]))
    else:
        following = ["query most_exposed", "query never_seen", "show PHRASE"]
    if n_items:
        following[-1:-1] = _of_items(index_dir)
    phrase = counts["most_exposed_phrase"]
    following[-1] = f"show {quoted(phrase)}" if phrase else "query first_exposures"
    click.echo("\nNext:")
    for words in following:
        command, _, rest = words.partition(" ")
        click.echo(f"  exposure {command} {quoted(index_dir)} {rest}".rstrip())
    click.echo(f"  ({len(shipped_queries())} questions are ready: exposure query --list)")
