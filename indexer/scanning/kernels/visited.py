"""Count the tokens of a block that training had seen at each checkpoint, once for every visit."""

from __future__ import annotations

from indexer.corpus.kernels.visits import Visits
from indexer.jit.bisection import n_below
from indexer.jit.compile import kernel
from indexer.jit.numbers import int64
from indexer.units import UNKNOWN_STEP, Int64Array


@kernel
def add_visited_tokens(
    total: Int64Array, checkpoints: Int64Array, lengths: Int64Array, visits: Visits
) -> None:
    """Add the tokens of all visits to the checkpoint that is the first to have seen them.

    Parameters
    ----------
    total : array of int64, shape (n_checkpoints,)
        Tokens whose step lies from ``checkpoints[b - 1]`` to ``checkpoints[b] - 1``; added to.
    checkpoints : array of int64, shape (n_checkpoints,)
        Ascending.
    lengths : array of int64, shape (n_sequences,)
        Tokens of each sequence of the block.
    visits : Visits
        Their steps. Visits of unknown step are left out.
    """
    which = int64(0)
    for row in range(lengths.shape[0]):
        for visit in range(visits.offsets[row], visits.offsets[row + 1]):
            step = visits.steps[visit]
            if step == UNKNOWN_STEP:
                continue
            # Neighbours are mostly of one checkpoint.
            if step >= checkpoints[which] or (which > 0 and step < checkpoints[which - 1]):
                which = n_below(checkpoints, step + 1)
            total[which] += lengths[row]
