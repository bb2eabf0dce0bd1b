"""How much each question of the window scan lets through, as counts: ``python -m benchmarks.funnel``."""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks import text_unit, workload
from benchmarks.cases import id_patterns
from benchmarks.text_stages import count_sides
from indexer.matching.blocks import read_only
from indexer.matching.ids.kernels.inspection import STAGES, scan_up_to
from indexer.matching.ids.kernels.prefilter import IdPrefilter, new_prefilter_scratch
from indexer.matching.ids.matcher import TokenMatcher
from indexer.matching.ids.prefilter import build_prefilter
from indexer.matching.kernels.block import Block, Row
from indexer.matching.text.kernels import prefilter as text_filter
from indexer.matching.text.kernels.windows import (
    CHUNK,
    CHUNK_STOP,
    ROW,
    STATE_SIZE,
    TextWindows,
    find_windows,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.funnel", description=__doc__)
    parser.add_argument("--tokens", type=int, default=20_000_000)
    parser.add_argument("--workload", choices=workload.names())
    parser.add_argument("--text", action="store_true", help="the questions of the text unit")
    arguments = parser.parse_args()
    load = workload.load(arguments.tokens, arguments.workload)
    if arguments.text:
        text_funnel(load, arguments.tokens)
        return
    ids, starts, stops = load.rows(arguments.tokens)
    stream = read_only(ids)
    scratch = new_prefilter_scratch()
    head = "phrases, anchors, bitmap KB, keys, positions, real anchors, windows, ids in them, occurrences"
    print("| " + head.replace(", ", " | ") + " |")
    print("| ---: " * 9 + "|")
    for name in load.phrases:
        patterns = id_patterns(load, name)
        anchors: IdPrefilter = build_prefilter(patterns, stream[: 1 << 22])
        totals = [scan_up_to(anchors, stream, stage, scratch) for stage in range(len(STAGES))]
        matcher = TokenMatcher(patterns, None, boundary="none", possessive="include")
        found = len(matcher.find(ids, starts, stops).row)
        cells = [f"{n / len(ids):.3g}" for n in (*totals, found)]
        n_anchors = int(np.count_nonzero(anchors.tags.view(np.uint16)))
        print(f"| {name} | {n_anchors:,} | {anchors.bitmap.words.nbytes >> 10} | " + " | ".join(cells) + " |")


def text_funnel(load: workload.Workload, n_tokens: int) -> None:
    """Print what each question of the text unit lets through."""
    head = "tokenizer, phrases, sides, pairs of ids, of spellings, sites, windows, ids in them, occurrences"
    print("| " + head.replace(", ", " | ") + " |")
    print("| --- " + "| ---: " * 8 + "|")
    for name in text_unit.tokenizers_of(load):
        text_load = text_unit.load(name, n_tokens, load)
        matcher = text_unit.prepared_matcher(text_load)
        search = matcher._window_search()
        ids, starts, stops = map(read_only, (text_load.ids, text_load.starts, text_load.stops))
        table = search.prefilter_of(ids)
        scratch = text_filter.new_prefilter_scratch(CHUNK)
        totals = np.zeros(4, np.int64)
        for begin in range(0, len(ids) - 1, CHUNK):
            end = min(begin + CHUNK, len(ids) - 1)
            n_sides = count_sides(table, ids, begin, end, scratch)
            n_positions, _ = text_filter.passing_positions(table, ids, begin, end, scratch)
            n_pairs = text_filter.real_pairs(table, ids, n_positions, scratch)
            n_splits = text_filter.keep_splits(table, Row(ids, begin, end + 1), 0, n_pairs, scratch)
            totals += (n_sides, n_positions, n_pairs, n_splits)
        state = np.zeros(STATE_SIZE, np.int64)
        state[ROW], state[CHUNK_STOP] = len(starts) - 1, -1
        windows = TextWindows(*(np.empty(2 * CHUNK + 2, np.int64) for _ in range(4)))
        n_windows = n_ids = 0
        done = False
        while not done:
            n, done = find_windows(table, Block(ids, starts, stops), scratch, state, windows)
            n_windows += n
            n_ids += int((windows.end[:n] - windows.first[:n]).sum())
        found = len(matcher.find(ids, starts, stops).row)
        cells = [f"{n / len(ids):.3g}" for n in (*totals, n_windows, n_ids, found)]
        print(f"| {name} | {len(text_load.texts):,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
