"""One hash of what a table says: the same for every index of one plan, on whatever machine it was built.

Of each table in `TABLES` the columns one after another, rows in the order of their keys: which values are
missing, then the values as little-endian 64-bit numbers, or as text with a length before each. Not hashed:
``provenance`` (the plan has a fingerprint), imported results, columns of the user's own, and what else does
not follow from the plan.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa

TABLES = {
    "phrases": ("*", "phrase_id"),
    "items": ("*", "item_id"),
    "item_phrases": ("*", "item_id, role, place"),
    "exposures": ("*", "phrase_id"),
    "exposure_bins": ("*", "phrase_id, checkpoint"),
    "places": ("*", "phrase_id, place"),
    "unit_differences": ("*", "phrase_id, found_by, spelled"),
    "other_forms": ("*", "phrase_id, normal_form, spelled"),
    "unspelled_phrases": ("*", "phrase_id"),
    "checkpoints": ("*", "checkpoint"),
    "shards": ("* EXCLUDE (verified)", "shard"),
}
"""Columns and keys by table."""


def hash_rows(connection: Any) -> str:
    """Return the sha256 of the rows of an opened table."""
    digest = hashlib.sha256()
    for table, (columns, keys) in TABLES.items():
        rows = connection.sql(f"SELECT {columns} FROM {table} ORDER BY {keys}").to_arrow_table()
        digest.update(f"{table} {rows.num_rows}\n".encode())
        for name, column in zip(rows.column_names, rows.columns, strict=True):
            digest.update(f"{name}\n".encode())
            digest.update(column.is_null().to_numpy().astype(np.uint8).tobytes())
            _add(digest, column)
    return digest.hexdigest()


def _add(digest: Any, column: pa.ChunkedArray) -> None:
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        kind = "<u8" if column.type == pa.uint64() else "<i8"
        filled = column.fill_null(False if pa.types.is_boolean(column.type) else 0)
        digest.update(filled.to_numpy().astype(kind).tobytes())
        return
    for text in column.to_pylist():
        data = ("" if text is None else str(text)).encode()
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
