"""From files to partials: a scan with all that belongs to it, from the page cache.

Two shards of raw ids on disk and the ids of every phrase in a Parquet file, planned as `exposure index`
does. What is measured is the scan of all shards by forked workers, as there: reading, hashing, matching,
steps, bins and first places.
"""

from __future__ import annotations

import multiprocessing

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.cases import N_TIMES, Case, Expected, Run, zstd_frames
from benchmarks.scratch import new_folder
from benchmarks.workload import END_OF_DOCUMENT, SEQUENCE_LENGTH, Workload
from indexer.build import plan_index
from indexer.config.load import config_from_tables
from indexer.index_dir import IndexDir
from indexer.scanning.task import ScanTask

N_SHARDS = 2
BATCH_SIZE = 64


def scanned(
    workload: Workload,
    expected: Expected,
    phrases: str,
    n_tokens: int,
    n_workers: int,
    occurrences: str = "none",
    *,
    experiment: str = "threads",
    packed: bool = False,
) -> Case:
    """Return the row: occurrences that the partials count; or that are written beside them, each a row.

    Packed shards are of zstd frames of 1 MiB; a worker that has a second core to itself unpacks ahead there.
    """
    n_rows = n_tokens // SEQUENCE_LENGTH
    n_rows -= n_rows % (BATCH_SIZE * N_SHARDS)  # what fills no batch would not be trained on
    count = N_TIMES * expected.count(phrases, n_rows * SEQUENCE_LENGTH)
    written = "partials and occurrences" if occurrences == "all" else "partials"
    files = "zstd-3 files" if packed else "files"
    name = f"{files} to {written}, {n_workers} worker{'s' * (n_workers > 1)}"
    return Case(
        experiment,
        name,
        phrases,
        N_TIMES * n_rows * SEQUENCE_LENGTH,
        lambda: _prepared(workload, phrases, n_rows, n_workers, occurrences, packed),
        count,
        one_thread=False,
    )


def _prepared(
    workload: Workload,
    phrases: str,
    n_rows: int,
    n_workers: int,
    occurrences: str,
    packed: bool,
) -> Run:
    folder = new_folder()
    for shard, part in enumerate(np.split(workload.stream[: n_rows * SEQUENCE_LENGTH], N_SHARDS)):
        data = b"".join(zstd_frames(part)) if packed else part.tobytes()
        (folder / f"{shard}.bin{'.zst' * packed}").write_bytes(data * N_TIMES)
    ids, offsets = workload.phrases[phrases]
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(ids.astype(np.int64)))
    pq.write_table(pa.table({"token_ids": lists}), folder / "phrases.parquet")
    config = config_from_tables(
        {
            "phrases": {"source": "phrases.parquet", "token_ids": "token_ids"},
            "corpus": {
                "format": "headerless",
                "paths": ["*.bin*"],
                "dtype": "uint16",
                "sequence_length": SEQUENCE_LENGTH,
                "end_of_document": END_OF_DOCUMENT,
            },
            "order": {
                "batch_size": BATCH_SIZE,
                "checkpoints": list(range(0, N_TIMES * n_rows // BATCH_SIZE + 1, 128)),
            },
            "match": {"unit": "tokens", "boundary": "none"},
            "index": {"occurrences": occurrences},
        },
        origin="benchmark",
        base=folder,
    )
    plan = plan_index(config, folder / "index")
    task = ScanTask(IndexDir(folder / "index"), plan)
    task.compile()
    _inherited[folder.name] = task
    workers = multiprocessing.get_context("fork").Pool(n_workers)
    work = [(folder.name, one.number) for one in plan.ranges]
    return lambda: sum(workers.map(_scan, work, chunksize=1))


_inherited: dict[str, ScanTask] = {}


def _scan(work: tuple[str, int]) -> int:
    """Scan a range in a worker; return the exposures it counts."""
    name, number = work
    task = _inherited[name]
    if task.plan.config.index.occurrences == "all":
        task(number)
        return int(pq.read_metadata(task.index.occurrence_file(number)).num_rows)
    rows, _ = task.prepare().scan(task.plan.ranges[number])
    return int(rows["exposure_count"].to_numpy().sum())
