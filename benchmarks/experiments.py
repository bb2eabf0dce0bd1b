"""The experiments: which rows each table has."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from benchmarks import cases, end_to_end, frequent, gapped, peers, ten_million, text_unit
from benchmarks.cases import Case, Expected
from benchmarks.workload import Workload

Experiment = Callable[[Workload, Expected, argparse.Namespace], list[Case]]


def scan(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    n, slow = arguments.tokens, arguments.slow_tokens
    return [
        cases.read_limit(load, n),
        cases.filter_alone(load, load.main, n),
        cases.ours(load, expected, load.main, n),
        cases.automaton_alone(load, expected, load.main, n // 4),
        *peers.cases(load, expected, load.main, n, slow),
    ]


def phrases(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    """The same with fewer and more phrases."""
    n = arguments.tokens
    rows = []
    for name in ("1k", "10k", "1M"):
        rows.append(cases.ours(load, expected, name, n if name != "1M" else n // 4))
        for case in peers.cases(load, expected, name, n, 0)[:4] if name != "1M" or arguments.full else []:
            rows.append(case)
    for case in rows:
        case.experiment = "phrases"
    return rows


def threads(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    n = arguments.tokens

    def in_memory(name: str, **options) -> Case:
        return cases.ours(
            load, expected, "134k", n, experiment="threads", name=name, n_times=cases.N_TIMES, **options
        )

    return [
        in_memory("exposure indexer, ids"),
        in_memory("2 threads", n_threads=2),
        in_memory("uint32 ids", dtype=np.uint32),
        cases.from_file(load, expected, "134k", n, 1),
        cases.from_file(load, expected, "134k", n, 2),
        end_to_end.scanned(load, expected, "134k", n, 1),
        end_to_end.scanned(load, expected, "134k", n, 1, occurrences="all"),
        end_to_end.scanned(load, expected, "134k", n, 2),
    ]


def blocks(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return [
        cases.ours(
            load,
            expected,
            "134k",
            arguments.tokens // 2,
            experiment="block size",
            name=f"{size:,} ids a block",
            block_tokens=size,
        )
        for size in (16_384, 131_072, 1_048_576, 8_388_608)
    ]


def zstd(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    n = arguments.tokens // 2
    return [
        *(cases.zstd_blocks(load, expected, "134k", n, search) for search in (False, True)),
        cases.zstd_file(load, "134k", n),
        end_to_end.scanned(load, expected, "134k", n, 1, experiment="zstd", packed=True),
    ]


def lengths(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return cases.lengths(load, expected, arguments.tokens // 2)


def hit_rates(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return cases.hit_rates(load, expected, arguments.tokens // 4)


def texts(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return [
        case
        for name in text_unit.tokenizers_of(load)
        for case in text_unit.cases(text_unit.load(name, arguments.tokens // 2, load))
    ]


def frequent_texts(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return text_unit.frequent_words(
        text_unit.load(text_unit.tokenizers_of(load)[0], arguments.tokens // 2, load)
    )


def ten_million_phrases(load: Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    asked = arguments.full or "ten-million" in (arguments.only or ())
    return [ten_million.case(load, arguments.tokens // 20)] if asked else []


EXPERIMENTS: dict[str, Experiment] = {
    "scan": scan,
    "phrases": phrases,
    "threads": threads,
    "block-size": blocks,
    "zstd": zstd,
    "phrase-length": lengths,
    "hit-rate": hit_rates,
    "frequent": frequent.frequent,
    "text-unit": texts,
    "frequent-text": frequent_texts,
    "gapped": gapped.gapped,
    "ten-million": ten_million_phrases,
}
