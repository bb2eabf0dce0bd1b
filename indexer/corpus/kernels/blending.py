"""Which corpus of a blend each sample comes from: the one that lags furthest behind its weight.

Megatron-LM and GPT-NeoX fill the same two arrays; GPT-NeoX never saves them. Source: EleutherAI/gpt-neox
megatron/data/helpers.cpp (build_blending_indices), megatron/data/blendable_dataset.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.jit.compile import kernel
from indexer.units import Int64Array


@kernel
def fill_blend(weights: NDArray[np.float64], which: Int64Array, within: Int64Array) -> None:
    """Fill the corpus and the sample inside it for every sample of a blend.

    Parameters
    ----------
    weights : array of float64
        They sum to one.
    which, within : arrays of int64, of one length
        Take the results.
    """
    taken = np.zeros(weights.size, np.int64)
    for sample in range(which.size):
        place = max(float(sample), 1.0)
        furthest, most = 0, weights[0] * place - taken[0]
        for corpus in range(1, weights.size):
            error = weights[corpus] * place - taken[corpus]
            if error > most:
                furthest, most = corpus, error
        which[sample] = furthest
        within[sample] = taken[furthest]
        taken[furthest] += 1


def blend(weights: list[float], n_samples: int) -> tuple[Int64Array, Int64Array]:
    """Return the corpus of each of the first `n_samples` samples, and the sample inside it."""
    shares = np.array(weights, np.float64)
    which, within = np.empty(n_samples, np.int64), np.empty(n_samples, np.int64)
    fill_blend(shares / shares.sum(), which, within)
    return which, within
