"""Where windows are nearly everywhere, the automaton reads every id: measured on the sample, not guessed."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from indexer.matching.blocks import read_only
from indexer.matching.ids.kernels.automaton import Automaton
from indexer.matching.ids.kernels.prefilter import IdPrefilter
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.ids.kernels.unfiltered import search_stretches
from indexer.matching.ids.kernels.windows import Scratch
from indexer.matching.ids.search import new_hit_buffer
from indexer.units import Int64Array, TokenIds

_MEASURED_IDS = 1 << 16
_ROW_IDS = 1 << 11
_ROUNDS = 3
_SLOW = 6e-9
"""Seconds an id, below which it is not asked: the automaton alone is never so fast."""

Search = Callable[..., tuple[int, int]]


def faster_search(
    windows: Search, automaton: Automaton, prefilter: IdPrefilter, sample: TokenIds, scratch: Scratch
) -> Search:
    """Return what searches the end of a sample faster: `windows`, or the automaton alone.

    The choice decides speed, never what is found.
    """
    ids = read_only(sample[-_MEASURED_IDS:])
    starts = np.arange(0, len(ids), _ROW_IDS)
    rows = read_only(starts), read_only(np.minimum(starts + _ROW_IDS, len(ids)))

    def seconds(search: Search) -> float:
        taken = []
        hits = new_hit_buffer(1 << 12)
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            row = 0
            with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
                while row < len(starts):
                    n_hits, row = search(automaton, prefilter, ids, *rows, row, hits, scratch)
                    if not n_hits and row < len(starts):
                        hits = new_hit_buffer(2 * len(hits.pattern))
            taken.append(time.perf_counter() - began)
        return min(taken)

    of_windows = seconds(windows)
    if of_windows <= _SLOW * len(ids):
        return windows
    return search_unfiltered if seconds(search_unfiltered) < of_windows else windows


def search_unfiltered(
    automaton: Automaton,
    prefilter: IdPrefilter,
    ids: TokenIds,
    starts: Int64Array,
    stops: Int64Array,
    row: int,
    hits: HitBuffer,
    scratch: Scratch,
) -> tuple[int, int]:
    """Search as `search_windows` does, without a look at the prefilter."""
    del prefilter
    return search_stretches(automaton, ids, starts, starts, stops, row, hits, scratch.batch)
