"""``[items]``: what a model is evaluated on, with phrases in roles."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.config.option import option


@dataclass(frozen=True)
class ItemsConfig:
    """One table of items: a benchmark, facts, a word list; several are given as ``[[items]]``."""

    source: str = option(
        help="File or folder of items (CSV, JSON lines, Parquet, Arrow), or a hub name; one row an item."
    )
    roles: dict[str, str] = option(
        {},
        help='Which column holds which role, as in [items.roles] question = "question_text"; of a list, each '
        "element has a role of its own.",
    )
    id: str | None = option(
        None, help="Column that holds the id of an item; default: id, or the row's number."
    )
    dataset: str | None = option(None, help="Name of the items in the table; default: the source's name.")
    paradigm: str | None = option(
        None, help="Column that names the group of an item, as a benchmark's subject."
    )
    window: int = option(
        13,
        least=0,
        help="A longer field is looked for as all its runs of so many words; 0: every field whole.",
    )
    delimiter: str | None = option(
        None, help="What stands between the cells of delimited text; default: a comma, in .tsv files a tab."
    )
    max_file_bytes: int | None = option(
        None,
        least=1,
        help="Most bytes a compressed file may unpack to; default: 1,000 times its size, at least 64 MiB.",
    )
    max_window_bytes: int = option(
        128 * 1024 * 1024,
        least=1,
        help="Largest zstd window to accept; raise it for files packed with --long=31.",
    )
    max_line_bytes: int = option(
        64 * 1024 * 1024, least=1, help="Longest line to accept, or element of a JSON array."
    )
