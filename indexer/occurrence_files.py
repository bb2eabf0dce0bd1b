"""The Parquet files of every exposure, one for each range: what scan, merge and verify share.

============ ====== ===========================================================================
column       type   meaning
============ ====== ===========================================================================
phrase_id    int32  row of the phrase table
step         int64  step of the exposure; NULL where no order is known
sequence     int64  its sequence, numbered over the corpus
token_offset int32  tokens from the start of the sequence to the occurrence
n_tokens     int32  tokens the occurrence touches
shard        int32  shard of the sequence
document     int64  document of the shard; where documents are counted by end-of-document ids, counted
                    from the start of what the range holds of the shard; NULL where nothing tells it
range        int32  the range
============ ====== ===========================================================================

Beside it lies the list of the documents that have a row and a name, `NAMES_SCHEMA`.

Rows stand in the order of sequence, token_offset, phrase_id, n_tokens, step. The partial of the range holds
the hash of the file, so that one that is missing, altered or of another scan is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import xxhash

from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.partials import FileFacts

SCHEMA = pa.schema(
    [
        pa.field("phrase_id", pa.int32(), nullable=False),
        pa.field("step", pa.int64()),
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("token_offset", pa.int32(), nullable=False),
        pa.field("n_tokens", pa.int32(), nullable=False),
        pa.field("shard", pa.int32(), nullable=False),
        pa.field("document", pa.int64()),
        pa.field("range", pa.int32(), nullable=False),
    ]
)

NAMES_SCHEMA = pa.schema(
    [
        pa.field("shard", pa.int32(), nullable=False),
        pa.field("document", pa.int64(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
    ]
)
"""Of the file beside it: what documents with an occurrence are called, where the format names them."""

WRITING: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "use_dictionary": ["n_tokens", "shard", "range"],
    "column_encoding": {
        "phrase_id": "PLAIN",
        "step": "DELTA_BINARY_PACKED",
        "sequence": "DELTA_BINARY_PACKED",
        "token_offset": "PLAIN",
        "document": "DELTA_BINARY_PACKED",
    },
    "write_statistics": True,
}
"""How they are written: `pyarrow.parquet.ParquetWriter`."""

_PIECE_BYTES = 1 << 22
_END_BYTES = 1 << 14
"""Where a Parquet file says what lies where in it, and between which values."""


def file_facts(path: Path, n_rows: int) -> FileFacts:
    """Return what tells a file from any other."""
    digest, n_bytes = xxhash.xxh3_128(), 0
    with open(path, "rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
            n_bytes += len(piece)
    return FileFacts(n_rows, n_bytes, digest.hexdigest())


def ends_hash(paths: Iterable[Path]) -> str:
    """Return one hash of the names, lengths and ends of files; empty where one is gone or no regular file.

    It costs as much for large files as for small ones, so every question can ask whether the files are those
    that the table was merged with. Whoever writes a Parquet file anew writes its end anew.
    """
    digest = xxhash.xxh3_128()
    for path in paths:
        if path.is_symlink() or not path.is_file():
            return ""
        try:
            with open(path, "rb") as file:
                n_bytes = file.seek(0, os.SEEK_END)
                file.seek(max(0, n_bytes - _END_BYTES))
                digest.update(f"{path.name} {n_bytes} ".encode())
                digest.update(file.read())
        except OSError:
            return ""
    return digest.hexdigest()


def refuse_other_file(path: Path, known: FileFacts) -> None:
    """Refuse a file that is not the one its partial was written with.

    Raises
    ------
    StateError
        It is missing, or is another one.
    """
    fix = "scan its range again with `exposure index` or `exposure scan`"
    try:
        if path.is_symlink():
            raise StateError("is a link", path=path, expected="a regular file", fix=fix)
        found = file_facts(path, known.n_rows)
    except FileNotFoundError:
        raise StateError("is gone, and its partial is not", path=path, fix=fix) from None
    except OSError as error:
        raise StateError(f"cannot be read ({error.strerror})", path=path, fix=fix) from None
    if found != known:
        raise StateError(
            "is not the file that was written when its range was scanned",
            path=path,
            expected=f"{known.n_bytes:,} bytes of the hash {known.hash}",
            fix=fix,
        )


def remove_unclaimed(index: IndexDir) -> None:
    """Remove files of occurrences that no partial claims: their scan was killed before it wrote one."""
    ranges = index.committed_ranges()
    kept = {file(number).name for number in ranges for file in (index.occurrence_file, index.names_file)}
    for path in index.occurrences.glob("*.parquet"):
        if path.name not in kept:
            path.unlink(missing_ok=True)
