"""One phrase: its counts, its exposure over training, and its first places in context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.errors import ExposureError
from indexer.index_dir import IndexDir
from indexer.scanning.context import Context, Place, read_contexts
from indexer.splits.ask import ask, load_query, run
from indexer.splits.named_values import phrase_of_index
from indexer.table_seal import require_table

if TYPE_CHECKING:
    import pyarrow as pa

_FEW_LETTERS = 3
"""Letters by which a near phrase may differ; of a short one a third."""


@dataclass(frozen=True)
class PhraseHistory:
    """What an index knows of one phrase.

    Attributes
    ----------
    facts : dict
        Counts, status, first and last step.
    checkpoints : list of int
        The grid.
    exposures_since : list of int
        Exposures at each checkpoint since the one before.
    places : list of dict
        The first exposures.
    contexts : list of Context
        The text around them; empty where the corpus cannot be read.
    contexts_missing : str
        Why it is empty.
    near : list of dict
        Phrases of the index that were seen and differ by a few letters.
    """

    facts: dict[str, Any]
    checkpoints: list[int]
    exposures_since: list[int]
    places: list[dict[str, Any]]
    contexts: list[Context]
    contexts_missing: str
    near: list[dict[str, Any]]


def phrase_history(root: str | Path, phrase: str, allow_paths: Sequence[str] = ()) -> PhraseHistory:
    """Look a phrase up; its places are read from what the plan names, and from `allow_paths`.

    Raises
    ------
    ConfigError
        The index does not hold the phrase; the message names near ones that it does.
    StateError
        Its plan is damaged.
    """
    index = IndexDir(root)
    require_table(index)
    index.planned_fingerprint()
    spelled = phrase_of_index(index, phrase)
    rows = ask(root, "explore/phrase", {"phrase": spelled}).rows.to_pylist()
    bins = _rows(index, "dynamics/exposure_of_phrase", spelled).to_pydict()
    places = _rows(index, "explore/places_of_phrase", spelled).to_pylist()
    few_letters = str(min(_FEW_LETTERS, max(len(spelled) // 3, 1)))
    near = _rows(index, "explore/near_phrases", spelled, most_edits=few_letters).to_pylist()
    contexts: list[Context] = []
    missing = ""
    try:
        contexts = read_contexts(
            index,
            [
                Place(place["shard"], place["sequence"], place["token_offset"], place["n_tokens"])
                for place in places
            ],
            allow_paths=allow_paths,
        )
    except ExposureError as error:
        missing = error.line()
    return PhraseHistory(
        rows[0], bins["checkpoint"], bins["exposures_since"], places, contexts, missing, near
    )


def _rows(index: IndexDir, question: str, spelled: str, **others: str) -> pa.Table:
    """Ask of a phrase that was looked up already."""
    file = load_query(question)
    return run(index.database_file, file.name, file.sql, file.bind({"phrase": spelled, **others})).rows
