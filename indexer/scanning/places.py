"""Holds the first places of each phrase."""

from __future__ import annotations

import numpy as np

from indexer.scanning.kernels.exposures import N_PLACES, PlacePool
from indexer.units import Int32Array, Int64Array

_FIRST_ROOM = 1 << 10


def new_pool(n_phrases: int) -> PlacePool:
    """Return room for no places of so many phrases."""
    large, small = np.empty(0, np.int64), np.empty(0, np.int32)
    first = np.zeros(n_phrases, np.int64)
    return PlacePool(first, large, large, small, small, np.zeros(1, np.int64))


def grown_pool(pool: PlacePool, n_more: int) -> PlacePool:
    """Return the pool, or a larger one with the same places, with room for so many places of one phrase more.

    A phrase whose places grow leaves the room it had, so that several times as much may be taken.
    """
    n_used, room = int(pool.n_used[0]), len(pool.step)
    needed = n_used + 4 * (n_more + 4)
    if needed <= room:
        return pool
    room = max(_FIRST_ROOM, 2 * room, needed)
    larger = PlacePool(
        pool.first, np.empty(room, np.int64), np.empty(room, np.int64),
        np.empty(room, np.int32), np.empty(room, np.int32), pool.n_used,
    )  # fmt: skip
    larger.step[:n_used], larger.sequence[:n_used] = pool.step[:n_used], pool.sequence[:n_used]
    larger.token_offset[:n_used], larger.n_tokens[:n_used] = (
        pool.token_offset[:n_used],
        pool.n_tokens[:n_used],
    )
    return larger


def first_places(sums: Int64Array, pool: PlacePool, phrases: Int64Array) -> tuple[Int32Array, PlacePool]:
    """Return the first places of some phrases, one phrase after another, and where those of each begin.

    Parameters
    ----------
    sums, pool
        As `indexer.scanning.kernels.exposures.count_exposures` filled them.
    phrases : array of int64
        Their numbers.

    Returns
    -------
    offsets : array of int32, shape (n_phrases + 1,)
        Places ``offsets[k]`` to ``offsets[k + 1] - 1`` are those of the phrase ``phrases[k]``.
    places : PlacePool
        Ordered by (step, sequence, token_offset, n_tokens) within each phrase.
    """
    n_each = sums[phrases, N_PLACES]
    offsets = np.append(0, np.cumsum(n_each))
    rank = np.arange(offsets[-1]) - np.repeat(offsets[:-1], n_each)
    chosen = np.repeat(pool.first[phrases], n_each) + rank
    places = PlacePool(
        offsets[:-1], pool.step[chosen], pool.sequence[chosen],
        pool.token_offset[chosen], pool.n_tokens[chosen], pool.n_used,
    )  # fmt: skip
    return offsets.astype(np.int32), places
