"""A Bloom filter of ids that lies in the vector registers of the processor.

Two hashes, each with 4,096 bits of its own: sixteen registers of 64 bytes. Thirty-two ids at a time are
hashed, looked up and put to the test without touching the memory, and the places of those that pass are
written down: 47 instructions, 0.12 ns an id on an AMD EPYC (Zen 5). The cheapest look-up in the first-level
cache, a byte for each id, takes 0.25 ns there and only tells which groups of eight pass.

It needs AVX-512 (BW). Elsewhere `IN_REGISTERS` is False, and the same filter would be asked one id at a time,
slower than the questions behind it; so it is left out there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from indexer.jit.compile import leaf
from indexer.jit.numbers import int64
from indexer.jit.simd import IN_REGISTERS, constant, filled, write_places
from indexer.units import TokenIds, Uint16Array, Uint64Array

LANES = 32
HASHES = 2
WORDS = 256
"""Words of 16 bits for each hash."""

_WORD = ir.IntType(16)
_PLACE = ir.IntType(64)
_WORDS = ir.VectorType(_WORD, LANES)
_LOW_WORD = np.uint64(0xFFFF)
_ONE = np.uint64(1)


class RegisterBloom(NamedTuple):
    """A set of ids modulo 65,536.

    Attributes
    ----------
    table : array of uint16, shape (512,) or (0,)
        The words of the first hash, then those of the second; empty: no filter.
    multipliers : array of uint64, shape (2,)
        Odd numbers below 65,536; an id is hashed to the upper twelve bits of the low 16 bits of its product.
    """

    table: Uint16Array
    multipliers: Uint64Array


def place_of_id(id_: Any, multiplier: np.uint64) -> tuple[Any, Any]:
    """Return the word of an id among those of a hash, and its bit there; for one id or an array of them.

    The bits of the product, from the top: four choose the bit, six the place in a pair of registers, two the
    pair.
    """
    product = (np.uint64(id_) * multiplier) & _LOW_WORD
    pair = (product >> np.uint64(4)) & np.uint64(3)
    return pair * np.uint64(64) + ((product >> np.uint64(6)) & np.uint64(63)), product >> np.uint64(12)


_place = leaf(place_of_id)


@leaf
def may_hold(table: Uint16Array, multipliers: Uint64Array, id_: int) -> int:
    """Return 1 if an id may be in the set, 0 if it is not."""
    word, bit = _place(id_, multipliers[0])
    passes = np.uint64(table[word]) >> bit
    word, bit = _place(id_, multipliers[1])
    return int64(passes & (np.uint64(table[np.uint64(WORDS) + word]) >> bit) & _ONE)


def _flag_slowly(
    table: Uint16Array, multipliers: Uint64Array, ids: TokenIds, begin: int, n_ids: int, flagged: Uint16Array
) -> int:
    """Write down which of the ids from `begin` on may be in the set, counted from there; return how many.

    `n_ids` is a multiple of `LANES`; `flagged` is an array of uint16 with space for `AT_ONCE` more.
    """
    n = 0
    for k in range(n_ids):
        flagged[n] = k
        n += may_hold(table, multipliers, ids[begin + k])
    return n


def _look_up(builder: Any, registers: list[Any], multiplier: Any, ids: Any) -> Any:
    """Return a vector whose lowest bits say which ids one hash lets through; see `place_of_id`."""
    permute = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_WORDS, [_WORDS] * 3), "llvm.x86.avx512.vpermi2var.hi.512"
    )
    product = builder.mul(ids, multiplier)
    place = builder.lshr(product, constant(_WORDS, 6))  # of this the processor takes the six low bits
    odd, upper = (
        builder.icmp_unsigned("!=", builder.and_(product, constant(_WORDS, bit)), constant(_WORDS, 0))
        for bit in (16, 32)
    )
    words = [builder.call(permute, [registers[k], place, registers[k + 1]]) for k in range(0, 8, 2)]
    word = builder.select(
        upper, builder.select(odd, words[3], words[2]), builder.select(odd, words[1], words[0])
    )
    return builder.lshr(word, builder.lshr(product, constant(_WORDS, 12)))


def _type_flag_lanes(
    typing_context: Any, table: Any, multipliers: Any, ids: Any, begin: Any, n_ids: Any, flagged: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def data(k: int) -> Any:
            return context.make_array(signature.args[k])(context, builder, arguments[k]).data

        n_words = HASHES * WORDS // LANES
        registers = [
            builder.load(
                builder.bitcast(builder.gep(data(0), [_PLACE(LANES * k)]), _WORDS.as_pointer()), align=2
            )
            for k in range(n_words)
        ]
        of_hash = [
            filled(builder, builder.trunc(builder.load(builder.gep(data(1), [_PLACE(k)])), _WORD), _WORDS)
            for k in range(HASHES)
        ]
        bits = ids.dtype.bitwidth
        stream = builder.bitcast(builder.gep(data(2), [arguments[3]]), ir.IntType(bits).as_pointer())
        n = cgutils.alloca_once_value(builder, _PLACE(0))
        with cgutils.for_range_slice(builder, _PLACE(0), arguments[4], _PLACE(LANES)) as (first, _):
            loaded = builder.bitcast(
                builder.gep(stream, [first]), ir.VectorType(ir.IntType(bits), LANES).as_pointer()
            )
            lanes = builder.load(loaded, align=bits // 8)
            lanes = lanes if bits == 16 else builder.trunc(lanes, _WORDS)
            halves = [
                _look_up(builder, registers[8 * k : 8 * k + 8], of_hash[k], lanes) for k in range(HASHES)
            ]
            lowest = builder.and_(builder.and_(*halves), constant(_WORDS, 1))
            passes = builder.icmp_unsigned("!=", lowest, constant(_WORDS, 0))
            builder.store(write_places(builder, passes, LANES, first, data(5), builder.load(n)), n)
        return builder.load(n)

    return types.intp(table, multipliers, ids, types.intp, types.intp, flagged), generate


flag_lanes: Any = intrinsic(_type_flag_lanes) if IN_REGISTERS else leaf(_flag_slowly)


@leaf
def flag_ids(
    table: Uint16Array, multipliers: Uint64Array, ids: TokenIds, begin: int, end: int, flagged: Uint16Array
) -> int:
    """Write down which of the ids ``[begin, end)`` may be in the set, counted from `begin`; return how many.

    Parameters
    ----------
    flagged : array of uint16
        Buffers for all of them, 65,536 at most, and `AT_ONCE` more.
    """
    whole = (end - begin) // LANES * LANES
    n: int = flag_lanes(table, multipliers, ids, begin, whole, flagged)
    for k in range(whole, end - begin):
        flagged[n] = k
        n += may_hold(table, multipliers, ids[begin + k])
    return n
