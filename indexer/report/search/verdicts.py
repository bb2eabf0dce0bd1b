"""What the page tells of each role of an item: the verdict, and the longest span in context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from indexer.errors import ResourceError
from indexer.index_dir import IndexDir
from indexer.report.search.contexts import contexts_of
from indexer.splits.item_words import longest_spans, told_span, told_windows, verdicts

MEANING = (
    "Dirty: at least 80% of the windows were seen; partial: some, but fewer; clean: certainly none; "
    "unknown: it hangs on zeros that are not certain, or boilerplate alone is left."
)
N_CONTEXTS = 2_000
"""Spans whose text is read from the corpus, at most."""


class Verdicts(NamedTuple):
    """What is told of the roles of items.

    Attributes
    ----------
    told : dict
        By item and role: the verdict, a sentence on the windows, and of the longest span, if there is one, a
        sentence, and where its text was read the text before, of and after it.
    why_not : str
        Why there are none; empty where there are.
    """

    told: dict[tuple[str, str], list[str]]
    why_not: str = ""


def verdicts_of(index: IndexDir, allow_paths: Sequence[str]) -> Verdicts:
    """Return what is told of each role of the items that are no pairs, the most certain first."""
    try:
        rows, spans = verdicts(index), longest_spans(index)
    except ResourceError as error:
        return Verdicts({}, error.line())
    told = {(row["item_id"], row["role"]): [row["verdict"], told_windows(row)] for row in rows}
    exact = {(row["item_id"], row["role"]): row["span_is_exact"] for row in rows}
    spans.sort(key=lambda span: -int(span["n_words"]))
    texts, _ = (
        contexts_of(index, pa.Table.from_pylist(spans[:N_CONTEXTS]), allow_paths) if spans else ([], "")
    )
    for number, span in enumerate(spans):
        role = (span["item_id"], span["role"])
        told[role].append(told_span(span, is_exact=exact[role]))
        if number < len(texts):
            told[role] += texts[number]
    return Verdicts(told)
