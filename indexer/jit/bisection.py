"""Where a number stands among ascending ones.

`np.searchsorted` compares numbers of every kind, complex ones too: each kernel with a call of it was compiled
half a second longer.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64


@leaf
def n_below(ascending: NDArray[Any], limit: int) -> int:
    """Return how many of some ascending numbers are less than a limit."""
    first, stop = int64(0), int64(ascending.shape[0])
    while first < stop:
        middle = (first + stop) >> 1
        if ascending[middle] < limit:
            first = middle + 1
        else:
            stop = middle
    return first
