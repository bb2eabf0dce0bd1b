"""From files to partials: a scan with all that belongs to it, from the page cache.

Two shards of raw ids on disk and the ids of every phrase in a Parquet file, planned as `exposure index`
does. What is measured is the scan of all shards: reading, hashing, matching, steps, bins and first places.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.cases import Case, Expected, Run
from benchmarks.workload import SEQUENCE_LENGTH, Workload
from indexer.build import plan_index
from indexer.config.load import config_from_tables
from indexer.index_dir import IndexDir
from indexer.scanning.task import ScanTask

N_SHARDS = 2
N_TIMES = 5
"""How often a shard repeats its part of the stream: shards of 200 MB, where fixed costs count little."""


def scanned(workload: Workload, expected: Expected, phrases: str, n_tokens: int, n_threads: int) -> Case:
    """Return the row: occurrences that the partials count."""
    n_rows = n_tokens // SEQUENCE_LENGTH // N_SHARDS * N_SHARDS
    count = N_TIMES * expected.count(phrases, n_rows * SEQUENCE_LENGTH)
    name = f"files to partials, {n_threads} thread{'s' * (n_threads > 1)}"
    return Case(
        "threads",
        name,
        phrases,
        N_TIMES * n_rows * SEQUENCE_LENGTH,
        lambda: _prepared(workload, phrases, n_rows, n_threads),
        count,
    )


def _prepared(workload: Workload, phrases: str, n_rows: int, n_threads: int) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="exposure-bench-"))
    for shard, part in enumerate(np.split(workload.stream[: n_rows * SEQUENCE_LENGTH], N_SHARDS)):
        np.tile(part, N_TIMES).tofile(folder / f"{shard}.bin")
    ids, offsets = workload.phrases[phrases]
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(ids.astype(np.int64)))
    pq.write_table(pa.table({"token_ids": lists}), folder / "phrases.parquet")
    config = config_from_tables(
        {
            "phrases": {"source": "phrases.parquet", "token_ids": "token_ids"},
            "corpus": {
                "format": "headerless",
                "paths": ["*.bin"],
                "dtype": "uint16",
                "sequence_length": SEQUENCE_LENGTH,
            },
            "order": {"batch_size": 64, "checkpoints": list(range(0, N_TIMES * n_rows // 64 + 1, 128))},
            "match": {"unit": "tokens", "boundary": "none"},
        },
        origin="benchmark",
        base=folder,
    )
    plan = plan_index(config, folder / "index")
    task = ScanTask(IndexDir(folder / "index"), plan)
    scanner = task.prepare()

    def run() -> int:
        with ThreadPoolExecutor(n_threads) as threads:
            tables = list(threads.map(lambda one: scanner.scan(one)[0], plan.ranges))
        return sum(int(table["exposure_count"].to_numpy().sum()) for table in tables)

    return run
