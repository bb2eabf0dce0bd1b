"""How much each question of the window scan lets through, as counts: ``python -m benchmarks.funnel``."""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks import workload
from benchmarks.cases import id_patterns
from indexer.matching.kernels.compile import kernel
from indexer.matching.kernels.pair_filter import (
    PairFilter,
    flag_groups,
    load_pair,
    open_windows,
    pair_slot,
    passing_positions,
    windows_for,
)
from indexer.matching.pair_filter import build_filter
from indexer.matching.token_matcher import TokenMatcher, _read_only

BLOCK = 1 << 14


@kernel
def count_block(anchors, ids, begin, end, groups, windows):
    """Return the groups, positions, real anchors and windows of a block, and the ids in its windows."""
    n_groups = flag_groups(anchors.bitmap, anchors.multiplier, anchors.shift, ids, begin, end, groups)
    n_positions = passing_positions(anchors, ids, groups, n_groups, end, windows.position)
    n_anchors = 0
    for k in range(n_positions):
        n_anchors += pair_slot(anchors.tags, load_pair(ids, windows.position[k]))[1]
    n_windows = open_windows(anchors, ids, n_positions, windows)
    n_ids = 0
    walked = np.int64(begin)
    for k in range(n_windows):
        n_ids += max(0, windows.end[k] - max(walked, windows.begin[k]))
        walked = max(walked, windows.end[k])
    return n_groups, n_positions, n_anchors, n_windows, n_ids


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.funnel", description=__doc__)
    parser.add_argument("--tokens", type=int, default=20_000_000)
    arguments = parser.parse_args()
    load = workload.load(arguments.tokens)
    ids, starts, stops = load.rows(arguments.tokens)
    stream = _read_only(ids)
    groups = np.empty(BLOCK // 8 + 1, np.int64)
    windows = windows_for(BLOCK)
    head = "phrases, anchors, bitmap KB, groups, positions, real anchors, windows, ids in them, occurrences"
    print("| " + head.replace(", ", " | ") + " |")
    print("| ---: " * 9 + "|")
    for name in load.phrases:
        patterns = id_patterns(load, name)
        anchors: PairFilter = build_filter(
            _read_only(patterns.ids), _read_only(patterns.offsets.astype(np.int64)), stream[: 1 << 22]
        )
        totals = np.zeros(5, np.int64)
        for begin in range(0, len(stream) - 1, BLOCK):
            end = min(begin + BLOCK, len(stream) - 1)
            totals += count_block(anchors, stream, begin, end, groups, windows)
        matcher = TokenMatcher(patterns, None, boundary="none", possessive="include")
        found = len(matcher.find(ids, starts, stops).row)
        cells = [f"{n / len(ids):.3g}" for n in (*totals, found)]
        n_anchors = int(np.count_nonzero(anchors.tags.view(np.uint16)))
        print(f"| {name} | {n_anchors:,} | {anchors.bitmap.nbytes >> 10} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
