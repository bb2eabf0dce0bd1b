"""A table of phrases appears whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.errors import ConfigError, ResourceError
from indexer.phrases.phrase_files import write_table

TABLE = pa.table({"phrase": ["a hen"], "token_ids": [[1, 2]]})


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_table_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path, suffix: str):
    path = tmp_path / f"phrases{suffix}"
    path.write_text("of yesterday")
    write_table(TABLE, path)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert b"of yesterday" not in path.read_bytes()
    if suffix == ".parquet":
        assert pq.read_table(path).equals(TABLE)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
def test_what_cannot_reach_the_disk_replaces_nothing(tmp_path: Path, monkeypatch, number: int):
    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "phrases.parquet"
    path.write_text("of yesterday")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ResourceError, match=r"phrases\.parquet: cannot be written"):
        write_table(TABLE, path)
    assert path.read_text() == "of yesterday"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_suffix_that_tells_no_format_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="no such format"):
        write_table(TABLE, tmp_path / "phrases.txt")
