"""What two threads lose to each other: ``python -m benchmarks.cores``.

Each core scans its half of the stream alone, then both do at once, by turns. The share of their own speed
that cores keep beside each other is the scan's scaling; how far the two differ alone, and how much they vary,
is the machine's. A loop of arithmetic that touches no memory is put to the same test. Linux only.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from benchmarks import workload
from benchmarks.cases import id_patterns
from indexer.matching.blocks import read_only
from indexer.matching.ids.matcher import TokenMatcher

TURNS = 60
N_CORES = 2


@numba.njit(nogil=True)
def arithmetic(n):
    """Return the end of a long chain of shifts and additions."""
    x = np.uint64(1)
    for k in range(n):
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x += np.uint64(k)
    return x


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cores", description=__doc__)
    parser.add_argument("--tokens", type=int, default=80_000_000)
    load = workload.load(parser.parse_args().tokens)
    ids, starts, stops = map(read_only, load.rows())
    matcher = TokenMatcher(id_patterns(load, "134k"), None, boundary="none", possessive="include")
    matcher.prepare(ids)
    half = len(starts) // N_CORES

    def scan(core: int) -> object:
        return matcher.find(ids, starts[core * half :][:half], stops[core * half :][:half])

    print("| work | cores alone, ms | both, ms | speed kept | 2 cores / 1 |")
    print("| --- " + "| ---: " * 4 + "|")
    for name, work in (("arithmetic", lambda core: arithmetic(8_000_000)), ("scan, 134k", scan)):
        alone, beside = by_turns(work)
        kept, whole = alone / beside, alone.sum(axis=1) / beside.max(axis=1)
        cells = (
            ", ".join(_spread(alone[:, core] * 1e3, 1) for core in range(N_CORES)),
            _spread(beside.max(axis=1) * 1e3, 1),
            _spread(kept.ravel(), 2),
            _spread(whole, 2),
        )
        print(f"| {name} | " + " | ".join(cells) + " |")


def by_turns(work: Callable[[int], object]) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds of each core alone, and of each beside the other, in every turn."""
    cores = sorted(os.sched_getaffinity(0))[:N_CORES]
    threads = [ThreadPoolExecutor(1, initializer=_pin, initargs=(core,)) for core in cores]

    def timed(core: int) -> float:
        began = time.perf_counter()
        work(core)
        return time.perf_counter() - began

    alone, beside = [], []
    for turn in range(TURNS + 2):
        apart = [thread.submit(timed, core).result() for core, thread in enumerate(threads)]
        waiting = [thread.submit(timed, core) for core, thread in enumerate(threads)]
        together = [future.result() for future in waiting]
        if turn >= 2:  # the first one compiles
            alone.append(apart)
            beside.append(together)
    return np.array(alone), np.array(beside)


def _pin(core: int) -> None:
    os.sched_setaffinity(threading.get_native_id(), {core})


def _spread(values: np.ndarray, digits: int) -> str:
    low, middle, high = np.percentile(values, [10, 50, 90])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    main()
