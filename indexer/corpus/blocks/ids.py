"""Dtypes of token ids: what a file may hold, and the uint16 or uint32 arrays everything else takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.corpus.preflight.plausible import likely_dtype
from indexer.errors import ConfigError, InputError
from indexer.units import TokenIds

ID_MAX = 2**32 - 1


def id_dtype(spelling: str, *, where: str = "[corpus] dtype") -> np.dtype[Any]:
    """Return the dtype a configuration or header names.

    Raises
    ------
    ConfigError
        It is no dtype, or not one of integers.
    """
    try:
        dtype = np.dtype(spelling)
    except TypeError:
        raise ConfigError(
            f"{spelling!r} is no dtype", path=where, expected="uint16, uint32, int32, >u2, ..."
        ) from None
    if dtype.kind not in "ui":
        raise ConfigError(f"{spelling!r} does not hold token ids", path=where, expected="an integer dtype")
    return dtype


def ids_dtype_of(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that ids of a stored dtype are given as: uint16, or uint32 for wider ones."""
    return np.dtype(np.uint16) if dtype.itemsize <= 2 else np.dtype(np.uint32)


def is_given_as_stored(dtype: np.dtype[Any]) -> bool:
    """Tell whether ids of a stored dtype need no copy of their own."""
    return dtype.isnative and dtype.itemsize == ids_dtype_of(dtype).itemsize


def as_token_ids(stored: NDArray[Any], *, path: str, first_id: int = 0) -> TokenIds:
    """Return stored integers as uint16 or uint32 ids: a view where the bytes allow it.

    A negative id of 32 bits becomes one far beyond any vocabulary, which the check of every id then names.

    Raises
    ------
    InputError
        An id of a 64-bit dtype does not fit 32 bits, or one of 8 or 16 bits is negative.
    """
    dtype = stored.dtype
    target = ids_dtype_of(dtype)
    # of so few bits, a negative id would become one that a vocabulary may well have
    if dtype.kind == "i" and dtype.itemsize <= 2 and stored.size and int(stored.min()) < 0:
        raise _negative(stored, path, first_id)
    if is_given_as_stored(dtype):
        ids = stored.view(target)
        # numba compiles for aligned arrays; a part cut at an odd byte is copied, block by block
        return ids if ids.flags.aligned and ids.flags.c_contiguous else np.ascontiguousarray(ids).copy()
    if dtype.itemsize == 8:
        wide = stored.view(np.uint64) if dtype.isnative else stored.astype(np.uint64)
        if wide.size and int(wide.max()) > ID_MAX:
            at = int(np.flatnonzero(wide > ID_MAX)[0])
            likely = likely_dtype(stored[:4096].tobytes(), None)
            raise InputError(
                f"id {int(stored[at])} does not fit 32 bits",
                path=path,
                offset=f"token {first_id + at:,}",
                fix=f"the ids look like {likely}" if likely else None,
            )
        return wide.astype(np.uint32)
    return (
        np.ascontiguousarray(stored.astype(dtype.newbyteorder("=")))
        .view(np.dtype(f"u{dtype.itemsize}"))
        .astype(target, copy=False)
    )


def _negative(stored: NDArray[Any], path: str, first_id: int) -> InputError:
    at = int(np.flatnonzero(stored < 0)[0])
    unsigned = np.dtype(stored.dtype.str.replace("i", "u"))
    likely = likely_dtype(stored[:4096].tobytes(), None) or (
        unsigned.name if unsigned.isnative else unsigned.str
    )
    return InputError(
        f"id {int(stored[at])} is negative under {stored.dtype.name}",
        path=path,
        offset=f"token {first_id + at:,}",
        fix=f'the ids look like {likely}: set [corpus] dtype = "{likely}", or mend its header',
    )
