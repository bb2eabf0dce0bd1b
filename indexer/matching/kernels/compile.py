"""The one place that decides how kernels are compiled.

Kernels release the GIL, so that threads of one process scan beside each other, and they are compiled when
first called, for the array types they are called with. Numba's on-disk cache stays off unless
``EXPOSURE_KERNEL_CACHE`` is set; ``docs/matching.md`` says what was found about it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])

_NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

USE_CACHE = os.environ.get("EXPOSURE_KERNEL_CACHE", "") not in ("", "0")


def kernel(function: Function) -> Function:
    """Compile a function that is called from Python."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", cache=USE_CACHE)(function))


def inlined(function: Function) -> Function:
    """Compile a function that only kernels call: without what a call from Python would need."""
    return cast(
        Function, numba.njit(nogil=True, error_model="numpy", cache=USE_CACHE, **_NO_WRAPPERS)(function)
    )


def uncounted(function: Function) -> Function:
    """Compile a function that makes no arrays, so that it need not count references to those it is given.

    Numba counts a reference, atomically, for every array a called function reads out of a tuple. In the
    search of the text stream that was two thirds of the time (10 phrases: 0.16 s counted, 0.05 s uncounted).
    Some of these are called from Python, so they keep their wrappers: without them such a call crashes.
    """
    compiled: Function = numba.njit(nogil=True, error_model="numpy", cache=USE_CACHE, _nrt=False)(function)
    return compiled


def leaf(function: Function) -> Function:
    """Compile a function that is both `inlined` and `uncounted`."""
    options: dict[str, Any] = {"_nrt": False, **_NO_WRAPPERS}
    return cast(Function, numba.njit(nogil=True, error_model="numpy", cache=USE_CACHE, **options)(function))
