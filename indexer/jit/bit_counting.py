"""The place of the lowest bit of a number, in one instruction."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import config
from numba.extending import intrinsic


def _lowest_bit_slowly(bits: np.uint64) -> np.uint64:
    """Return the number of the lowest bit that is set; 64 if none is."""
    for k in range(64):
        if (bits >> np.uint64(k)) & np.uint64(1):
            return np.uint64(k)
    return np.uint64(64)


def _type_lowest_bit(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.uint64(types.uint64), generate


lowest_bit: Any = _lowest_bit_slowly if config.DISABLE_JIT else intrinsic(_type_lowest_bit)  # type: ignore[attr-defined]
