"""Ask the memory for what will be read soon.

A loop whose every turn waits for the memory has as many waits at a time as turns fit into the processor:
five to ten where a turn is long. A loop before it that only asks is short, and dozens of waits overlap.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic
from numpy.typing import NDArray

AHEAD = 8
"""Turns of a long loop from the question to the use: together some longer than the memory takes to answer."""

_READ, _KEEP, _DATA = 0, 3, 1

STREAM_AHEAD = 4096
"""Bytes from the question to the use in a stream that is read from beginning to end: the processor looks
ahead by itself, but not beyond the page."""


def write_prefetch(builder: Any, place: Any) -> None:
    """Write the instruction that asks for the bytes at a place; one that is not there does no harm."""
    byte, word = ir.IntType(8), ir.IntType(32)
    ask = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(ir.VoidType(), [byte.as_pointer(), word, word, word]),
        "llvm.prefetch.p0",
    )
    builder.call(ask, [place, word(_READ), word(_KEEP), word(_DATA)])


def write_prefetch_ahead(builder: Any, place: Any) -> None:
    """Write the instruction that asks for what lies `STREAM_AHEAD` bytes behind a place in a stream."""
    stream = builder.bitcast(place, ir.IntType(8).as_pointer())
    write_prefetch(builder, builder.gep(stream, [ir.IntType(64)(STREAM_AHEAD)]))


def _prefetch_nothing(table: NDArray[Any], row: int) -> None:
    """Ask for the beginning of a row of an array; a number that is none does no harm."""


def _type_prefetch(typing_context: Any, table: Any, row: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        row_bytes = cgutils.unpack_tuple(builder, array.strides)[0]
        data = builder.bitcast(array.data, ir.IntType(8).as_pointer())
        write_prefetch(builder, builder.gep(data, [builder.mul(arguments[1], row_bytes)]))
        return context.get_dummy_value()

    return types.none(table, types.intp), generate


prefetch: Any = _prefetch_nothing if config.DISABLE_JIT else intrinsic(_type_prefetch)  # type: ignore[attr-defined]
