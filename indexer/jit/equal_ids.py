"""Which of 64 neighbouring ids are one, as the bits of a number: with AVX-512 two loads and comparisons."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import config
from numba.extending import intrinsic

from indexer.jit.simd import LANES, filled
from indexer.units import TokenIds

_BITS = ir.IntType(LANES)


def _equal_ids_slowly(ids: TokenIds, at: int, value: int) -> np.uint64:
    """Return a number whose bit k tells whether ``ids[at + k]`` is a value that ids can have, k below 64."""
    bits = 0
    for k in range(LANES):
        bits |= int(ids[at + k] == value) << k
    return np.uint64(bits)


def _type_equal_ids(typing_context: Any, ids: Any, at: Any, value: Any) -> Any:
    lane = ir.IntType(ids.dtype.bitwidth)
    vector = ir.VectorType(lane, LANES)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.bitcast(builder.gep(array.data, [arguments[1]]), vector.as_pointer())
        here = builder.load(place, align=lane.width // 8)
        wanted = filled(builder, builder.trunc(arguments[2], lane), vector)
        return builder.bitcast(builder.icmp_unsigned("==", here, wanted), _BITS)

    return types.uint64(ids, types.intp, types.intp), generate


equal_ids: Any = _equal_ids_slowly if config.DISABLE_JIT else intrinsic(_type_equal_ids)  # type: ignore[attr-defined]
