"""Compiles the largest kernels of a first scan in a process beside, while phrases are planned.

Numba compiles one kernel at a time in a process, and those that decode and search text take most of the time
of a first run. A process of its own, ``python -m indexer.scanning.first_compile``, compiles some of them into
the kernel cache; the scan compiles the others and takes these from there. A lock for each part keeps two
processes from compiling the same, and is let go of when a process dies. Where nothing is kept, or the parts
are compiled already, none of this happens.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from indexer.cores import n_cores
from indexer.jit.compile import CACHE
from indexer.matching.borders import border_rules
from indexer.matching.text.full_search import DecodingSearch
from indexer.scanning.tally import prepare_tally
from indexer.vocabulary import TokenBytes

BESIDE = ("search", "counts")
"""What is compiled beside the planning: the parts that take ids of any width."""
_DTYPES: dict[str, DTypeLike] = {"decode-uint16": np.uint16, "decode-uint32": np.uint32}


@contextmanager
def compiling_beside(parts: Sequence[str] = BESIDE) -> Iterator[None]:
    """Have parts that are not compiled yet compiled by another process, if there is a core for it."""
    if not _open_parts(parts) or n_cores() < 2:
        yield
        return
    command = [sys.executable, "-m", __name__, *parts]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def compile_parts(parts: Sequence[str]) -> None:
    """Compile parts that are not, first those that no other process is at.

    Where the cache cannot be locked, a scan compiles what it needs when it needs it.
    """
    with suppress(OSError):
        busy = [part for part in _open_parts(parts) if not _compile(part, wait=False)]
        for part in busy:
            _compile(part, wait=True)


def parts_of_text(dtype: np.dtype[np.generic]) -> list[str]:
    """Return the parts that a scan of text compiles, given the dtype of its ids."""
    return [*(part for part, of_part in _DTYPES.items() if of_part == dtype), *BESIDE]


def _open_parts(parts: Sequence[str]) -> list[str]:
    if CACHE is None:
        return []
    return [part for part in parts if not _marker(CACHE, part).exists()]


def _marker(directory: Path, part: str) -> Path:
    return directory / f"{part}.compiled"


def _compile(part: str, *, wait: bool) -> bool:
    """Compile a part unless another process is at it; having waited for that one, look again."""
    if CACHE is None:
        return True
    with (CACHE / f"{part}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        if not _marker(CACHE, part).exists():
            _PARTS[part]()
            _marker(CACHE, part).touch()
    return True


def _small_search() -> DecodingSearch:
    """Return a search of the same types as any other: for one word in a vocabulary of two ids."""
    vocabulary = TokenBytes(
        np.frombuffer(b"it", np.uint8).copy(), np.array([0, 2, 2]), np.array([False, True])
    )
    rules = border_rules(boundary="word", possessive="include")
    return DecodingSearch({b"it": [0]}, vocabulary, rules, case="fold", whitespace="exact")


_PARTS: dict[str, Callable[[], object]] = {
    "decode-uint16": lambda: _small_search().compile_decoding(np.uint16),
    "decode-uint32": lambda: _small_search().compile_decoding(np.uint32),
    "search": lambda: _small_search().compile_search(),
    "counts": prepare_tally,
}


if __name__ == "__main__":
    compile_parts(sys.argv[1:] or [*BESIDE, "decode-uint16"])
