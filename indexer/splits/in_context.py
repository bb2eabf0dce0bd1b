"""Answers whose rows are places: the text of the corpus around each, in columns of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from indexer.errors import ConfigError
from indexer.index_dir import IndexDir
from indexer.scanning.context import Place, read_contexts
from indexer.splits.ask import Answer

PLACE = ("shard", "sequence", "token_offset", "n_tokens")
CONTEXT = ("before", "occurrence", "after")


def in_context(root: str | Path, answer: Answer, allow_paths: Sequence[str] = ()) -> Answer:
    """Return an answer with the text before, of and behind the place of each row.

    Raises
    ------
    ConfigError
        Its rows are no places.
    InputError, StateError
        The corpus is gone or is not what was scanned.
    """
    rows = answer.rows
    missing = [name for name in PLACE if name not in rows.column_names]
    if missing:
        raise ConfigError(
            f"the rows are no places: there is no column {missing[0]}",
            path=answer.query,
            expected=", ".join(PLACE),
            fix="leave --context out",
        )
    places = [Place(*(row[name] for name in PLACE)) for row in rows.select(list(PLACE)).to_pylist()]
    contexts = read_contexts(IndexDir(root), places, allow_paths=allow_paths)
    for number, name in enumerate(CONTEXT):
        rows = rows.append_column(name, pa.array([context[number] for context in contexts], pa.string()))
    return replace(answer, rows=rows)
