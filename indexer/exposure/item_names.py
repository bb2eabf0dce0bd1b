"""Tells which item of an index an evaluated document or word is: by its text, as tools number them anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from indexer.exposure.database import open_read_only, sql
from indexer.folding import fold
from indexer.index_dir import IndexDir
from indexer.phrases.item_fields import fields_of, holds_column
from indexer.phrases.sources.source import source_name
from indexer.plan.plan_file import read_plan


class ItemNames:
    """Looks up items by what their fields say.

    Parameters
    ----------
    index : IndexDir
        A merged index.
    """

    def __init__(self, index: IndexDir) -> None:
        self._index = index

    def of_document(self, document: Mapping[str, Any]) -> list[str]:
        """Return the items that have, in every role, the text that the document has in its column.

        The columns are those that ``[items.roles]`` names, lists by element; what else the
        document holds does not matter.
        """
        found: list[str] = []
        for dataset, roles in self._columns:
            if all(holds_column(document, column) for column in roles.values()):
                fields = (
                    field for role, column in roles.items() for field in fields_of(document, role, column)
                )
                texts = ((role, _as_text(value)) for role, value in fields)
                told = frozenset((role, text) for role, text in texts if text is not None)
                found += self._by_fields.get((dataset, told), [])
        return found

    def of_word(self, word: str) -> list[str]:
        """Return the items that have a field that is this word, in capitals or not."""
        return self._by_word.get(fold(word.strip(), "fold"), [])

    @cached_property
    def _columns(self) -> list[tuple[str, dict[str, str]]]:
        config = read_plan(self._index.plan_file).config
        return [(each.dataset or source_name(each.source), each.roles) for each in config.items]

    @cached_property
    def _fields(self) -> dict[tuple[str, str], dict[str, str]]:
        """The text of each role, by data set and item."""
        fields: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        with open_read_only(self._index.database_file) as connection:
            rows = connection.execute(sql("item_fields.sql")).fetchall()
        for item_id, dataset, role, text in rows:
            fields[dataset, item_id][role] = text
        return fields

    @cached_property
    def _by_fields(self) -> dict[tuple[str, frozenset[tuple[str, str]]], list[str]]:
        found: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = defaultdict(list)
        for (dataset, item_id), roles in self._fields.items():
            found[dataset, frozenset(roles.items())].append(item_id)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for (_, item_id), roles in self._fields.items():
            for text in {fold(text.strip(), "fold") for text in roles.values()}:
                found[text].append(item_id)
        return found


def _as_text(value: Any) -> str | None:
    """Return a field as items keep it; None where there is nothing in it."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value.strip() else None
