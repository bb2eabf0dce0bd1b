"""Of several columns that may hold the ids or a mask none is guessed, in no file of a corpus."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.formats.mds_index import array_column
from indexer.errors import ConfigError, InputError

IDS = {"input_ids": [[1, 2, 3]]}
OTHERS = {"tokens": [[4, 5]]}
ATTENTION, LOSS = {"attention_mask": [[1, 1, 0]]}, {"loss_mask": [[0, 1, 1]]}
WORDS = {"tokens": [["a", "b"]]}


def _open(base: Path, kind: str, tables: list[dict], **corpus: object) -> int:
    """Write a file a table, and return the ids of all."""
    for number, table in enumerate(tables):
        path = base / f"{number}.{kind}"
        if kind == "parquet":
            pq.write_table(pa.table(table), path)
        else:
            path.write_text(json.dumps({name: rows[0] for name, rows in table.items()}) + "\n")
    config = CorpusConfig(format=kind, paths=[f"*.{kind}"], **corpus)
    return sum(shard.n_tokens for shard in open_corpus(config, base=base).shards())


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
@pytest.mark.parametrize(
    ("tables", "corpus", "message"),
    [
        ([IDS | OTHERS], {}, "has ids under input_ids and tokens; set .corpus. column"),
        ([IDS, IDS | OTHERS], {}, "1.*has ids under input_ids and tokens"),
        ([IDS, OTHERS], {}, "1.*has its ids .*'tokens'; expected 'input_ids', as 0"),
        ([IDS | WORDS], {}, None),
        ([IDS | OTHERS], {"column": "input_ids"}, None),
        ([IDS | ATTENTION | LOSS], {}, "has attention_mask and loss_mask; set .corpus. mask_column"),
        ([IDS, IDS | ATTENTION], {}, '1.*has \'?attention_mask.* mask_column = "none"'),
        ([IDS | ATTENTION | LOSS, IDS], {"mask_column": "none"}, None),
    ],
)
def test_none_is_guessed(tmp_path: Path, kind: str, tables: list[dict], corpus: dict, message: str) -> None:
    if message is None:
        assert _open(tmp_path, kind, tables, **corpus) == 3 * len(tables)
        return
    with pytest.raises((ConfigError, InputError), match=message):
        _open(tmp_path, kind, tables, **corpus)


def test_a_later_file_without_the_mask_of_the_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1\.parquet: has no mask; expected attention_mask, as 0\.parquet"):
        _open(tmp_path, "parquet", [IDS | ATTENTION, IDS])


@pytest.mark.parametrize("wanted", [None, "loss_mask"])
def test_masks_that_are_not_read_are_refused(tmp_path: Path, wanted: str | None) -> None:
    entry = {"column_names": ["input_ids", "loss_mask"], "column_encodings": ["ndarray:int32"] * 2}
    with pytest.raises(ConfigError, match="masks are not read of MDS"):
        array_column(entry, None, wanted, path="s")
    assert array_column(entry, None, "none", path="s") == 0
    with pytest.raises(ConfigError, match="masks are not read of JSON lines"):
        _open(tmp_path, "jsonl", [IDS | LOSS], **({} if wanted is None else {"mask_column": wanted}))


def test_files_without_a_line_tell_no_key(tmp_path: Path) -> None:
    for name, content in (
        ("a", b""),
        ("b", b'{"tokens": [1, 2]}\n'),
        ("c", b"\n"),
        ("d", gzip.compress(b"")),
    ):
        (tmp_path / f"{name}.jsonl").write_bytes(content)
    reader = open_corpus(CorpusConfig(format="jsonl", paths=["*.jsonl"]), base=tmp_path)
    assert [shard.n_tokens for shard in reader.shards()] == [0, 2, 0, 0]
