"""What each question of the text unit costs: ``python -m benchmarks.text_stages``, nanoseconds an id.

As in `stages`, a column is what a run that goes one question farther adds to the one before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from benchmarks import text_unit, workload
from benchmarks.stages import least_seconds
from indexer.jit.compile import kernel
from indexer.jit.simd import places_of
from indexer.matching.blocks import read_only
from indexer.matching.kernels.block import Block, Row
from indexer.matching.text.kernels.pair_sides import read_sides, test_pairs
from indexer.matching.text.kernels.prefilter import (
    RUN,
    keep_edges,
    keep_splits,
    new_prefilter_scratch,
    passing_positions,
    real_pairs,
)
from indexer.matching.text.kernels.windows import (
    CHUNK,
    CHUNK_STOP,
    ROW,
    STATE_SIZE,
    TextWindows,
    find_windows,
)

STAGES = ("sides", "pairs of ids, wild", "pairs of spellings", "edges", "splits", "windows", "decode, search")


@kernel
def count_sides(table, ids, begin, end, scratch):
    """Return how many positions of ``[begin, end)`` pass the first question."""
    n = 0
    for first in range(begin, end, RUN):
        last = min(first + RUN, end)
        read_sides(table.sides, ids, first, last + 1, scratch.sides)
        test_pairs(scratch.sides, last - first, scratch.tests)
        n += places_of(scratch.tests, last - first, scratch.places)
    return n


@kernel
def scan_up_to(table, ids, stage, scratch):
    """Ask the questions up to a stage; return what the last one let through."""
    total = 0
    for begin in range(0, ids.shape[0] - 1, CHUNK):
        end = min(begin + CHUNK, ids.shape[0] - 1)
        if stage == 0:
            n = count_sides(table, ids, begin, end, scratch)
        else:
            n, _ = passing_positions(table, ids, begin, end, scratch)
        if stage > 1:
            n = real_pairs(table, ids, n, scratch)
        if stage == 3:
            n = keep_edges(table.edges, Row(ids, begin, end + 1), 0, n, scratch)
        if stage == 4:
            n = keep_splits(table, Row(ids, begin, end + 1), 0, n, scratch)
        total += n
    return total


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text_stages", description=__doc__)
    parser.add_argument("--tokens", type=int, default=8_000_000)
    parser.add_argument("--workload", choices=workload.names())
    arguments = parser.parse_args()
    n_tokens = arguments.tokens
    load = workload.load(n_tokens, arguments.workload)
    print("| tokenizer | " + " | ".join(STAGES) + " | together |")
    print("| --- " + "| ---: " * (len(STAGES) + 1) + "|")
    for name in text_unit.tokenizers_of(load):
        text_load = text_unit.load(name, n_tokens, load)
        taken = least_seconds(_runs(text_load))
        each = np.diff(taken, prepend=0.0) / len(text_load.ids) * 1e9
        print(f"| {name} | " + " | ".join(f"{cost:.2f}" for cost in (*each, each.sum())) + " |")


def _runs(load: text_unit.TextLoad) -> list[Callable[[], object]]:
    search = text_unit.prepared_matcher(load)._window_search()
    ids, starts, stops = map(read_only, (load.ids, load.starts, load.stops))
    table, scratch = search.prefilter_of(ids), new_prefilter_scratch(CHUNK)
    windows = TextWindows(*(np.empty(2 * CHUNK + 2, np.int64) for _ in range(4)))

    def all_windows() -> None:
        state = np.zeros(STATE_SIZE, np.int64)
        state[ROW], state[CHUNK_STOP] = len(starts) - 1, -1
        done = False
        while not done:
            _, done = find_windows(table, Block(ids, starts, stops), scratch, state, windows)

    runs: list[Callable[[], object]] = [
        lambda stage=stage: scan_up_to(table, ids, stage, scratch) for stage in range(5)
    ]
    return [*runs, all_windows, lambda: search.find(ids, starts, stops)]


if __name__ == "__main__":
    main()
