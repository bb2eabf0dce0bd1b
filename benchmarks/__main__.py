"""``python -m benchmarks``: measure, check, record, print."""

from __future__ import annotations

import argparse
import json

import numpy as np

from benchmarks import cases, end_to_end, gapped, measure, peers, table, ten_million, text_unit, workload
from benchmarks.cases import Case, Expected


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the scan beside its peers."
    )
    parser.add_argument("--tokens", type=int, default=40_000_000, help="ids a fast row reads")
    parser.add_argument("--slow-tokens", type=int, default=1_000_000, help="ids a slow row reads")
    parser.add_argument("--rounds", type=int, default=5, help="turns of all rows; the median counts")
    parser.add_argument("--only", nargs="*", help="experiments to run: " + ", ".join(EXPERIMENTS))
    parser.add_argument(
        "--full", action="store_true", help="peers on a million phrases, and ten million: 20 minutes, 10 GB"
    )
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    load = workload.load(arguments.tokens)
    expected = Expected(load)
    records: list[dict] = []
    for name, experiment in EXPERIMENTS.items():
        if arguments.only and name not in arguments.only:
            continue
        print(f"{name} ...", flush=True)
        records += measure.measure(experiment(load, expected, arguments), arguments.rounds)
    settings = {k: v for k, v in vars(arguments).items() if k != "no_record"}
    if arguments.no_record:
        run = {
            "date": "now",
            "commit": None,
            "workload": load.name,
            "machine": measure.machine(),
            "rows": records,
        }
    else:
        path = measure.save(records, load.name, settings)
        print(f"raw figures: {path.relative_to(table.ROOT)}")
        run = json.loads(path.read_text())
    print()
    print(table.tables(run))


def _scan(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    n, slow = arguments.tokens, arguments.slow_tokens
    return [
        cases.read_limit(load, n),
        cases.filter_alone(load, "134k", n),
        cases.ours(load, expected, "134k", n),
        cases.automaton_alone(load, expected, "134k", n // 4),
        *peers.cases(load, expected, "134k", n, slow),
    ]


def _phrases(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
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


def _threads(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
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
        end_to_end.scanned(load, expected, "134k", n, 2),
    ]


def _blocks(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
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


def _zstd(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    n = arguments.tokens // 2
    return [cases.zstd_blocks(load, expected, "134k", n, search) for search in (False, True)]


def _lengths(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return cases.lengths(load, expected, arguments.tokens // 2)


def _hit_rates(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    return cases.hit_rates(load, expected, arguments.tokens // 4)


def _text_unit(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    names = ("gpt-neox-20b", "t5-base") if load.name == "real" else ("sample",)
    return [
        case for name in names for case in text_unit.cases(text_unit.load(name, arguments.tokens // 2, load))
    ]


def _ten_million(load: workload.Workload, expected: Expected, arguments: argparse.Namespace) -> list[Case]:
    asked = arguments.full or "ten-million" in (arguments.only or ())
    return [ten_million.case(load, arguments.tokens // 20)] if asked else []


EXPERIMENTS = {
    "scan": _scan,
    "phrases": _phrases,
    "threads": _threads,
    "block-size": _blocks,
    "zstd": _zstd,
    "phrase-length": _lengths,
    "hit-rate": _hit_rates,
    "text-unit": _text_unit,
    "gapped": gapped.gapped,
    "ten-million": _ten_million,
}

if __name__ == "__main__":
    main()
