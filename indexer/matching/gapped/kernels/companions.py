"""Which occurrences of a part are worth a look: those beside which another part of their pattern may end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.jit.compile import leaf, uncounted
from indexer.jit.prefetching import AHEAD, prefetch
from indexer.units import Uint64Array

WANTED_WORDS = 8
OF_IDS, OF_PAIRS = 0, 4
"""Which four of these words tell of last ids, and which of the last two."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(1)
_LOW = np.uint64(63)
_LAST = np.uint64(0xFFFFFFFF)


class Wanted(NamedTuple):
    """With which ids a further part must end on one side of a part, so that some pattern can stand there.

    Attributes
    ----------
    left, right : array of uint64, shape (n_part_numbers, 8)
        For each part 256 bits for further parts of one id, and as many for the last two ids of longer ones;
        each sets two of them (`enter_wanted`).
    left_last, right_last : array of uint64, shape (n_part_numbers,)
        For each part 64 bits for the last ids of all of these.
    """

    left: Uint64Array
    right: Uint64Array
    left_last: Uint64Array
    right_last: Uint64Array


@leaf
def ending(before, token):
    """Return the key of the last two ids of a part; that of a part of one id is the id."""
    return (np.uint64(before) << np.uint64(32)) | np.uint64(token)


@leaf
def wanted_place(key):
    """Return which of four words a key sets bits of, and the bits."""
    mixed = key * _MIX
    bits = (_ONE << ((mixed >> np.uint64(56)) & _LOW)) | (_ONE << ((mixed >> np.uint64(50)) & _LOW))
    return np.int64(mixed >> np.uint64(62)), bits


@leaf
def last_id_place(token):
    """Return which bit of 64 stands for a last id."""
    return (np.uint64(token) * _MIX) >> np.uint64(58)


@uncounted
def enter_wanted(side, last, kind, parts, keys):
    """Enter for each of `parts` one of `keys`, all of one kind."""
    for k in range(parts.shape[0]):
        word, bits = wanted_place(keys[k])
        side[parts[k], kind + word] |= bits
        last[parts[k]] |= _ONE << last_id_place(keys[k] & _LAST)


@leaf
def may_end(last, ids, begin, end):
    """Return whether one of ``ids[begin:end]`` may be a last id; no branch depends on an id."""
    bits = np.uint64(0)
    for at in range(begin, end):
        bits |= last >> last_id_place(ids[at])
    return bits & _ONE != 0


@leaf
def is_wanted(side, part, kind, key):
    """Return whether a key may have been entered for a part."""
    word, bits = wanted_place(key)
    return side[part, kind + word] & bits == bits


@leaf
def wants_any(side, part, kind):
    """Return whether any key of a kind was entered for a part."""
    bits = side[part, kind]
    for word in range(1, 4):
        bits |= side[part, kind + word]
    return bits != 0


@leaf
def holds_wanted(side, part, ids, begin, end):
    """Return whether a part that is wanted may end in ``ids[begin:end]``."""
    if wants_any(side, part, OF_PAIRS):
        for at in range(max(begin, 1), end):
            if is_wanted(side, part, OF_PAIRS, ending(ids[at - 1], ids[at])):
                return True
    if wants_any(side, part, OF_IDS):
        for at in range(begin, end):
            if is_wanted(side, part, OF_IDS, np.uint64(ids[at])):
                return True
    return False


@uncounted
def keep_promising(wanted, part, begin, end, ids, starts, stretches):
    """Keep the stretches, one for each occurrence of a part, in which a part wanted beside it may end.

    Parameters
    ----------
    part, begin, end : array
        The occurrences, in ids from the start of their rows, half-open.
    stretches : Stretches
        Around them; those that are kept are moved to the front.

    Returns
    -------
    int
        How many are kept.
    """
    n = 0
    n_parts = part.shape[0]
    for k in range(n_parts):
        ahead = min(k + AHEAD, n_parts - 1)
        prefetch(wanted.left, np.int64(part[ahead]))
        prefetch(wanted.right, np.int64(part[ahead]))
        prefetch(ids, np.int64(starts[stretches.row[ahead]]) + stretches.begin[ahead])
        start = np.int64(starts[stretches.row[k]])
        left = start + stretches.begin[k]
        right = start + stretches.end[k]
        if holds_wanted(wanted.left, part[k], ids, left, start + np.int64(begin[k])) or holds_wanted(
            wanted.right, part[k], ids, start + np.int64(end[k]), right
        ):
            stretches.row[n] = stretches.row[k]
            stretches.begin[n] = stretches.begin[k]
            stretches.end[n] = stretches.end[k]
            n += 1
    return n
