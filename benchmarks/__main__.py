"""``python -m benchmarks``: measure, check, record, print."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks import measure, table, workload
from benchmarks.cases import Case, Expected
from benchmarks.experiments import EXPERIMENTS
from benchmarks.own_corpus import measure_own
from indexer.errors import ExposureError
from indexer.foreign_errors import translate


def main() -> None:
    arguments = _arguments()
    load, n_cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > n_cores and arguments.clock == "wall":
        print(
            f"Note: other work is running (load average {load:.1f} on {n_cores} cores): speeds are too low."
            " With --clock processor they are told in the time a row had a core."
        )
    if arguments.corpus:
        try:
            records = measure_own(arguments.corpus, arguments)
        except Exception as error:
            known = error if isinstance(error, ExposureError) else translate(error, path=arguments.corpus)
            if known is None:
                raise
            print(f"Error: {known}", file=sys.stderr)
            raise SystemExit(known.exit_code) from None
        names = [arguments.corpus.name]
    else:
        names = workload.names() if arguments.workload == "both" else [arguments.workload]
        records = _measured(names, arguments)
    run = measure.run_of(records, " and ".join(names), _settings(arguments))
    # What somebody's own corpus is called is nobody else's business: its record is not kept beside ours.
    if not arguments.no_record and not arguments.corpus:
        path = measure.save(run)
        print(f"raw figures: {path.relative_to(table.ROOT)}")
    print()
    print(table.tables(run))


def _measured(names: list[str], arguments: argparse.Namespace) -> list[dict]:
    loads = [workload.load(arguments.tokens, name) for name in names]
    known = [Expected(load) for load in loads]
    chosen = {name: one for name, one in EXPERIMENTS.items() if name in (arguments.only or EXPERIMENTS)}
    records: list[dict] = []
    for number, (name, experiment) in enumerate(chosen.items(), 1):
        print(f"[{time.monotonic() - BEGAN:4.0f} s] {number} of {len(chosen)}: {name}", flush=True)
        cases: list[Case] = []
        for load, expected in zip(loads, known, strict=True):
            of_load = experiment(load, expected, arguments)
            for case in of_load:
                case.workload = load.name
            cases += of_load
        records += measure.measure(cases, arguments.rounds, not arguments.no_memory, arguments.clock)
    return records


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the scan beside its peers."
    )
    parser.add_argument(
        "--corpus", type=Path, help="an exposure.toml: measure its own shards and phrases (a bounded part)"
    )
    parser.add_argument(
        "--workload",
        choices=[*workload.names(), "both"],
        default=workload.names()[0],
        help="the seeded language, real text where it lies beside the project, or both by turns",
    )
    parser.add_argument("--tokens", type=_number, default=40_000_000, help="ids a fast row reads")
    parser.add_argument("--slow-tokens", type=_number, default=1_000_000, help="ids a slow row reads")
    parser.add_argument("--rounds", type=_number, default=5, help="turns of all rows; the median counts")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=EXPERIMENTS,
        metavar="NAME",
        help="experiments to run: " + ", ".join(EXPERIMENTS),
    )
    parser.add_argument(
        "--full", action="store_true", help="peers on a million phrases, and ten million: 20 minutes, 10 GB"
    )
    parser.add_argument(
        "--clock",
        choices=("wall", "processor"),
        default="wall",
        help="processor: where other work shares the cores, rows of one thread in the time they had one",
    )
    parser.add_argument("--no-memory", action="store_true", help="leave out the peak memory: half the time")
    parser.add_argument("--no-record", action="store_true", help="print only")
    return parser.parse_args()


def _number(text: str) -> int:
    """Read a number of one or more, as in 40000000, 40_000_000 or 40M."""
    try:
        value = int(text[:-1]) * 1_000_000 if text[-1:] == "M" else int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a number of one or more, as in 40000000 or 40M")
    return value


def _settings(arguments: argparse.Namespace) -> dict:
    left_out = ("no_record", "corpus", "workload")
    return {key: value for key, value in vars(arguments).items() if key not in left_out}


BEGAN = time.monotonic()

if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was recorded.", file=sys.stderr)
        raise SystemExit(130) from None
