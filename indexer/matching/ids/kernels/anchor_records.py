"""What is known of the patterns of an anchor, packed into one number."""

from __future__ import annotations

import numpy as np

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64

FARTHEST = 511
"""What `pack_around` says of patterns that reach this many ids and more."""
REACH = np.uint64((1 << 24) - 1)
"""The bits of `pack_around` that `unpack_reach` reads."""

_ONE = np.uint64(1)
_KINDS = np.uint64(63)
_BEFORE, _AFTER, _BEGIN, _DOUBLINGS = (np.uint64(bits) for bits in (6, 15, 24, 56))
_WORD = np.uint64(0xFFFFFFFF)


@leaf
def pack_around(kinds: int, before: int, after: int, begin: int, doublings: int) -> np.uint64:
    """Return what is known of the patterns of an anchor as one number.

    From its lowest bit on: their kinds (6 bits); how many ids before the pair they begin, at most (9), and
    how many ids from the pair on they end, at most (9), `FARTHEST` for that many and more; which of
    `IdPrefilter.contexts` is their first (32), and how many they have, as a power of two (5).
    """
    return (
        np.uint64(kinds)
        | (np.uint64(min(before, FARTHEST)) << _BEFORE)
        | (np.uint64(min(after, FARTHEST)) << _AFTER)
        | (np.uint64(begin) << _BEGIN)
        | (np.uint64(doublings) << _DOUBLINGS)
    )


@leaf
def unpack_reach(packed: np.uint64) -> tuple[int, int, int]:
    """Return (kinds, before, after) of `pack_around`."""
    return (
        int64(packed & _KINDS),
        int64((packed >> _BEFORE) & np.uint64(FARTHEST)),
        int64((packed >> _AFTER) & np.uint64(FARTHEST)),
    )


@leaf
def unpack_region(packed: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return the first word of the contexts of `pack_around`, and what is one less than their number."""
    return (packed >> _BEGIN) & _WORD, (_ONE << (packed >> _DOUBLINGS)) - _ONE
