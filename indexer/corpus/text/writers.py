"""Writes token shards: Megatron ``.bin`` and ``.idx``, which this and many other tools read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from indexer.errors import InputError

_CODES = {"u1": 1, "i1": 2, "i2": 3, "i4": 4, "i8": 5, "u2": 8}


def smallest_dtype(n_ids: int) -> np.dtype[Any]:
    """Return the dtype Megatron and GPT-NeoX take for a vocabulary: uint16 below 65,500 ids, else int32."""
    return np.dtype("<u2") if n_ids < 65_500 else np.dtype("<i4")


def write_megatron(prefix: Path, documents: Iterable[NDArray[Any]], dtype: DTypeLike) -> None:
    """Write ``<prefix>.bin`` and ``<prefix>.idx``, one sequence a document.

    Both are written aside and renamed, the index last: a pair whose index is there is whole.

    Parameters
    ----------
    prefix : Path
        Path without ending.
    documents : iterable of 1-D integer arrays
        The ids of each sequence; empty ones are kept.
    dtype : dtype
        An integer dtype the format has a code for: uint8, int8, int16, uint16, int32 or int64.

    Raises
    ------
    InputError
        The format has no code for the dtype, or an id does not fit it.
    """
    kind = np.dtype(dtype)
    code = _CODES.get(f"{kind.kind}{kind.itemsize}")
    if code is None:
        raise InputError(f"{kind} has no code in this format", path=prefix, expected="uint16 or int32")
    stored = kind.newbyteorder("<")
    limits = np.iinfo(kind)
    lengths: list[int] = []
    data_aside, index_aside = Path(f"{prefix}.bin.tmp"), Path(f"{prefix}.idx.tmp")
    with data_aside.open("wb") as handle:
        for document in documents:
            ids = np.asarray(document)
            if ids.size and not limits.min <= int(ids.min()) <= int(ids.max()) <= limits.max:
                raise InputError(
                    f"an id from {ids.min()} to {ids.max()} does not fit {kind}",
                    path=prefix,
                    offset=f"sequence {len(lengths):,}",
                )
            handle.write(np.ascontiguousarray(ids, stored).data)
            lengths.append(ids.size)
        handle.flush()
        os.fsync(handle.fileno())
    sizes = np.array(lengths, "<i4")
    ends = np.cumsum(sizes, dtype="<i8") * stored.itemsize
    with index_aside.open("wb") as handle:
        handle.write(b"MMIDIDX\x00\x00")
        handle.write((1).to_bytes(8, "little") + bytes([code]))
        handle.write(len(lengths).to_bytes(8, "little") + (len(lengths) + 1).to_bytes(8, "little"))
        handle.write(sizes.tobytes())
        handle.write((ends - sizes.astype("<i8") * stored.itemsize).tobytes())
        handle.write(np.arange(len(lengths) + 1, dtype="<i8").tobytes())
        handle.flush()
        os.fsync(handle.fileno())
    data_aside.replace(f"{prefix}.bin")
    index_aside.replace(f"{prefix}.idx")
