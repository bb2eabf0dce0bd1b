"""The one place that decides how kernels are compiled, and where they are kept.

Kernels release the GIL, so that threads of one process scan beside each other, and they are compiled when
first called, for the array types they are called with.

They are kept on disk, so that a machine compiles once: the first result of a process then takes 0.4 s, not
9.5 s. Numba looks only at the date and size of the file a function stands in, so a change in a function
it calls goes unseen, and packages are unpacked with the same dates in every version. Therefore the directory
is named after the content of all kernel files and the versions that compile them. Numba writes beside and
renames, and keeps processors apart. ``EXPOSURE_KERNEL_CACHE=0`` turns this off, another value names the
directory. ``docs/matching.md`` says how it was tried with several processes.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., object])

_NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel_files() -> list[Path]:
    """Return the files of all kernels: those in a folder of that name."""
    return sorted(Path(__file__).parents[2].glob("*/kernels/*.py"))


def _cache_directory() -> Path | None:
    """Return where compiled kernels are kept; None if nowhere."""
    asked = os.environ.get("EXPOSURE_KERNEL_CACHE", "")
    if asked == "0" or os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return None
    base = Path(asked) if asked else _user_cache() / "exposure-indexer"
    content = hashlib.sha256()
    versions = (sys.version, platform.machine(), numba.__version__, llvmlite.__version__, np.__version__)
    content.update(repr(versions).encode())
    for path in kernel_files():
        content.update(path.name.encode() + path.read_bytes())
    directory = base / f"kernels-{content.hexdigest()[:16]}"
    with suppress(OSError):
        directory.mkdir(parents=True, exist_ok=True)
        if os.access(directory, os.W_OK):
            return directory
    return None


def _user_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return Path(home) if home else Path.home() / ".cache"


_CACHE = _cache_directory()


def _compile(function: Function, *, keep: bool, **options: Any) -> Function:
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    numba.config.CACHE_DIR = "" if _CACHE is None else str(_CACHE)  # type: ignore[attr-defined]
    try:
        cache = keep and _CACHE is not None
        compiled = numba.njit(nogil=True, error_model="numpy", cache=cache, **options)(function)
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
    return _compile(function, keep=False, **_NO_WRAPPERS)


def uncounted(function: Function) -> Function:
    """Compile a function that makes no arrays, so that it need not count references to those it is given.

    Numba counts a reference, atomically, for every array a called function reads out of a tuple. In the
    search of the text stream that was two thirds of the time (10 phrases: 0.16 s counted, 0.05 s uncounted).
    Some of these are called from Python, so they keep their wrappers: without them such a call crashes.
    """
    return _compile(function, keep=True, _nrt=False)


def merged(function: Function) -> Function:
    """Compile a function that is `uncounted` into each of its callers.

    A call hands over an array as seven words. A function that takes twenty arrays, for work on ten ids,
    spent a third of its time on that.
    """
    return _compile(function, keep=True, _nrt=False, forceinline=True)


def leaf(function: Function) -> Function:
    """Compile a function that is both `inlined` and `uncounted`."""
    return _compile(function, keep=False, _nrt=False, **_NO_WRAPPERS)
