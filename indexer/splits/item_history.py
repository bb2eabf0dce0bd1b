"""One item: what was met of each of its roles, and where its longest verbatim span stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.errors import ExposureError
from indexer.index_dir import IndexDir
from indexer.scanning.context import Context, Place, read_contexts
from indexer.splits.ask import ask
from indexer.splits.item_words import longest_spans, verdicts
from indexer.splits.named_values import refuse_unknown_item

_FACTS = "SELECT * FROM items WHERE item_id = $item"
_FIELDS = "SELECT role, field_text FROM item_phrases WHERE item_id = $item AND place = 0 ORDER BY role"


@dataclass
class Role:
    """What an index knows of one role of an item.

    Attributes
    ----------
    role : str
        Its name.
    text : str or None
        The field.
    verdict : dict
        The row of ``contamination/by_item``; empty for a minimal pair.
    windows : list of dict
        The rows of ``explore/item``.
    longest : dict or None
        Where the longest verbatim span that is more than boilerplate stands: step, path, sequence,
        token_offset, n_words.
    context : Context or None
        The text around it; None where there is no such span, or the corpus cannot be read.
    """

    role: str
    text: str | None
    verdict: dict[str, Any] = field(default_factory=dict)
    windows: list[dict[str, Any]] = field(default_factory=list)
    longest: dict[str, Any] | None = None
    context: Context | None = None


@dataclass
class ItemHistory:
    """What an index knows of one item.

    Attributes
    ----------
    facts : dict
        Its row of the table ``items``.
    roles : list of Role
        In the order of their names.
    contexts_missing : str
        Why the spans are without context; empty where they are not.
    """

    facts: dict[str, Any]
    roles: list[Role]
    contexts_missing: str = ""


def item_history(root: str | Path, item: str, allow_paths: Sequence[str] = ()) -> ItemHistory:
    """Look an item up; its spans are read from what the plan names, and from `allow_paths`.

    Raises
    ------
    ConfigError
        The index does not hold the item; the message names near ones that it does.
    """
    index = IndexDir(root)
    refuse_unknown_item(index, item)
    given = {"item": item}
    (facts,) = ask(root, _FACTS, given).rows.to_pylist()
    facts["attributes"] = dict(facts["attributes"] or ())
    roles = {
        row["role"]: Role(row["role"], row["field_text"])
        for row in ask(root, _FIELDS, given).rows.to_pylist()
    }
    for row in ask(root, "explore/item", given).rows.to_pylist():
        roles[row["role"]].windows.append(row)
    history = ItemHistory(facts, list(roles.values()))
    if facts["kind"] == "item":
        for row in verdicts(index, item):
            roles[row["role"]].verdict = row
        for row in longest_spans(index, item):
            roles[row["role"]].longest = row
        _add_contexts(root, history, allow_paths)
    return history


def _add_contexts(root: str | Path, history: ItemHistory, allow_paths: Sequence[str]) -> None:
    found = [role for role in history.roles if role.longest is not None]
    names = ("shard", "sequence", "token_offset", "n_tokens")
    places = [Place(*(role.longest[name] for name in names)) for role in found if role.longest is not None]
    try:
        contexts = read_contexts(IndexDir(root), places, allow_paths=allow_paths) if places else []
    except ExposureError as error:
        history.contexts_missing = error.line()
        return
    for role, context in zip(found, contexts, strict=True):
        role.context = context
