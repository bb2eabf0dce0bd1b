"""Plan, status and merge of a corpus far beyond one machine: 200,000 shards of 75 million ids, 15e12 in all.

``python -m benchmarks.scale_simulation [--shards 200000] [--rows 1000] [--folder build/scale]``

The shards are sparse files: they have their size, some kilobytes of ids of their own, and take next to no
disk (id 0 is said to be padding). Nothing is scanned; partials are written as scans would, of so
many rows each, and counts that are known beforehand, so that the merged table is compared with what it should
say. Each step runs in a process of its own, of which seconds, processor time and the largest memory are
printed.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
LENGTH = 2048
N_PHRASES = 134_000
STEPS_APART = 10_000
"""Steps from one checkpoint to the next."""


def write_corpus(folder: Path, n_shards: int, n_ids: int) -> None:
    """Write sparse shards of random beginnings, phrases of ids, and a configuration."""
    (folder / "shards").mkdir(parents=True)
    rng = np.random.default_rng(20261129)
    for number in range(n_shards):
        with open(folder / f"shards/{number:06}.bin", "wb") as file:
            file.write(rng.integers(0, 50_000, 1024, dtype=np.uint16).tobytes())
            file.truncate(2 * n_ids)
    phrases = rng.integers(1, 50_000, (2 * N_PHRASES, 4))
    phrases = np.unique(phrases, axis=0)[:N_PHRASES].tolist()
    lines = (json.dumps({"id": row, "token_ids": ids}) for row, ids in enumerate(phrases))
    (folder / "phrases.jsonl").write_text("\n".join(lines) + "\n")
    n_steps = n_shards * (n_ids // LENGTH) // 2048
    grid = [*range(STEPS_APART, n_steps, STEPS_APART), n_steps]
    (folder / "exposure.toml").write_text(
        f"""[phrases]
source = "phrases.jsonl"
token_ids = "token_ids"
[corpus]
paths = ["shards/*.bin"]
format = "headerless"
dtype = "uint16"
vocab_size = 50000
sequence_length = {LENGTH}
special_ids = [0]
[order]
batch_size = 2048
drop_last = true
checkpoints = {grid}
[match]
unit = "tokens"
"""
    )


def write_partials(root: Path, n_rows: int) -> None:
    """Write a partial for each range: each phrase of a run of them is exposed twice in it."""
    import pyarrow as pa

    from indexer.index_dir import IndexDir
    from indexer.partials import SCHEMA, PartialFacts, SliceFacts, write_partial
    from indexer.plan.plan_file import read_plan

    index = IndexDir(root)
    plan = read_plan(index.plan_file)
    grid = np.array(plan.checkpoints)
    n_seen = np.zeros(plan.n_phrases, np.int64)
    for scan_range in plan.ranges:
        phrases = (np.arange(n_rows) + scan_range.number * 7919) % plan.n_phrases
        phrases.sort()
        n_seen[phrases] += 2
        steps = np.array([scan_range.start, scan_range.stop - 1]) // 2048
        steps = np.minimum(steps, plan.order.stop_step - 1)
        bins = grid[np.searchsorted(grid, steps, side="right")]
        of_bins = [{"checkpoint": int(one), "exposure_count": 1} for one in bins]
        if bins[0] == bins[1]:
            of_bins = [{"checkpoint": int(bins[0]), "exposure_count": 2}]
        places = [
            {"step": int(steps[0]), "sequence": scan_range.start, "token_offset": at, "n_tokens": 4}
            for at in (0, 8)
        ]
        rows = pa.table(
            {
                "unit": pa.array(["tokens"] * n_rows),
                "phrase_id": pa.array(phrases, pa.int32()),
                "exposure_count": pa.array(np.full(n_rows, 2), pa.uint64()),
                "sequence_count": pa.array(np.ones(n_rows), pa.uint64()),
                "first_step": pa.array(np.full(n_rows, steps[0]), pa.int64()),
                "first_sequence": pa.array(np.full(n_rows, scan_range.start), pa.int64()),
                "first_offset": pa.array(np.zeros(n_rows), pa.int32()),
                "last_step": pa.array(np.full(n_rows, steps[1]), pa.int64()),
                "bins": pa.array([of_bins] * n_rows, SCHEMA.field("bins").type),
                "places": pa.array([places] * n_rows, SCHEMA.field("places").type),
                "alone": pa.array([[]] * n_rows, SCHEMA.field("alone").type),
            }
        )
        visited = np.zeros(len(grid), np.int64)
        visited[np.searchsorted(grid, steps[0], side="right")] = (scan_range.stop - scan_range.start) * LENGTH
        slices = tuple(
            SliceFacts(
                one.shard,
                one.start,
                one.stop,
                (one.stop - one.start) * LENGTH,
                one.stop - one.start,
                f"{one.start:032x}",
                plan.files_hash(one.shard),
            )
            for one in scan_range.slices
        )
        facts = PartialFacts(plan.fingerprint, scan_range.number, slices, tuple(visited.tolist()))
        path = index.partial_file(scan_range.number)
        path.parent.mkdir(exist_ok=True)
        write_partial(path, rows, facts)
    np.save(root / "seen.npy", n_seen)


def compare(root: Path) -> None:
    """Compare the merged table with what the partials were made of."""
    import duckdb

    with duckdb.connect(str(root / "exposures.duckdb"), read_only=True) as connection:
        counts = connection.execute("SELECT exposure_count FROM exposures ORDER BY phrase_id").fetchnumpy()
    if not np.array_equal(counts["exposure_count"], np.load(root / "seen.npy")):
        raise SystemExit("the merged table is wrong")


STEPS = {
    "plan": ["-m", "indexer", "plan", "{folder}/exposure.toml", "--out", "{folder}/index"],
    "status, nothing scanned": ["-m", "indexer", "status", "{folder}/index", "--json"],
    "missing, as an array": [
        *("-m", "indexer", "status", "{folder}/index"),
        *("--missing", "--format", "array", "--tasks", "1024"),
    ],
    "(partials are written)": ["-m", "benchmarks.scale_simulation", "--write", "{folder}/index"],
    "status, all scanned": ["-m", "indexer", "status", "{folder}/index", "--json"],
    "merge": ["-m", "indexer", "merge", "{folder}/index"],
    "(the table is compared)": ["-m", "benchmarks.scale_simulation", "--compare", "{folder}/index"],
}


def main() -> None:
    """Write the corpus, run the steps, and print what each took."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--shards", type=int, default=200_000)
    words.add_argument("--ids", type=int, default=75_000_000, help="Of each shard.")
    words.add_argument("--rows", type=int, default=1_000, help="Of each partial.")
    words.add_argument("--begin", default="plan", choices=STEPS, help="With this step of an earlier run.")
    words.add_argument("--folder", type=Path, default=ROOT / "build" / "scale")
    words.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    words.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.write:
        write_partials(options.write, options.rows)
        return
    if options.compare:
        compare(options.compare)
        return
    folder = options.folder
    if not (folder / "exposure.toml").exists():
        write_corpus(folder, options.shards, options.ids)
    print(
        f"{options.shards:,} shards of {options.ids:,} ids, {options.rows:,} rows a partial; {_processor()}"
    )
    print(f"{'step':<26} {'seconds':>8} {'CPU':>8} {'memory MB':>10}")
    for step, words_of_step in list(STEPS.items())[list(STEPS).index(options.begin) :]:
        command = [sys.executable, *(word.format(folder=folder) for word in words_of_step)]
        if "--write" in command:
            command += ["--rows", str(options.rows)]
        began = time.perf_counter()
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        _, code, usage = _waited(child)
        if code:
            raise SystemExit(f"{step} failed: {' '.join(command)}")
        cpu = usage.ru_utime + usage.ru_stime
        print(
            f"{step:<26} {time.perf_counter() - began:>8.1f} {cpu:>8.1f} {usage.ru_maxrss / 1024:>10,.0f}",
            flush=True,
        )
    partials = list((folder / "index" / "partials").iterdir())
    n_bytes = sum(path.stat().st_size for path in partials)
    plan_bytes = (folder / "index" / "plan.json").stat().st_size
    print(f"{len(partials):,} partials, {n_bytes / 1e6:,.0f} MB; plan.json {plan_bytes / 1e6:,.0f} MB")


def _waited(child: subprocess.Popen) -> tuple[int, int, resource.struct_rusage]:
    """Wait for a child; return its own usage: the largest memory of all children would hide the others'."""
    import os

    pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return pid, child.returncode, usage


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
