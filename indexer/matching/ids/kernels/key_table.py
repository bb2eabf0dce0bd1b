"""A byte for each id that says whether it is a key: eight ids at a time, on any processor.

The eight bytes make a mask, and a table has the places of the bits of every mask, which are written down at
once: one vector of 16 bytes is loaded, added to and stored, whatever the processor calls that. There is no
branch, and what passes is exact; the registers (`bloom`) let a few ids more through, in half the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

from indexer.jit.compile import leaf
from indexer.jit.prefetching import write_prefetch_ahead
from indexer.units import TokenIds, Uint8Array, Uint16Array

LANES = 8

_PLACES = np.zeros((1 << LANES, LANES), np.uint16)
for _mask in range(1 << LANES):
    _set = [lane for lane in range(LANES) if _mask >> lane & 1]
    _PLACES[_mask, : len(_set)] = _set
_PLACES_OF_MASK: Uint16Array = _PLACES.ravel()
"""By mask, the places of its bits."""

_BYTE, _WORD, _INDEX, _PLACE = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64)
_EIGHT = ir.VectorType(_WORD, LANES)


def _flag_slowly(
    keys: Uint8Array,
    places: Uint16Array,
    ids: TokenIds,
    begin: int,
    n_ids: int,
    flagged: Uint16Array,
) -> int:
    """Write down which of the ids from `begin` on are keys, counted from there; return how many."""
    n = 0
    for k in range(n_ids):
        flagged[n] = k
        n += int(keys[ids[begin + k] & 0xFFFF])
    return n


def _type_flag_eights(
    typing_context: Any, keys: Any, places: Any, ids: Any, begin: Any, n_ids: Any, flagged: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        def data(k: int) -> Any:
            return context.make_array(signature.args[k])(context, builder, arguments[k]).data

        def is_key(at: Any, lane: int) -> Any:
            token = builder.load(builder.gep(at, [_PLACE(lane)]))
            low = builder.zext(token if ids.dtype.bitwidth == 16 else builder.trunc(token, _WORD), _PLACE)
            return builder.shl(builder.zext(builder.load(builder.gep(data(0), [low])), _INDEX), _INDEX(lane))

        count = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_INDEX, [_INDEX]), "llvm.ctpop.i32"
        )
        stream = builder.gep(data(2), [arguments[3]])
        n = cgutils.alloca_once_value(builder, _PLACE(0))
        with cgutils.for_range_slice(builder, _PLACE(0), arguments[4], _PLACE(LANES)) as (first, _):
            at = builder.gep(stream, [first])
            write_prefetch_ahead(builder, at)
            mask = is_key(at, 0)
            for lane in range(1, LANES):
                mask = builder.or_(mask, is_key(at, lane))
            row = builder.gep(data(1), [builder.zext(builder.shl(mask, _INDEX(3)), _PLACE)])
            lanes = builder.load(builder.bitcast(row, _EIGHT.as_pointer()), align=2)
            base = builder.insert_element(
                ir.Constant(_EIGHT, ir.Undefined), builder.trunc(first, _WORD), _INDEX(0)
            )
            bases = builder.shuffle_vector(base, base, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))
            so_far = builder.load(n)
            written = builder.bitcast(builder.gep(data(5), [so_far]), _EIGHT.as_pointer())
            builder.store(builder.add(lanes, bases), written, align=2)
            builder.store(builder.add(so_far, builder.zext(builder.call(count, [mask]), _PLACE)), n)
        return builder.load(n)

    return types.intp(keys, places, ids, types.intp, types.intp, flagged), generate


_flag_eights: Any = _flag_slowly if config.DISABLE_JIT else intrinsic(_type_flag_eights)  # type: ignore[attr-defined]


@leaf
def flag_by_table(keys: Uint8Array, ids: TokenIds, begin: int, n_ids: int, flagged: Uint16Array) -> int:
    """Write down which of the ids from `begin` on are keys, counted from there; return how many.

    Parameters
    ----------
    keys : array of uint8, shape (65536,)
        By id, modulo 65,536: 1 for a key, 0 for all others.
    n_ids : int
        65,536 at most.
    flagged : array of uint16
        Space for all of them, and `LANES` more.
    """
    whole = n_ids // LANES * LANES
    n: int = _flag_eights(keys, _PLACES_OF_MASK, ids, begin, whole, flagged)
    for k in range(whole, n_ids):
        flagged[n] = k
        n += int(keys[ids[begin + k] & 0xFFFF])
    return n
