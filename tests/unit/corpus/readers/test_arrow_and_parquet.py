"""Lists of every type in Arrow streams, Arrow files and Parquet; masked ids; truncated files and NULLs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.corpus.preflight.corpus_notes import corpus_notes
from indexer.errors import InputError
from tests.support.rows_read_back import ROWS, check, rows_of

RNG = np.random.default_rng(11)
LISTS = {
    "list": pa.list_(pa.int32()),
    "large list": pa.large_list(pa.uint16()),
    "fixed": pa.list_(pa.int64(), 17),
}


def write_arrow(path: Path, table: pa.Table, kind: str):
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=7)
    elif kind == "stream":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=9)
    else:
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with (
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, table.schema, options=options) as writer,
        ):
            writer.write_table(table, max_chunksize=9)


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
@pytest.mark.parametrize("lists", LISTS)
def test_arrow_kinds_and_list_types(tmp_path: Path, kind, lists):
    table = pa.table({"n": range(30), "ids": pa.array(ROWS.tolist(), LISTS[lists])})
    write_arrow(tmp_path / "a.arrow", table, kind)
    reader = check(tmp_path, ROWS, format="arrow", paths=["a.arrow"], column="ids")
    assert reader.shards()[0].n_tokens == ROWS.size


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
@pytest.mark.parametrize(("name", "ignored"), [("attention_mask", 0), ("loss_mask", 0), ("labels", -100)])
def test_masked_positions_are_not_counted(tmp_path: Path, kind, name, ignored):
    rows = [RNG.integers(1, 100, n).tolist() for n in (4, 0, 9, 1, 6)]
    keep = [(RNG.random(len(row)) < 0.6).tolist() for row in rows]
    mask = [[1 if one else ignored for one in row] for row in keep]
    table = pa.table(
        {"input_ids": pa.array(rows, pa.list_(pa.int32())), name: pa.array(mask, pa.list_(pa.int8()))}
    )
    write_arrow(tmp_path / "a.arrow", table, kind)
    expected = [[i for i, one in zip(*pair, strict=True) if one] for pair in zip(rows, keep, strict=True)]
    wanted = None if name != "labels" else "labels"
    for block_ids in (1, 7, 1000):
        config = CorpusConfig(format="arrow", paths=["a.arrow"], mask_column=wanted)
        reader = open_corpus(config, base=tmp_path, block_ids=block_ids)
        assert rows_of(reader) == rows
        assert rows_of(reader, counted=True) == expected
    config = CorpusConfig(format="arrow", paths=["a.arrow"], mask_column="none")
    block = next(iter(open_corpus(config, base=tmp_path).blocks(reader.shards()[0], 0, 5)))
    assert block.counted is None


@pytest.mark.parametrize("kind", ["parquet", "stream", "file"])
def test_a_truncated_arrow_file_is_refused(tmp_path: Path, kind):
    path = tmp_path / "a.arrow"
    write_arrow(path, pa.table({"input_ids": pa.array(ROWS.tolist(), pa.list_(pa.int32()))}), kind)
    data = path.read_bytes()
    for n_bytes in range(8, len(data), 97):
        path.write_bytes(data[:n_bytes])
        with pytest.raises(InputError, match=r"a\.arrow.*truncated"):
            rows_of(open_corpus(CorpusConfig(format="arrow", paths=["a.arrow"]), base=tmp_path))


def test_nulls_and_text_columns_are_refused(tmp_path: Path):
    for rows in ([[1, 2], None], [[1, None], [2]]):
        write_arrow(tmp_path / "a", pa.table({"input_ids": pa.array(rows, pa.list_(pa.int32()))}), "stream")
        with pytest.raises(InputError, match="NULL"):
            rows_of(open_corpus(CorpusConfig(format="arrow", paths=["a"]), base=tmp_path))
    write_arrow(tmp_path / "a", pa.table({"text": ["x"]}), "parquet")
    with pytest.raises(InputError, match="exposure tokenize"):
        open_corpus(CorpusConfig(format="parquet", paths=["a"]), base=tmp_path)


@pytest.mark.parametrize(("length", "n_cut"), [(5, 5), (1, 16), (9, 0), (None, 0)])
def test_ids_that_are_cut_off_are_told(tmp_path: Path, length: int | None, n_cut: int):
    rows = [list(range(n)) for n in (4, 0, 9, 1, 6)]
    for name, part in (("a", rows[:3]), ("b", rows[3:])):
        write_arrow(
            tmp_path / f"{name}.arrow", pa.table({"input_ids": pa.array(part, pa.list_(pa.int32()))}), "file"
        )
    config = CorpusConfig(format="arrow", paths=["*.arrow"], sequence_length=length)
    reader = open_corpus(config, base=tmp_path)
    told = f"{n_cut} ids behind the first {length} of longer documents were cut off: no sequence holds them"
    shards = reader.shards()
    assert corpus_notes(reader.facts, shards) == ([told] if n_cut else [])
    assert sum(shard.n_tokens for shard in shards) == 20 - n_cut
