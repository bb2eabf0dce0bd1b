"""Arrow and Parquet files that contradict themselves, or hold what Python has no type for, are refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import ExposureError, InputError
from indexer.foreign_errors import translate
from indexer.storage.arrow_tables import open_arrow
from indexer.storage.files import file_at

ROWS = [[1, 2, 3], [4, 5], [6, 7, 8, 9]]


def parquet_bytes() -> bytes:
    written = io.BytesIO()
    ids = pa.array(ROWS, pa.list_(pa.int32()))
    pq.write_table(pa.table({"input_ids": ids}), written, store_schema=False, row_group_size=2)
    return written.getvalue()


def n_rows_read(path: Path) -> tuple[int, int]:
    """Return how many rows the file has as a table, and as a corpus."""
    n_rows = len(list(open_arrow(file_at(str(path), base=Path())).rows()))
    reader = open_corpus(CorpusConfig(paths=[path.name], format="parquet"), base=path.parent)
    n_sequences = 0
    for shard in reader.shards():
        for block in reader.blocks(shard, 0, shard.n_sequences):
            n_sequences += len(block.starts)
    return n_rows, n_sequences


def test_no_bit_of_a_footer_makes_rows_fewer_in_silence(tmp_path: Path) -> None:
    data = parquet_bytes()
    begin = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    path = tmp_path / "a.parquet"
    n_refused = n_read = 0
    for at in range(begin, len(data)):
        for bit in (1, 6):
            spoilt = bytearray(data)
            spoilt[at] ^= 1 << bit
            path.write_bytes(spoilt)
            try:
                assert n_rows_read(path) == (len(ROWS), len(ROWS)), (at, bit)
                n_read += 1
            except AssertionError:
                raise
            except BaseException as error:
                known = translate(error)
                assert known is not None and known.exit_code in (3, 5), (at, bit, error)
                n_refused += 1
    assert n_refused > 100 and n_read > 20


@pytest.mark.parametrize("cut", ["stream", "file", "parquet"])
def test_cut_at_every_byte(cut: str, tmp_path: Path) -> None:
    table = pa.table({"input_ids": pa.array(ROWS, pa.list_(pa.int32()))})
    written = io.BytesIO()
    if cut == "parquet":
        pq.write_table(table, written)
    else:
        with {"stream": pa.ipc.new_stream, "file": pa.ipc.new_file}[cut](written, table.schema) as writer:
            writer.write_table(table, max_chunksize=1)
    data = written.getvalue()
    path = tmp_path / "a.arrow"
    for n_bytes in range(1, len(data)):
        path.write_bytes(data[:n_bytes])
        with pytest.raises(InputError):
            n_rows_read(path)
    path.write_bytes(data)
    assert n_rows_read(path) == (3, 3)


def test_lists_that_end_before_they_begin(tmp_path: Path) -> None:
    lists = pa.ListArray.from_arrays(pa.array([0, 3, 2, 4], pa.int32()), pa.array([1, 2, 3, 4], pa.int32()))
    write_stream(tmp_path / "a.arrow", pa.table({"input_ids": lists}))
    with pytest.raises(InputError, match=r"a list in 'input_ids' ends before it begins.*|corrupt"):
        n_rows_read(tmp_path / "a.arrow")


def write_stream(path: Path, table: pa.Table) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    ids = pa.array(ROWS, pa.list_(pa.int32()))
    write_stream(tmp_path / "a.arrow", pa.table([ids, ids], names=["input_ids", "input_ids"]))
    with pytest.raises(InputError, match="has 2 columns 'input_ids'; expected one"):
        n_rows_read(tmp_path / "a.arrow")


@pytest.mark.parametrize(
    "values",
    [
        pa.array([np.iinfo(np.int32).max], pa.date32()),
        pa.array([2**62], pa.duration("s")),
        pa.array([2**62], pa.timestamp("s")),
    ],
    ids=str,
)
def test_values_that_python_has_no_type_for(tmp_path: Path, values: pa.Array) -> None:
    write_stream(tmp_path / "a.arrow", pa.table({"phrase": values}))
    with pytest.raises(ExposureError, match=r"holds a value that cannot be read"):
        list(open_arrow(file_at(str(tmp_path / "a.arrow"), base=Path())).rows())
