"""Which way to ask the first question is the fastest here: no rule holds for all processors."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from indexer.jit.simd import BYTE_PERMUTES
from indexer.matching.ids.kernels.keys import PAIRS, REGISTER_PAIRS, REGISTERS, TABLE
from indexer.matching.ids.kernels.prefilter import IdPrefilter

MEASURED_TOKENS = 1 << 17
_LEAST_TOKENS = 1 << 14
_ROUNDS = 7
_MOST_SECONDS = 0.02
"""Of the processor: other work on the machine does not count."""
_GAIN = 0.97
"""How much of the time of the usual way another must take to be taken: less would be noise."""


def ways_here() -> Sequence[int]:
    """Return the ways that this processor knows."""
    return (REGISTERS, REGISTER_PAIRS, TABLE, PAIRS) if BYTE_PERMUTES else (TABLE, PAIRS)


def fastest(prefilter: IdPrefilter, n_ids: int, search: Callable[[IdPrefilter], object]) -> IdPrefilter:
    """Return the prefilter, set to ask for keys in the way that makes a search fastest.

    Parameters
    ----------
    prefilter : IdPrefilter
        Set to the usual way.
    n_ids : int
        How many ids a search reads; for few nothing is measured.
    search : callable
        Searches a sample of the corpus, `MEASURED_TOKENS` at most, with a prefilter.
    """
    usual = prefilter.keys.way
    if n_ids < _LEAST_TOKENS or usual == PAIRS:
        return prefilter
    candidates = {way: prefilter._replace(keys=prefilter.keys._replace(way=way)) for way in ways_here()}
    least = dict.fromkeys(candidates, float("inf"))
    began = time.thread_time()
    for _ in range(_ROUNDS):
        for way, candidate in candidates.items():
            before = time.thread_time()
            search(candidate)
            least[way] = min(least[way], time.thread_time() - before)
        if time.thread_time() - began > _MOST_SECONDS:
            break
    best = min(least, key=lambda way: least[way])
    return candidates[best if least[best] < _GAIN * least[usual] else usual]
