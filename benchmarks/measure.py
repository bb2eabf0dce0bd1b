"""Runs the rows by turns, checks every count, and keeps the raw figures."""

from __future__ import annotations

import gc
import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Sequence
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
        before, began = _resident_bytes(), time.perf_counter()
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
            "resident_bytes": max(0, _resident_bytes() - before),
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
        "format": 1,
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


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
