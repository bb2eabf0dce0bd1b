"""An index of MDS that lacks a field, or has one of another kind, is refused as no MDS index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.corpus.formats.mds_index import find_shards
from indexer.errors import InputError

ENTRY: dict[str, Any] = {
    "format": "mds",
    "samples": 3,
    "raw_data": {"basename": "shard.00000.mds", "bytes": 8, "hashes": {}},
    "zip_data": None,
    "compression": None,
    "column_names": ["tokens"],
    "column_encodings": ["ndarray:int32"],
    "column_sizes": [None],
}


def shards_of(folder: Path, entry: dict[str, Any]) -> list[Any]:
    (folder / "shard.00000.mds").write_bytes(bytes(8))
    (folder / "index.json").write_text(json.dumps({"version": 2, "shards": [entry]}))
    return find_shards(str(folder), base=Path())


def test_a_whole_entry_is_taken(tmp_path: Path) -> None:
    assert len(shards_of(tmp_path, ENTRY)) == 1


@pytest.mark.parametrize("field", [field for field in ENTRY if field != "compression"])
def test_a_field_that_is_not_there(tmp_path: Path, field: str) -> None:
    with pytest.raises(InputError, match=f"is no MDS index .KeyError.'{field}'"):
        shards_of(tmp_path, {name: value for name, value in ENTRY.items() if name != field})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("samples", "3"),
        ("samples", -1),
        ("samples", 2.5),
        ("column_names", [1]),
        ("column_names", ["tokens", "text"]),
        ("column_names", None),
        ("column_encodings", [None]),
        ("column_sizes", ["4"]),
        ("column_sizes", []),
        ("raw_data", {"basename": "shard.00000.mds", "bytes": 8.0}),
    ],
)
def test_a_field_of_another_kind(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(InputError, match="is no MDS index"):
        shards_of(tmp_path, ENTRY | {field: value})
