"""Which way of searching is the fastest here: no rule holds for all processors and all phrases.

The ways to ask the first question are measured on the end of a sample; and where all of them are slow, since
windows are nearly everywhere, the automaton that reads every id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from indexer.matching.blocks import read_only
from indexer.matching.ids.kernels.automaton import Automaton
from indexer.matching.ids.kernels.keys import PAIRS, UNFILTERED
from indexer.matching.ids.kernels.prefilter import IdPrefilter
from indexer.matching.ids.kernels.traversal import HitBuffer
from indexer.matching.ids.kernels.unfiltered import search_stretches
from indexer.matching.ids.kernels.windows import Scratch, search_of_types
from indexer.matching.ids.keys import ways_here
from indexer.matching.ids.search import new_hit_buffer
from indexer.matching.kernels.block import Block
from indexer.units import TokenIds

MEASURED_IDS = 1 << 17
_ROW_IDS = 1 << 11
_LEAST_IDS = 1 << 14
_ROUNDS = 7
_MOST_SECONDS = 0.02
"""Of the processor: other work on the machine does not count."""
_GAIN = 0.97
"""How much of the time of the usual way another must take to be taken: less would be noise."""
_SLOW = 6e-9
"""Seconds an id up to which the automaton is not tried: alone it is never so fast."""

Search = Callable[[Block, int, HitBuffer, Scratch], tuple[int, int]]
"""Writes down the hits of a block from a row on; see `search_windows`."""


class Fastest(NamedTuple):
    """What searches fastest, in which way, and the prefilter set to it."""

    search: Search
    way: int
    prefilter: IdPrefilter


def fastest_search(
    automaton: Automaton, prefilter: IdPrefilter, sample: TokenIds, scratch: Scratch
) -> Fastest:
    """Return what searches streams like a sample fastest; the choice never decides what is found.

    Parameters
    ----------
    automaton, prefilter
        Of the patterns; the prefilter is set to the way that is usual.
    sample : array of uint16 or uint32
        Some ids; where they are few nothing is measured.
    scratch : Scratch
        Space for the search.
    """
    ids = read_only(sample[-MEASURED_IDS:])
    starts = np.arange(0, len(ids), _ROW_IDS)
    block = Block(ids, read_only(starts), read_only(np.minimum(starts + _ROW_IDS, len(ids))))
    usual = prefilter.keys.way
    ways = (PAIRS,) if usual == PAIRS else ways_here()
    prefilters = {way: prefilter._replace(keys=prefilter.keys._replace(way=way)) for way in ways}
    windows = search_of_types(automaton, prefilter, block, 0, new_hit_buffer(1), scratch)
    searches: dict[int, Search] = {way: partial(windows, automaton, one) for way, one in prefilters.items()}
    way = usual
    if len(ids) >= _LEAST_IDS:
        least = least_seconds(searches, block, scratch)
        best = min(least, key=lambda each: least[each])
        way = best if least[best] < _GAIN * least[usual] else usual
        if least[way] > _SLOW * len(ids):
            searches[UNFILTERED] = partial(_search_unfiltered, automaton)
            alone = least_seconds({UNFILTERED: searches[UNFILTERED]}, block, scratch)[UNFILTERED]
            if alone < least[way]:
                return Fastest(searches[UNFILTERED], UNFILTERED, prefilters[way])
    return Fastest(searches[way], way, prefilters[way])


def least_seconds(searches: Mapping[int, Search], block: Block, scratch: Scratch) -> dict[int, float]:
    """Return the least time that each search takes, by turns, of the processor."""
    least = dict.fromkeys(searches, float("inf"))
    began = time.thread_time()
    for _ in range(_ROUNDS):
        for way, search in searches.items():
            before = time.thread_time()
            _search_all(search, block, scratch)
            least[way] = min(least[way], time.thread_time() - before)
        if time.thread_time() - began > _MOST_SECONDS:
            break
    return least


def _search_all(search: Search, block: Block, scratch: Scratch) -> None:
    hits, row = new_hit_buffer(1 << 14), 0
    with np.errstate(over="ignore"):  # hashes wrap; without the compiler NumPy would say so
        while row < len(block.starts):
            n_hits, row = search(block, row, hits, scratch)
            if not n_hits and row < len(block.starts):
                hits = new_hit_buffer(2 * len(hits.pattern))


def _search_unfiltered(
    automaton: Automaton, block: Block, row: int, hits: HitBuffer, scratch: Scratch
) -> tuple[int, int]:
    return search_stretches(automaton, block, block.starts, row, hits, scratch.batch)


def search_nothing(block: Block, row: int, hits: HitBuffer, scratch: Scratch) -> tuple[int, int]:
    """Search for no patterns."""
    return 0, len(block.starts)
