"""What each question of the window scan costs: ``python -m benchmarks.stages``, nanoseconds an id.

Every column is a run that stops behind that question; its cost is what it adds to the one before.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks import workload
from benchmarks.cases import id_patterns
from benchmarks.questions import scan_up_to
from indexer.matching.blocks import read_only
from indexer.matching.finding import room_for
from indexer.matching.kernels.pair_filter import new_scratch
from indexer.matching.kernels.window_search import new_room, search_windows
from indexer.matching.token_matcher import TokenMatcher

STAGES = ("first ids, or groups of eight", "positions", "anchors", "contexts", "walk", "borders and order")
ROUNDS = 15


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--tokens", type=int, default=10_000_000)
    load = workload.load(parser.parse_args().tokens)
    print("| phrases | " + " | ".join(STAGES) + " | together |")
    print("| ---: " * (len(STAGES) + 2) + "|")
    for name in load.phrases:
        taken = least_seconds(_runs(load, name))
        each = np.diff(taken, prepend=0.0) / len(load.stream) * 1e9
        print(f"| {name} | " + " | ".join(f"{cost:.3f}" for cost in (*each, each.sum())) + " |")


def _runs(load: workload.Workload, name: str) -> list[Callable[[], object]]:
    ids, starts, stops = map(read_only, load.rows())
    matcher = TokenMatcher(id_patterns(load, name), None, boundary="none", possessive="include")
    matcher.prepare(ids)
    anchors = matcher._filters[2][1]
    scratch, room, found = new_scratch(), new_room(), room_for(1 << 18)
    tables = matcher._automaton, anchors
    runs: list[Callable[[], object]] = [
        lambda stage=stage: scan_up_to(anchors, ids, stage, scratch) for stage in range(4)
    ]
    runs.append(lambda: search_windows(*tables, ids, starts, stops, 0, found, room))
    runs.append(lambda: matcher.find(ids, starts, stops))
    return runs


def least_seconds(runs: list[Callable[[], object]]) -> np.ndarray:
    """Return the least seconds of each, all by turns."""
    best = np.full(len(runs), np.inf)
    for turn in range(ROUNDS + 1):
        for k, run in enumerate(runs):
            began = time.perf_counter()
            run()
            if turn:  # the first one compiles
                best[k] = min(best[k], time.perf_counter() - began)
    return best


if __name__ == "__main__":
    main()
