"""Write sequences that lie anywhere in a block one after another."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import kernel
from indexer.units import Int64Array, TokenIds


@kernel
def concatenate_sequences(ids: TokenIds, starts: Int64Array, stops: Int64Array, gathered: TokenIds) -> None:
    """Copy the ids of all sequences.

    Parameters
    ----------
    ids : array of uint16 or uint32
        The block.
    starts, stops : array of int64, shape (n_sequences,)
        Half-open range of each sequence; ranges may overlap.
    gathered : array of the type of `ids`
        Takes the copy; as long as all sequences together.
    """
    at = np.int64(0)
    for row in range(starts.shape[0]):
        # Of slices the compiler knows that no index is negative: the loop moves 32 ids at a time.
        sequence = ids[starts[row] : stops[row]]
        room = gathered[at : at + sequence.size]
        for k in range(sequence.size):
            room[k] = sequence[k]
        at += sequence.size
