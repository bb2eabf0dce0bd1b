"""From a row of tests to the places that passed, many at a time in vector registers.

Written one by one, every place takes a store and an addition, whether it passed or not. With AVX-512 sixteen
places are pressed together in a register and written at once, with its extension VBMI2 thirty-two. Places are
counted from the beginning of a run of 65,536 positions at most, so that they fit into 16 bits.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from indexer.jit.compile import leaf
from indexer.units import Uint8Array, Uint16Array

LANES = 64
"""Tests that are looked at together."""


def _features() -> frozenset[str]:
    """Return what the code that Numba makes may use."""
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return frozenset()
    return frozenset(cpu_target.target_context.codegen().magic_tuple()[2].split(","))


IN_REGISTERS = {"+avx512f", "+avx512bw"} <= _features()
"""Whether AVX-512 may be used."""
BYTE_PERMUTES = IN_REGISTERS and {"+avx512vbmi", "+avx512vbmi2", "+bmi2"} <= _features()
"""Whether 64 bytes can be looked up in registers at once: Intel since Ice Lake, AMD since Zen 4."""
AT_ONCE = 32 if "+avx512vbmi2" in _features() else 16
"""Places that are written together: as many more than pass may be written over."""

_INDEX, _PLACE, _WORD = ir.IntType(32), ir.IntType(64), ir.IntType(16)
_LANE = ir.IntType(512 // AT_ONCE)
_PLACES = ir.VectorType(_LANE, AT_ONCE)
_PASSES = ir.VectorType(ir.IntType(1), AT_ONCE)
_TESTS = ir.VectorType(ir.IntType(8), LANES)


def filled(builder: Any, value: Any, vector: ir.VectorType) -> Any:
    """Return a vector every lane of which is a value."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, _INDEX(0))
    lanes = ir.Constant(ir.VectorType(_INDEX, vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), lanes)


def constant(vector: ir.VectorType, value: int) -> Any:
    """Return a constant vector every lane of which is a value."""
    return ir.Constant(vector, [value] * vector.count)


def opaque(builder: Any, vector: Any) -> Any:
    """Return a vector of 64 bytes of which the compiler is told nothing; no instruction is spent.

    It knows a shorter way to write some steps, by instructions that are fewer and slower: all of them go
    through the one port of an Intel core that moves bytes about.
    """
    of_type = ir.FunctionType(vector.type, [vector.type])
    return builder.asm(of_type, "", "=v,0", [vector], side_effect=False)


def first_lanes() -> Any:
    """Return the places of the first `AT_ONCE` lanes."""
    return ir.Constant(_PLACES, list(range(AT_ONCE)))


def write_mask(builder: Any, mask: Any, numbers: Any, places: Any, n: Any) -> Any:
    """Write down those of `AT_ONCE` numbers that are set in a mask; return how many are written by then."""
    bits = ir.IntType(AT_ONCE)
    compress = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(_PLACES, [_PLACES, _PLACES, _PASSES]),
        f"llvm.x86.avx512.mask.compress.v{AT_ONCE}i{_LANE.width}",
    )
    count = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(bits, [bits]), f"llvm.ctpop.i{AT_ONCE}"
    )
    some = builder.bitcast(mask, _PASSES)
    kept = builder.call(compress, [numbers, constant(_PLACES, 0), some])
    words = ir.VectorType(_WORD, AT_ONCE)
    kept = kept if _LANE.width == _WORD.width else builder.trunc(kept, words)
    builder.store(kept, builder.bitcast(builder.gep(places, [n]), words.as_pointer()), align=2)
    return builder.add(n, builder.zext(builder.call(count, [mask]), _PLACE))


def _write_slowly(tests: Uint8Array, n_tests: int, places: Uint16Array) -> int:
    """Write down which of the tests are not 0, a multiple of `LANES`; return how many."""
    n = 0
    for k in range(n_tests):
        places[n] = k
        n += int(tests[k] != 0)
    return n


def _type_write_lanes(typing_context: Any, tests: Any, n_tests: Any, places: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data, written = (
            context.make_array(signature.args[k])(context, builder, arguments[k]).data for k in (0, 2)
        )
        n = cgutils.alloca_once_value(builder, _PLACE(0))
        next_numbers = cgutils.alloca_once_value(builder, first_lanes())
        with cgutils.for_range_slice(builder, _PLACE(0), arguments[1], _PLACE(LANES)) as (first, _):
            tests_here = builder.load(
                builder.bitcast(builder.gep(data, [first]), _TESTS.as_pointer()), align=1
            )
            passes = builder.icmp_unsigned("!=", tests_here, constant(_TESTS, 0))
            so_far, numbers = builder.load(n), builder.load(next_numbers)
            for lane in range(0, LANES, AT_ONCE):
                lanes = ir.Constant(ir.VectorType(_INDEX, AT_ONCE), list(range(lane, lane + AT_ONCE)))
                mask = builder.bitcast(builder.shuffle_vector(passes, passes, lanes), ir.IntType(AT_ONCE))
                so_far = write_mask(builder, mask, numbers, written, so_far)
                numbers = builder.add(numbers, constant(_PLACES, AT_ONCE))
            builder.store(numbers, next_numbers)
            builder.store(so_far, n)
        return builder.load(n)

    return types.intp(tests, types.intp, places), generate


_write_lanes: Any = intrinsic(_type_write_lanes) if IN_REGISTERS else leaf(_write_slowly)


@leaf
def places_of(tests: Uint8Array, n_tests: int, places: Uint16Array) -> int:
    """Write down which of the tests are not 0, ascending; return how many.

    Parameters
    ----------
    tests : array of uint8
        The tests.
    places : array of uint16
        Space for all of them, 65,536 at most, and `AT_ONCE` more.
    """
    whole = n_tests // LANES * LANES
    n: int = _write_lanes(tests, whole, places)
    for k in range(whole, n_tests):
        places[n] = k
        n += int(tests[k] != 0)
    return n
