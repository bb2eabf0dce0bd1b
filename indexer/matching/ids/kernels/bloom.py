"""A Bloom filter of ids that lies in the vector registers of the processor.

Two hashes, each with 4,096 bits of its own: sixteen registers of 64 bytes. Sixty-four ids at a time are
hashed, looked up and put to the test without touching the memory, and the places of those that pass are
written down: some 70 instructions. Both hashes come of one product. Its upper byte is the place of the first;
the second is that byte turned by a displacement, which the lower byte chooses of a table of 64. These
displacements are chosen so that frequent ids meet no bits of keys (`indexer.matching.ids.bloom`).

It needs registers in which 64 bytes are looked up at once (`BYTE_PERMUTES`); elsewhere the byte table is
asked (`key_table`).
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
from indexer.jit.prefetching import write_prefetch_ahead
from indexer.jit.simd import BYTE_PERMUTES, constant, filled, first_lanes, opaque, write_mask
from indexer.units import TokenIds, Uint8Array, Uint16Array

LANES = 64
HASHES = 2
BYTES = 512
"""Bytes of the table of each hash."""
DISPLACEMENTS = 64

_WORD, _PLACE = ir.IntType(16), ir.IntType(64)
_WORDS, _BYTES = ir.VectorType(_WORD, 32), ir.VectorType(ir.IntType(8), LANES)
_LOW_WORD, _LOW_BYTE, _ONE = np.uint64(0xFFFF), np.uint64(0xFF), np.uint64(1)


class RegisterBloom(NamedTuple):
    """A set of ids modulo 65,536.

    Attributes
    ----------
    table : array of uint8, shape (1024,) or (0,)
        The bits of the first hash, then those of the second; empty: no filter.
    displacements : array of uint8, shape (64,)
        By the six low bits of the product: what the place of the second hash is turned by.
    multiplier : uint64
        An odd number below 65,536; the hashes are made of the low 16 bits of its product with an id.
    """

    table: Uint8Array
    displacements: Uint8Array
    multiplier: np.uint64


def places_of_ids(ids: Any, multiplier: np.uint64) -> tuple[Any, Any, Any]:
    """Return where the hashes of ids stand, for one id or an array of them.

    Returns
    -------
    place : uint64
        The byte of the first hash in its table; that of the second is ``place ^ displacements[chosen]``.
    bit : uint64
        The bit there, the same for both.
    chosen : uint64
        Which displacement.
    """
    product = (_ONE * ids * multiplier) & _LOW_WORD
    low = product & _LOW_BYTE
    place = ((low >> np.uint64(7)) << np.uint64(8)) + (product >> np.uint64(8))
    return place, (low >> np.uint64(3)) & np.uint64(7), low & np.uint64(63)


class _Lookup:
    """Writes the instructions that look up 64 bytes at once."""

    def __init__(self, builder: Any, *, in_pairs: bool) -> None:
        self._builder = builder
        self._in_pairs = in_pairs
        self._one = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_BYTES, [_BYTES] * 2), "llvm.x86.avx512.permvar.qi.512"
        )
        self._two = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_BYTES, [_BYTES] * 3), "llvm.x86.avx512.vpermi2var.qi.512"
        )

    def in_register(self, register: Any, places: Any) -> Any:
        """Return the bytes of one register; of each place the six low bits count."""
        return self._builder.call(self._one, [register, places])

    def in_table(self, registers: list[Any], places: Any, in_upper_half: Any) -> Any:
        """Return the bytes of eight registers."""
        builder = self._builder
        top = builder.icmp_signed("<", places, constant(_BYTES, 0))
        if self._in_pairs:
            found = [
                builder.call(self._two, [registers[k], places, registers[k + 1]]) for k in range(0, 8, 2)
            ]
        else:
            doubled = opaque(builder, builder.add(places, places))
            next_bit = builder.icmp_signed("<", doubled, constant(_BYTES, 0))
            found = [
                builder.select(
                    next_bit,
                    self.in_register(registers[k + 1], places),
                    self.in_register(registers[k], places),
                )
                for k in range(0, 8, 2)
            ]
        lower, upper = builder.select(top, found[1], found[0]), builder.select(top, found[3], found[2])
        return builder.select(in_upper_half, upper, lower)


def _load_words(builder: Any, stream: Any, first: Any, bits: int) -> tuple[tuple[Any, Any], tuple[int, ...]]:
    """Return 64 ids as two vectors of words, and how to put a mask of their bytes in order.

    Byte 2k of the mask is word k of the first vector, byte 2k + 1 that of the second. The order is put right
    in the mask, where it costs nothing: ids of 32 bits are laid over each other instead of being packed.
    """
    n_parts = LANES * bits // 512
    vector = ir.VectorType(ir.IntType(bits), 512 // bits)
    at = builder.bitcast(builder.gep(stream, [first]), vector.as_pointer())
    places = [builder.gep(at, [_PLACE(k)]) for k in range(n_parts)]
    for place in places:
        write_prefetch_ahead(builder, place)
    parts = [builder.load(place, align=bits // 8) for place in places]
    if bits == 16:
        return (parts[0], parts[1]), (0x5555555555555555, 0xAAAAAAAAAAAAAAAA)
    laid = []
    for low, high in (parts[:2], parts[2:]):
        both = builder.or_(
            builder.and_(low, constant(vector, 0xFFFF)), builder.shl(high, constant(vector, 16))
        )
        laid.append(builder.bitcast(both, _WORDS))
    return (laid[0], laid[1]), tuple(0x1111111111111111 << k for k in (0, 2, 1, 3))


def _in_order(builder: Any, mask: Any, picks: tuple[int, ...]) -> list[Any]:
    """Return the mask as two of 32 bits, its bits in the order of the ids."""
    pick = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(_PLACE, [_PLACE, _PLACE]), "llvm.x86.bmi.pext.64"
    )
    half = ir.IntType(LANES // 2)
    parts = [builder.trunc(builder.call(pick, [mask, _PLACE(bits)]), half) for bits in picks]
    if len(parts) == 2:
        return parts
    return [builder.or_(parts[k], builder.shl(parts[k + 1], half(16))) for k in (0, 2)]


def _flagging(in_pairs: bool) -> Any:
    def type_flag_lanes(
        typing_context: Any,
        table: Any,
        displacements: Any,
        multiplier: Any,
        ids: Any,
        begin: Any,
        n_ids: Any,
        flagged: Any,
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def data(k: int) -> Any:
                return context.make_array(signature.args[k])(context, builder, arguments[k]).data

            def register(array: Any, k: int) -> Any:
                at = builder.gep(array, [_PLACE(LANES * k)])
                return builder.load(builder.bitcast(at, _BYTES.as_pointer()), align=1)

            look_up = _Lookup(builder, in_pairs=in_pairs)
            tables = [register(data(0), k) for k in range(HASHES * BYTES // LANES)]
            turns = register(data(1), 0)
            bits = ir.Constant(_BYTES, [1 << (k >> 3) for k in range(LANES)])
            factor = filled(builder, builder.trunc(arguments[2], _WORD), _WORDS)
            stream = builder.gep(data(3), [arguments[4]])
            high_bytes, low_bytes = (opaque(builder, constant(_WORDS, mask)) for mask in (0xFF00, 0xFF))
            eight = constant(_WORDS, 8)
            n = cgutils.alloca_once_value(builder, _PLACE(0))
            next_numbers = cgutils.alloca_once_value(builder, first_lanes())
            with cgutils.for_range_slice(builder, _PLACE(0), arguments[5], _PLACE(LANES)) as (first, _):
                words, picks = _load_words(builder, stream, first, ids.dtype.bitwidth)
                even, odd = (builder.mul(part, factor) for part in words)
                high = builder.or_(builder.lshr(even, eight), builder.and_(odd, high_bytes))
                low = builder.or_(builder.and_(even, low_bytes), builder.shl(odd, eight))
                high, low = (builder.bitcast(part, _BYTES) for part in (high, low))
                in_upper_half = builder.icmp_signed("<", low, constant(_BYTES, 0))
                turned = builder.xor(high, look_up.in_register(turns, low))
                both = builder.and_(
                    look_up.in_table(tables[:8], high, in_upper_half),
                    look_up.in_table(tables[8:], turned, in_upper_half),
                )
                held = builder.and_(both, look_up.in_register(bits, low))
                passes = builder.icmp_unsigned("!=", held, constant(_BYTES, 0))
                so_far, numbers = builder.load(n), builder.load(next_numbers)
                for mask in _in_order(builder, builder.bitcast(passes, _PLACE), picks):
                    so_far = write_mask(builder, mask, numbers, data(6), so_far)
                    numbers = builder.add(numbers, constant(_WORDS, 32))
                builder.store(numbers, next_numbers)
                builder.store(so_far, n)
            return builder.load(n)

        arguments = table, displacements, types.uint64, ids, types.intp, types.intp, flagged
        return types.intp(*arguments), generate

    return intrinsic(type_flag_lanes)


_place = leaf(places_of_ids)


@leaf
def _flag_slowly(
    table: Uint8Array,
    displacements: Uint8Array,
    multiplier: np.uint64,
    ids: TokenIds,
    begin: int,
    n_ids: int,
    flagged: Uint16Array,
) -> int:
    """Do one id at a time what the registers do; nobody asks for it where there are none."""
    n = 0
    for k in range(n_ids):
        place, bit, chosen = _place(ids[begin + k], multiplier)
        turned = np.uint64(BYTES) + (place ^ np.uint64(displacements[chosen]))
        flagged[n] = k
        n += int64(((np.uint64(table[place]) & np.uint64(table[turned])) >> bit) & _ONE)
    return n


flag_by_registers: Any = _flagging(in_pairs=False) if BYTE_PERMUTES else _flag_slowly
"""Write down which of the ids from `begin` on may be in the set, counted from there; return how many.

``flag_by_registers(table, displacements, multiplier, ids, begin, n_ids, flagged)``: `n_ids` is a multiple of
`LANES`, and `flagged` an array of uint16 with space for `AT_ONCE` more."""

flag_by_register_pairs: Any = _flagging(in_pairs=True) if BYTE_PERMUTES else _flag_slowly
"""The same, two registers with one instruction: three steps on Intel's processors, one on AMD's."""
