"""The tables of items: their columns, and the rows of one item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

ITEMS = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("paradigm", pa.string()),
        pa.field("attributes", pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))),
        pa.field("excluded", pa.string()),
    ]
)
"""Columns of the items that are no minimal pairs."""

ITEM_PHRASES = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("place", pa.int32(), nullable=False),
        pa.field("phrase_id", pa.int32()),
        pa.field("start", pa.int32()),
        pa.field("stop", pa.int32()),
        pa.field("field_text", pa.string()),
    ]
)
"""Columns of their phrases; ranges are half-open, in code points of the field, whose text is at place 0."""


class ItemRows:
    """Collects the rows of both tables."""

    def __init__(self) -> None:
        self._items: list[tuple[Any, ...]] = []
        self._phrases: list[tuple[Any, ...]] = []

    def add_item(
        self,
        item_id: str,
        dataset: str,
        paradigm: str | None,
        attributes: Mapping[str, str],
        excluded: str | None,
    ) -> None:
        """Append one item."""
        self._items.append(
            (
                item_id,
                dataset,
                paradigm,
                [{"key": key, "value": value} for key, value in attributes.items()],
                excluded,
            )
        )

    def add_phrase(
        self, item_id: str, role: str, place: int, phrase_id: int, start: int, stop: int, field_text: str
    ) -> None:
        """Append one phrase; the text of the field is kept at place 0."""
        self._phrases.append(
            (item_id, role, place, phrase_id, start, stop, field_text if place == 0 else None)
        )

    def to_arrow(self) -> tuple[pa.Table, pa.Table]:
        """Return the items and their phrases."""
        return _table(self._items, ITEMS), _table(self._phrases, ITEM_PHRASES)


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [[] for _ in schema]
    arrays = [pa.array(values, each.type) for values, each in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
