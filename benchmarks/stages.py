"""What each question of the window scan costs: ``python -m benchmarks.stages``, nanoseconds an id.

Every column is a run that stops behind that question; its cost is what it adds to the one before. With
``--gapped``: 134,000 phrases alone, and with 10,000 gapped patterns of each kind.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from benchmarks import workload
from benchmarks.cases import id_patterns
from benchmarks.gapped import KINDS, matcher_of, pattern_set
from indexer.matching.blocks import read_only
from indexer.matching.ids.kernels.inspection import scan_up_to
from indexer.matching.ids.kernels.prefilter import new_prefilter_scratch
from indexer.matching.ids.kernels.windows import new_scratch, search_windows
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.search import new_hit_buffer
from indexer.matching.kernels.block import Block

QUESTIONS = ("keys", "positions", "anchors", "contexts")
SEARCH = ("walk", "borders and order")
JOINING = ("parts beside anchors", "joining")
ROUNDS = 15

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--tokens", type=int, default=10_000_000)
    parser.add_argument("--workload", choices=workload.names())
    parser.add_argument("--gapped", action="store_true", help="the questions put for phrases with gaps")
    arguments = parser.parse_args()
    load = workload.load(arguments.tokens, arguments.workload)
    rows = tuple(map(read_only, load.rows()))
    if arguments.gapped:
        _print_head("patterns", (*QUESTIONS, *SEARCH, *JOINING))
        alone = phrase_runs(_matcher(load, "134k"), rows)
        _print_row("none", [*alone[:4], alone[3], *alone[4:], alone[-1], alone[-1]], load)
        for name, least_ids, unit in KINDS:
            _print_row(f"{name}, gaps in {unit}", gapped_runs(load, least_ids, unit, rows), load)
        return
    _print_head("phrases", (*QUESTIONS, *SEARCH))
    for name in load.phrases:
        _print_row(name, phrase_runs(_matcher(load, name), rows), load)


def _matcher(load: workload.Workload, phrases: str) -> TokenMatcher:
    matcher = TokenMatcher(id_patterns(load, phrases), None, boundary="none", possessive="include")
    matcher.prepare(load.stream)
    return matcher


def phrase_runs(matcher: TokenMatcher, rows: Rows) -> list[Callable[[], object]]:
    """Return a run up to each question, up to the walk, and the whole search; the filter must be built."""
    ids, starts, stops = rows
    anchors = matcher.prefilter_of(ids)
    scratch, search_scratch, found = new_prefilter_scratch(), new_scratch(), new_hit_buffer(1 << 18)
    runs: list[Callable[[], object]] = [
        lambda stage=stage: scan_up_to(anchors, ids, stage, scratch) for stage in range(len(QUESTIONS))
    ]
    runs.append(lambda: search_windows(matcher._automaton, anchors, Block(*rows), 0, found, search_scratch))
    runs.append(lambda: matcher.find(ids, starts, stops))
    return runs


def gapped_runs(load: workload.Workload, least_ids: int, unit: str, rows: Rows) -> list[Callable[[], object]]:
    """Return the same for a matcher of phrases with gaps: parts beside anchors and joining behind it."""
    ids, starts, stops = rows
    whole = matcher_of(pattern_set(load, least_ids, unit), load.tokenizer.token_bytes())
    whole.find(ids, starts, stops)
    anchored = whole._matcher
    matcher = anchored._chosen.for_block(ids, starts, stops).matcher
    runs = phrase_runs(matcher, rows)
    runs.append(lambda: anchored.find_partitioned(ids, starts, stops))
    runs.append(lambda: whole.find(ids, starts, stops))
    return runs


def _print_head(what: str, stages: tuple[str, ...]) -> None:
    print(f"| {what} | " + " | ".join(stages) + " | together |")
    print("| ---: " * (len(stages) + 2) + "|")


def _print_row(name: str, runs: list[Callable[[], object]], load: workload.Workload) -> None:
    taken = least_seconds(runs)
    each = np.diff(taken, prepend=0.0) / len(load.stream) * 1e9
    print(f"| {name} | " + " | ".join(f"{cost:.3f}" for cost in (*each, each.sum())) + " |", flush=True)


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
