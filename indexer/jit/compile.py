"""The one place that decides how kernels are compiled.

Kernels release the GIL, so that threads of one process scan beside each other, and they are compiled when
first called, for the array types they are called with. They are kept on disk (`indexer.jit.cache`), so that a
machine compiles once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from indexer.jit.cache import cache_directory

Function = TypeVar("Function", bound=Callable[..., object])

LAST_TRIED = (0, 68)
"""The newest Numba that `indexer.jit.into_callers` was tried with."""


def for_kernels_alone(version: tuple[int, ...], *, out_of_line: bool = False) -> dict[str, Any]:
    """Return the options of what only kernels call, for a version of Numba.

    Python cannot call it, and it is compiled into its callers. With a Numba newer than `LAST_TRIED` it is
    compiled by itself too: the results are the same, but compiling takes 1.4 times as long.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True}
    if version[:2] <= LAST_TRIED:
        from indexer.jit.into_callers import IntoCallers, OutOfLine

        options["pipeline_class"] = OutOfLine if out_of_line else IntoCallers
    return options


_BY_KERNELS = for_kernels_alone(numba.version_info)
_OUT_OF_LINE = for_kernels_alone(numba.version_info, out_of_line=True)

CACHE = cache_directory()
"""Where compiled kernels are kept, None if nowhere."""


def _compile(function: Function, *, keep: bool, **options: Any) -> Function:
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    numba.config.CACHE_DIR = "" if CACHE is None else str(CACHE)  # type: ignore[attr-defined]
    try:
        cache = keep and CACHE is not None
        options |= {"nogil": True, "no_cfunc_wrapper": True, "error_model": "numpy"}
        compiled = numba.njit(cache=cache, **options)(function)
    finally:
        numba.config.CACHE_DIR = before  # type: ignore[attr-defined]
    return cast(Function, compiled)


def kernel(function: Function) -> Function:
    """Compile a function that is called from Python."""
    return _compile(function, keep=True)


def for_types_of(function: Function, *arguments: object) -> Function:
    """Return a kernel as it is compiled for arguments of these types, without the question for them.

    A call of a kernel asks for the types of all its arguments; where these are forty arrays in tuples, that
    takes 7 of 8 microseconds. The function returned must never be given arguments of other types: it would
    read them as if they were of these.
    """
    if not isinstance(function, numba.core.dispatcher.Dispatcher):
        return function  # the compiler is off
    return cast(Function, function.compile(tuple(map(numba.typeof, arguments))))


def inlined(function: Function) -> Function:
    """Compile a function that only kernels call: without what a call from Python would need."""
    return _compile(function, keep=False, **_BY_KERNELS)


def uncounted(function: Function) -> Function:
    """Compile a function that makes no arrays, so that it need not count references to those it is given.

    Numba counts a reference, atomically, for every array a called function reads out of a tuple. In the
    search of the text stream that was two thirds of the time (10 phrases: 0.16 s counted, 0.05 s uncounted).
    These are called from Python: `leaf` is for those that are not.
    """
    return _compile(function, keep=True, _nrt=False)


def merged(function: Function) -> Function:
    """Compile a function that is `uncounted` into each of its callers.

    A call hands over an array as seven words. A function that takes twenty arrays, for work on ten ids,
    spent a third of its time on that.
    """
    return _compile(function, keep=False, _nrt=False, forceinline=True, **_BY_KERNELS)


def leaf(function: Function) -> Function:
    """Compile a function that is both `inlined` and `uncounted`."""
    return _compile(function, keep=False, _nrt=False, **_BY_KERNELS)


def rare(function: Function) -> Function:
    """Compile a function as a `leaf` that a loop seldom calls, and that stays out of it.

    Put into the loop it would take registers there: the search of frequent ids took 8 % longer.
    """
    return _compile(function, keep=False, _nrt=False, **_OUT_OF_LINE)
