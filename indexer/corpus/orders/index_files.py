"""Files that list sequence numbers: npy, or headerless arrays as trainers write them from memory maps."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.corpus.formats.npy_header import MAGIC
from indexer.corpus.formats.sample_index import load_npy
from indexer.corpus.orders.positions import examine
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files

DTYPE = "uint32"
"""Dtype of a headerless index file, as both trainers write it."""
_HEAD_BYTES = 1 << 20


def load_list(name: str, dtype: str | None, *, base: Path) -> NDArray[Any]:
    """Return an index file: a true npy file, or a headerless array of `dtype`; mapped where it is local.

    Raises
    ------
    ConfigError
        The dtype is not the one a header says.
    InputError
        It is empty, truncated, or holds something else than integers.
    """
    file = files.file_at(name, base=base)
    if file.n_bytes >= 6 and file_bytes.read_range(file, 0, 6) == MAGIC:
        array = load_npy(name, base=base)
        if array.ndim not in (1, 2):
            raise InputError(f"has shape {array.shape}", path=name, expected="(positions,) or (steps, batch)")
        if dtype is not None and np.dtype(dtype) != array.dtype:
            raise ConfigError(
                f"has an npy header that says {array.dtype.name}",
                path=name,
                expected=f"{dtype}, as [order] dtype says",
                fix="leave [order] dtype out: the header knows",
            )
        return array
    dtype = dtype or DTYPE
    kind = np.dtype(dtype).newbyteorder("<") if np.dtype(dtype).isnative else np.dtype(dtype)
    if kind.kind not in "ui":
        raise ConfigError(f"[order] dtype = {dtype!r}", expected="an integer dtype")
    if file.n_bytes == 0 or file.n_bytes % kind.itemsize:
        raise InputError(
            f"holds {file.n_bytes:,} bytes",
            path=name,
            expected=f"a multiple of {kind.itemsize} ({kind})",
            fix="set [order] dtype, or fetch the file again",
        )
    if file.local:
        return np.ndarray((file.n_bytes // kind.itemsize,), kind, buffer=file_bytes.map_bytes(file))
    return np.frombuffer(file_bytes.read_all(file, at_most=1 << 36), kind)


def likely_dtype_of_list(name: str, dtype: np.dtype[Any], n_sequences: int, *, base: Path) -> str | None:
    """Return the other dtype under which a headerless index file names each sequence once at the most."""
    file = files.file_at(name, base=base)
    head = file_bytes.read_range(file, 0, min(file.n_bytes, _HEAD_BYTES))
    if head.startswith(MAGIC):
        return None
    for spelling in ("uint16", "uint32", "int64"):
        other = np.dtype(spelling)
        if other == dtype or file.n_bytes % other.itemsize:
            continue
        facts = examine(np.frombuffer(head[: len(head) // 8 * 8], other), n_sequences)
        if facts.n_distinct and not facts.n_repeated:
            return spelling
    return None


def content_hash(file: files.CorpusFile) -> str:
    """Return the sha256 of an order file: orders get lost and truncated, so which one it was is kept."""
    digest = hashlib.sha256()
    for chunk in file_bytes.stream(file):
        digest.update(chunk)
    return digest.hexdigest()
