"""A block of sequences as kernels take it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.matching.kernels.block import Block
from indexer.units import Int64Array, TokenIds

_ID_TYPES = np.dtype(np.uint16), np.dtype(np.uint32)


def checked_block(ids: TokenIds, starts: Int64Array, stops: Int64Array) -> Block:
    """Return the arrays as the kernels take them: contiguous, read-only, of the two id types."""
    if ids.dtype not in _ID_TYPES:
        raise TypeError(f"token ids of dtype {ids.dtype}; uint16 or uint32 is needed")
    if starts.shape != stops.shape:
        raise ValueError(f"{len(starts)} sequence starts and {len(stops)} stops")
    if len(starts) and (starts.min() < 0 or stops.max() > len(ids) or (stops < starts).any()):
        raise ValueError(f"a sequence reaches beyond the {len(ids)} ids it is cut from")
    return Block(
        read_only(np.ascontiguousarray(ids)),
        read_only(np.ascontiguousarray(starts, np.int64)),
        read_only(np.ascontiguousarray(stops, np.int64)),
    )


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view that nothing can be written through."""
    view = array.view()
    view.flags.writeable = False
    return view
