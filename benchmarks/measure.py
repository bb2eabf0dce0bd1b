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


def measure(cases: Sequence[Case], rounds: int) -> list[dict]:
    """Return one record a row. All are prepared first and then run by turns: noise meets all alike."""
    ready: list[tuple[Case, Run, dict]] = []
    for case in cases:
        gc.collect()
        private_bytes = _private_bytes_of(case)
        began = time.perf_counter()
        try:
            run = case.prepare()
        except ImportError as error:
            print(f"  left out: {case.name} ({error.name} is not installed)", flush=True)
            continue
        build_seconds = time.perf_counter() - began
        _checked(case, run())  # compiles, and warms the caches
        record = {
            "experiment": case.experiment,
            "name": case.name,
            "phrases": case.phrases,
            "n_tokens": case.n_tokens,
            "occurrences": case.expected,
            "build_seconds": round(build_seconds, 4),
            "private_bytes": private_bytes,
            "seconds": [],
        }
        print(f"  ready: {case.phrases:>5}  {case.name}", flush=True)
        ready.append((case, run, record))
    for turn in range(rounds):
        print(f"  round {turn + 1} of {rounds}", flush=True)
        for case, run, record in ready:
            # Short runs are repeated within a round: one alone would measure the clock and the scheduler.
            best = float("inf")
            spent = 0.0
            while spent < 0.2:
                began = time.perf_counter()
                count = run()
                taken = time.perf_counter() - began
                _checked(case, count)
                best, spent = min(best, taken), spent + taken
            record["seconds"].append(best)
    return [record for _, _, record in ready]


def _checked(case: Case, count: int | None) -> None:
    if count != case.expected:
        raise SystemExit(
            f"{case.name} on {case.phrases} finds {count} occurrences; there are {case.expected}"
        )


def speed(record: dict) -> tuple[float, float, float]:
    """Return the median, the least and the largest number of million tokens a second."""
    speeds = [record["n_tokens"] / seconds / 1e6 for seconds in record["seconds"]]
    return statistics.median(speeds), min(speeds), max(speeds)


def save(records: list[dict], workload: str, arguments: dict) -> Path:
    """Write the raw figures with the machine they come from."""
    run = {
        "format": 2,
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "commit": _commit(),
        "workload": workload,
        "arguments": arguments,
        "machine": machine(),
        "rows": records,
    }
    RECORD.mkdir(exist_ok=True)
    path = RECORD / f"{time.strftime('%Y-%m-%d-%H%M', time.gmtime())}.json"
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
