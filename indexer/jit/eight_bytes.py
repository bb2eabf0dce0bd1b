"""Eight bytes of a text as one number, the first one lowest: one load or store that need not be aligned.

Written byte by byte, the compiler keeps eight loads or stores, each with the question whether its place
counts from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import config
from numba.extending import intrinsic

from indexer.units import Uint8Array


def _load_eight_slowly(text: Uint8Array, at: int) -> np.uint64:
    """Return ``text[at:at + 8]`` as one number."""
    value = np.uint64(0)
    for k in range(8):
        value |= np.uint64(text[at + k]) << np.uint64(8 * k)
    return value


def _store_eight_slowly(text: Uint8Array, at: int, value: np.uint64) -> None:
    """Write a number to ``text[at:at + 8]``."""
    for k in range(8):
        text[at + k] = np.uint8((value >> np.uint64(8 * k)) & np.uint64(0xFF))


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.bitcast(builder.gep(array.data, [arguments[1]]), ir.IntType(64).as_pointer())


def _type_load(typing_context: Any, text: Any, at: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_place(context, builder, signature, arguments), align=1)

    return types.uint64(text, types.intp), generate


def _type_store(typing_context: Any, text: Any, at: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], _place(context, builder, signature, arguments), align=1)
        return context.get_dummy_value()

    return types.void(text, types.intp, types.uint64), generate


_slow = config.DISABLE_JIT  # type: ignore[attr-defined]
load_eight: Any = _load_eight_slowly if _slow else intrinsic(_type_load)
store_eight: Any = _store_eight_slowly if _slow else intrinsic(_type_store)
