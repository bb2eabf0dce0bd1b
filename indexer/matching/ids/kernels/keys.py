"""The first question of the window scan: which ids may be the key of an anchor, or a pattern by themselves.

There are several ways to ask it. All let the keys through, and some of them a few ids more. Which one is the
fastest depends on the processor and on the patterns, so it is measured (`indexer.matching.ids.fastest`).
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.matching.ids.kernels.bloom import (
    LANES,
    RegisterBloom,
    flag_by_register_pairs,
    flag_by_registers,
)
from indexer.matching.ids.kernels.key_table import flag_by_table
from indexer.units import TokenIds, Uint8Array, Uint16Array

PAIRS, TABLE, REGISTERS, REGISTER_PAIRS, UNFILTERED = (int64(way) for way in range(5))
WAYS = {
    PAIRS: "pairs of ids, one position after another",
    TABLE: "keys by a byte for each id, eight at a time",
    REGISTERS: "keys by a Bloom filter in registers, 64 at a time",
    REGISTER_PAIRS: "keys by a Bloom filter in pairs of registers, 64 at a time",
    UNFILTERED: "every id, by the automaton alone",
}
"""The ways to search, most of them ways to ask the first question, as people are told of them."""


class Keys(NamedTuple):
    """The ids that are the key of an anchor, or a pattern by themselves.

    Attributes
    ----------
    way : int64
        How the question is asked, one of `WAYS`; `PAIRS`: it is not.
    table : array of uint8, shape (65536,)
        By id modulo 65,536, 1 for a key.
    bloom : RegisterBloom
        The same ids and a few others; empty where the processor has no such registers.
    """

    way: int
    table: Uint8Array
    bloom: RegisterBloom


@leaf
def flag_keys(keys: Keys, ids: TokenIds, begin: int, end: int, flagged: Uint16Array) -> int:
    """Write down which of the ids ``[begin, end)`` may be keys, counted from `begin`; return how many.

    Parameters
    ----------
    flagged : array of uint16
        Space for all of them, 65,536 at most, and `AT_ONCE` more.
    """
    if keys.way == TABLE:
        return flag_by_table(keys.table, ids, begin, end - begin, flagged)
    bloom = keys.bloom
    whole = (end - begin) // LANES * LANES
    if keys.way == REGISTERS:
        n: int = flag_by_registers(
            bloom.table, bloom.displacements, bloom.multiplier, ids, begin, whole, flagged
        )
    else:
        n = flag_by_register_pairs(
            bloom.table, bloom.displacements, bloom.multiplier, ids, begin, whole, flagged
        )
    for k in range(whole, end - begin):
        flagged[n] = k
        n += int(keys.table[ids[begin + k] & 0xFFFF])
    return n
