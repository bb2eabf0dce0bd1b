"""Runs the rows by turns, checks every count, and keeps the raw figures."""

from __future__ import annotations

import gc
import importlib.metadata
import json
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.cases import Case, Run

RECORD = Path(__file__).resolve().parent / "record"
PACKAGES = (
    "numpy",
    "numba",
    "hyperscan",
    "ahocorasick-rs",
    "daachorse",
    "pyahocorasick",
    "tokengrams",
    "duckdb",
)


def measure(cases: Sequence[Case], rounds: int, memory: bool = True, clock: str = "wall") -> list[dict]:
    """Return one record a row. All are prepared first and then run by turns: noise meets all alike.

    With the clock ``processor`` rows of one thread are told in the time that the thread had a core: the one
    that can be compared where other work shares the cores.
    """
    ready: list[tuple[Case, Run, dict]] = []
    for number, case in enumerate(cases, 1):
        _say(f"preparing {number} of {len(cases)}  {case.workload} {case.phrases:>6}  {case.name}")
        gc.collect()
        private_bytes = _private_bytes_of(case) if memory else None
        began = time.perf_counter()
        try:
            run = case.prepare()
        except ImportError as error:
            print(
                f"  left out: {case.name} ({error.name} is not installed; make bench installs it)", flush=True
            )
            continue
        build_seconds = time.perf_counter() - began
        _checked(case, run())  # compiles, and warms the caches
        record = {
            "experiment": case.experiment,
            "workload": case.workload,
            "name": case.name,
            "phrases": case.phrases,
            "n_tokens": case.n_tokens,
            "occurrences": case.expected,
            "build_seconds": round(build_seconds, 4),
            "private_bytes": private_bytes,
            "clock": clock if case.one_thread else "wall",
            "seconds": [],
        }
        ready.append((case, run, record))
    for turn in range(rounds):
        _say(f"round {turn + 1} of {rounds}")
        for case, run, record in ready:
            now = time.thread_time if record["clock"] == "processor" else time.perf_counter
            # Short runs are repeated within a round: one alone would measure the clock and the scheduler.
            # One that waited for its turn may find that the host has taken its memory (4 times as slow, seen
            # on a virtual machine after 3 s), so all but the slowest run twice.
            best = float("inf")
            spent, n_runs = 0.0, 0
            while spent < 0.2 or (n_runs < 2 and spent < 2):
                began = now()
                count = run()
                taken = now() - began
                _checked(case, count)
                best, spent, n_runs = min(best, taken), spent + taken, n_runs + 1
            record["seconds"].append(best)
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)
    return [record for _, _, record in ready]


def _say(text: str) -> None:
    """Print what is going on: one line that the next takes the place of, on a terminal."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {text}", end="", flush=True)
    else:
        print(f"  {text}", flush=True)


def _checked(case: Case, count: int | None) -> None:
    if count != case.expected:
        raise SystemExit(
            f"\nWrong answer: {case.name} finds {count} occurrences of {case.phrases},"
            f" but there are {case.expected}"
            f" ({case.experiment}, {case.workload or 'own corpus'}, the first {case.n_tokens:,} ids)"
        )


def speed(record: dict) -> tuple[float, float, float]:
    """Return the median, the least and the largest number of million tokens a second."""
    speeds = [record["n_tokens"] / seconds / 1e6 for seconds in record["seconds"]]
    return statistics.median(speeds), min(speeds), max(speeds)


def run_of(records: list[dict], workload: str, arguments: dict) -> dict:
    """Return the raw figures with the machine they come from."""
    return {
        "format": 2,
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "commit": _commit(),
        "workload": workload,
        "arguments": arguments,
        "machine": machine(),
        "rows": records,
    }


def save(run: dict) -> Path:
    """Write a run; its file is named after its date."""
    RECORD.mkdir(exist_ok=True)
    path = RECORD / f"{run['date'].replace(' ', '-').replace(':', '')}.json"
    path.write_text(json.dumps(run, indent=1) + "\n")
    return path


def machine() -> dict:
    """Describe the machine: its processor, caches, memory and programs, not its name."""
    processor, flags = platform.processor() or platform.machine(), ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        known = dict(line.replace("\t", "").split(": ", 1) for line in lines if ": " in line)
        processor, flags = known.get("model name", processor), known.get("flags", "")
    except OSError:
        pass
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "avx512": "avx512bw" in flags,
        "load_before": os.getloadavg()[0],
        "caches": _caches(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "packages": {name: _version(name) for name in PACKAGES},
        "peak_resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _caches() -> dict[str, str]:
    sizes = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = (index / "type").read_text().strip()
        if kind != "Instruction":
            sizes[f"L{(index / 'level').read_text().strip()}"] = (index / "size").read_text().strip()
    return sizes


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        cwd=RECORD.parent,
        check=False,
    )
    return found.stdout.strip() or None


def _private_bytes_of(case: Case) -> int | None:
    """Return the most memory a row takes beside the workload: prepared and run once, in a process of its own.

    That process begins as a copy of this one and shares its pages; what it writes or maps is its own. The
    peak is read from samples 10 ms apart.
    """
    context = multiprocessing.get_context("fork")
    finished = context.Event()
    child = context.Process(target=_prepare_and_run, args=(case, finished))
    child.start()
    most = 0
    while child.is_alive() and not finished.wait(0.01):
        most = max(most, _private_bytes(child.pid))
    child.join()
    return most if child.exitcode == 0 else None


def _prepare_and_run(case: Case, finished: Event) -> None:
    try:
        case.prepare()()
    except ImportError:
        sys.exit(1)
    finished.set()


def _private_bytes(process: int | None) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Private_"))
