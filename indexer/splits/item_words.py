"""What is told of a role of an item, its windows and its longest span: the same words wherever it is told."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from indexer.index_dir import IndexDir
from indexer.plurals import counted
from indexer.splits.ask import ask, run

MAX_SEQUENCES = 1000
"""Windows of more are boilerplate, as the questions of contamination take it where nothing else is said."""


def verdicts(index: IndexDir, item: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of ``contamination/by_item``, of one item or of all."""
    given = {"max_sequences": str(MAX_SEQUENCES)} | ({} if item is None else {"item": item})
    rows: list[dict[str, Any]] = ask(index.root, "contamination/by_item", given).rows.to_pylist()
    return rows


def longest_spans(index: IndexDir, item: str | None = None) -> list[dict[str, Any]]:
    """Return where the longest span of each role stands that is more than boilerplate, of one item or of all.

    Returns
    -------
    list of dict
        With item_id, role, n_words, step, shard, path, sequence, token_offset and n_tokens.
    """
    sql = files("indexer.splits").joinpath("longest_spans.sql").read_text(encoding="utf-8")
    given = {"item": item, "max_sequences": MAX_SEQUENCES}
    rows: list[dict[str, Any]] = run(index.database_file, "longest_spans", sql, given).rows.to_pylist()
    return rows


def told_windows(verdict: dict[str, Any]) -> str:
    """Tell what a row of ``contamination/by_item`` says of the windows of a role."""
    n_boilerplate, n_counted = verdict["windows_boilerplate"], verdict["windows_counted"]
    if not n_counted:
        windows = counted(n_boilerplate, "window", "stands", "stand")
        return f"no verdict: {windows} in over {MAX_SEQUENCES:,} sequences (boilerplate); it has no other"
    told = f"{verdict['windows_seen']:,} of {counted(n_counted, 'window')} seen"
    if verdict["first_step"] is not None:
        told += f", first at step {verdict['first_step']:,}"
    if verdict["dirty_step"] is not None:
        told += f", dirty from step {verdict['dirty_step']:,}"
    if n_boilerplate:
        told += f"; {counted(n_boilerplate, 'other window', 'is', 'are')} boilerplate"
    return told


def told_span(longest: dict[str, Any], *, is_exact: bool) -> str:
    """Tell how long a row of `longest_spans` is, and where it stands."""
    step = "unknown" if longest["step"] is None else f"{longest['step']:,}"
    known = "" if is_exact else ", as far as the places that are kept tell"
    return (
        f"longest span{known}: {counted(longest['n_words'], 'word')}, step {step}, sequence "
        f"{longest['sequence']:,}, token {longest['token_offset']:,}, {longest['path']}"
    )
