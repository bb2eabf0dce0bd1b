"""Two neighbouring ids as one number, read by one load that need not be aligned.

Written as ``ids[at] | ids[at + 1] << 16`` the compiler makes two loads, a shift and an or of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import config
from numba.extending import intrinsic

from indexer.units import TokenIds


def _load_pair_slowly(ids: TokenIds, at: int) -> np.uint64:
    """Return ``ids[at]`` in the low bits and ``ids[at + 1]`` above them, as uint64."""
    return np.uint64(ids[at]) | (np.uint64(ids[at + 1]) << np.uint64(8 * ids.itemsize))


def _type_load_pair(typing_context: Any, ids: Any, at: Any) -> Any:
    bits = ids.dtype.bitwidth

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = builder.gep(array.data, [arguments[1]])
        pair = builder.load(builder.bitcast(place, ir.IntType(2 * bits).as_pointer()), align=bits // 8)
        return pair if bits == 32 else builder.zext(pair, ir.IntType(64))

    return types.uint64(ids, types.intp), generate


load_pair: Any = _load_pair_slowly if config.DISABLE_JIT else intrinsic(_type_load_pair)  # type: ignore[attr-defined]
