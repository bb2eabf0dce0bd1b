"""Rows for files that know no lists and structures: these columns become JSON text."""

from __future__ import annotations

import json

import pyarrow as pa

from indexer.splits.json_values import as_json


def flat_columns(rows: pa.Table) -> pa.Table:
    """Return the rows with lists, structures and bytes as text."""
    for number, field in enumerate(rows.schema):
        kind = field.type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            texts = [
                value if value is None else json.dumps(as_json(value), ensure_ascii=False).strip('"')
                for value in rows.column(number).to_pylist()
            ]
            rows = rows.set_column(number, field.name, pa.array(texts, pa.string()))
    return rows
