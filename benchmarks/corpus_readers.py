"""Tokens per second and memory of every reader, beside the plain memory-mapped array.

``python -m benchmarks.corpus_readers [--ids 100000000]`` writes the same ids in each format under
``build/bench``, reads them back in a process of their own, touching every id, and prints one table.
Memory is the largest anonymous memory above that of the opened reader: pages of a memory map are the
system's to take back and do not count.

Bias to know of: the files are in the page cache, so a format that is twice as large on disk looks as fast as
one that is not; a cold disk is a limit of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "bench" / "readers"
WIDTH = 2049


def rows_of(n_ids: int) -> np.ndarray:
    """Return ids that repeat as words do, in rows of 2,049."""
    ids = np.minimum(np.random.default_rng(20261120).zipf(1.2, n_ids // WIDTH * WIDTH), 50_000)
    return ids.astype("<u2").reshape(-1, WIDTH)


def write_megatron(folder: Path, rows: np.ndarray) -> dict:
    from indexer.corpus.text.writers import write_megatron

    write_megatron(folder / "a", rows, "u2")
    return {"format": "megatron", "paths": ["a"]}


def write_windows(folder: Path, rows: np.ndarray) -> dict:
    write_megatron(folder, rows)
    n_windows = rows.size // (WIDTH - 1) - 1
    generator = np.random.default_rng(1)
    begins = np.arange(n_windows + 1) * (WIDTH - 1)
    np.save(folder / "w_doc_idx.npy", generator.permutation(len(rows)).astype(np.int32))
    np.save(folder / "w_sample_idx.npy", np.stack([begins // WIDTH, begins % WIDTH], axis=1).astype(np.int32))
    np.save(folder / "w_shuffle_idx.npy", generator.permutation(n_windows).astype(np.uint32))
    return {"format": "megatron", "paths": ["a"], "windows": "."}


def write_parts(folder: Path, rows: np.ndarray) -> dict:
    data = memoryview(rows.tobytes())
    size = len(data) // 3 | 1
    for part in range(4):
        (folder / f"document-{part:05}-of-00003.bin").write_bytes(data[part * size : (part + 1) * size])
    return {"format": "pythia", "paths": ["."]}


def write_raw(dtype: str, pack: Callable[[bytes], bytes] | None = None) -> Callable[[Path, np.ndarray], dict]:
    def write(folder: Path, rows: np.ndarray) -> dict:
        data = rows.astype(dtype).tobytes()
        (folder / "a.bin").write_bytes(data if pack is None else pack(data))
        return {"format": "headerless", "paths": ["a.bin"], "dtype": dtype, "sequence_length": WIDTH}

    return write


def write_npy(order: str) -> Callable[[Path, np.ndarray], dict]:
    def write(folder: Path, rows: np.ndarray) -> dict:
        np.save(folder / "a.npy", np.asarray(rows, order=order))
        return {"format": "npy", "paths": ["a.npy"]}

    return write


def write_table(kind: str) -> Callable[[Path, np.ndarray], dict]:
    def write(folder: Path, rows: np.ndarray) -> dict:
        import pyarrow as pa
        import pyarrow.parquet as pq

        offsets = pa.array(np.arange(len(rows) + 1, dtype=np.int32) * WIDTH)
        values = pa.array(rows.reshape(-1).astype(np.int32))
        table = pa.table({"input_ids": pa.ListArray.from_arrays(offsets, values)})
        if kind == "parquet":
            pq.write_table(table, folder / "a", row_group_size=10_000)
        else:
            with pa.OSFile(str(folder / "a"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table, max_chunksize=1000)
        return {"format": kind, "paths": ["a"]}

    return write


def write_jsonl(folder: Path, rows: np.ndarray) -> dict:
    with (folder / "a.jsonl").open("w") as handle:
        for row in rows:
            handle.write(json.dumps({"token_ids": row.tolist(), "source": "bench"}) + "\n")
    return {"format": "jsonl", "paths": ["a.jsonl"], "sequence_length": WIDTH}


def write_mds(packed: bool) -> Callable[[Path, np.ndarray], dict]:
    def write(folder: Path, rows: np.ndarray) -> dict:
        import zstandard

        shards = []
        head = np.array([WIDTH * 4 + 3], "<u4").tobytes() + bytes([1 << 2 | 1]) + np.uint16(WIDTH).tobytes()
        for number, first in enumerate(range(0, len(rows), 8000)):
            part = rows[first : first + 8000].astype("<i4")
            begin = 4 + 4 * (len(part) + 1)
            offsets = begin + np.arange(len(part) + 1) * (len(head) + 4 * WIDTH)
            samples = b"".join(head + row.tobytes() for row in part)
            raw = np.uint32(len(part)).tobytes() + offsets.astype("<u4").tobytes() + samples
            name = f"shard.{number:05}.mds"
            data = zstandard.compress(raw) if packed else raw
            stored = name + (".zstd" if packed else "")
            (folder / stored).write_bytes(data)
            shards.append(
                {
                    "format": "mds",
                    "column_names": ["tokens"],
                    "column_encodings": ["ndarray:int32"],
                    "column_sizes": [None],
                    "compression": "zstd" if packed else None,
                    "samples": len(part),
                    "raw_data": {"basename": name, "bytes": len(raw)},
                    "zip_data": {"basename": stored, "bytes": len(data)} if packed else None,
                }
            )
        (folder / "index.json").write_text(json.dumps({"version": 2, "shards": shards}))
        return {"format": "mds", "paths": ["."]}

    return write


def write_litdata(folder: Path, rows: np.ndarray) -> dict:
    data = rows.tobytes()
    (folder / "chunk-0-0.bin").write_bytes(np.array([1, 12, 12 + len(data)], "<u4").tobytes() + data)
    chunk = {"filename": "chunk-0-0.bin", "chunk_bytes": 12 + len(data), "chunk_size": 1, "dim": rows.size}
    config = {"data_format": ["no_header_numpy:5"], "compression": None}
    (folder / "index.json").write_text(json.dumps({"chunks": [chunk], "config": config}))
    return {"format": "litdata", "paths": ["."], "sequence_length": WIDTH}


def write_llmc(folder: Path, rows: np.ndarray) -> dict:
    header = np.zeros(256, "<i4")
    header[:3] = 20240520, 1, rows.size
    (folder / "a.bin").write_bytes(header.tobytes() + rows.tobytes())
    return {"format": "llmc", "paths": ["a.bin"], "sequence_length": WIDTH}


def write_levanter(folder: Path, rows: np.ndarray) -> dict:
    import tensorstore as ts

    blosc = {"cname": "lz4", "clevel": 5, "shuffle": "shuffle", "typesize": 4, "blocksize": 0}
    for name, values, dtype in (
        ("data", rows.reshape(-1), "int32"),
        ("offsets", np.array([1, rows.size]), "int64"),
    ):
        inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
        inner.append({"name": "blosc", "configuration": {**blosc, "typesize": np.dtype(dtype).itemsize}})
        index = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
        sharding = {"chunk_shape": [262_144], "codecs": inner, "index_codecs": index}
        metadata = {
            "shape": [1 << 54],
            "data_type": dtype,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1 << 27]}},
            "codecs": [{"name": "sharding_indexed", "configuration": sharding}],
        }
        store = {"driver": "file", "path": str(folder / "input_ids" / name)}
        opened = ts.open({"driver": "zarr3", "kvstore": store, "metadata": metadata}, create=True).result()
        opened[: len(values)].write(values.astype(dtype)).result()
    (folder / "shard_ledger.json").write_text(json.dumps({"is_finished": True}))
    return {"format": "levanter", "paths": ["."], "sequence_length": WIDTH}


def zstd(level: int) -> Callable[[bytes], bytes]:
    """Return a packer of that level."""
    import zstandard

    return zstandard.ZstdCompressor(level=level).compress


def gzipped(data: bytes) -> bytes:
    """Pack as the gzip tool does by default."""
    import gzip

    return gzip.compress(data, 6)


KINDS: dict[str, Callable[[Path, np.ndarray], dict]] = {
    "plain array, uint16 (memory map)": write_raw("<u2"),
    "plain array, uint32 (memory map)": write_raw("<u4"),
    "plain array, >u4": write_raw(">u4"),
    "plain array, int64": write_raw("<i8"),
    "plain array, zstd -3": write_raw("<u2", zstd(3)),
    "plain array, gzip -6": write_raw("<u2", gzipped),
    "npy": write_npy("C"),
    "npy, Fortran order": write_npy("F"),
    "megatron": write_megatron,
    "megatron windows": write_windows,
    "pythia parts, cut inside ids": write_parts,
    "litdata": write_litdata,
    "llmc": write_llmc,
    "arrow": write_table("arrow"),
    "parquet": write_table("parquet"),
    "mds": write_mds(False),
    "mds, zstd": write_mds(True),
    "levanter": write_levanter,
    "jsonl": write_jsonl,
}


def measure(folder: Path) -> dict:
    """Read a corpus once, touching every id."""
    from indexer.config import CorpusConfig
    from indexer.corpus import open_corpus

    config = CorpusConfig(**json.loads((folder / "corpus.json").read_text()))
    reader = open_corpus(config, base=folder)
    shards = reader.shards()
    # the first block is not timed: it opens files, and where a reader is compiled, compiles it
    int(next(iter(reader.blocks(shards[0], 0, shards[0].n_sequences))).ids.max())
    before = peak = anonymous_bytes()
    n_ids, began = 0, time.perf_counter()
    for shard in shards:
        for block in reader.blocks(shard, shard.first_sequence, shard.first_sequence + shard.n_sequences):
            int(block.ids.max())
            n_ids += len(block.ids)
            peak = max(peak, anonymous_bytes())
    seconds = time.perf_counter() - began
    return {"n_ids": n_ids, "ids_per_second": n_ids / seconds, "memory_bytes": peak - before}


def anonymous_bytes() -> int:
    """Return the anonymous memory of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    raise OSError("this system does not tell anonymous memory")


def main() -> None:
    """Write, read in a process each, and print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--ids", type=int, default=100_000_000)
    words.add_argument("--only", help="Part of the name of the kinds to measure.")
    words.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    rows = rows_of(options.ids)
    base = None
    print(f"{'reader':<34} {'Mids/s':>8} {'of plain':>9} {'memory MiB':>11}")
    for name, write in KINDS.items():
        if options.only and options.only not in name:
            continue
        folder = FOLDER / f"{options.ids}" / "".join(c if c.isalnum() else "_" for c in name)
        if not (folder / "corpus.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "corpus.json").write_text(json.dumps(write(folder, rows)))
        command = [sys.executable, "-m", "benchmarks.corpus_readers", "--measure", str(folder)]
        runs = [json.loads(subprocess.check_output(command, cwd=ROOT)) for _ in range(3)]
        best = max(runs, key=lambda run: run["ids_per_second"])
        base = base or best["ids_per_second"]
        share = best["ids_per_second"] / base
        memory = max(run["memory_bytes"] for run in runs) / 2**20
        print(f"{name:<34} {best['ids_per_second'] / 1e6:>8,.0f} {share:>8.0%} {memory:>11.1f}", flush=True)


if __name__ == "__main__":
    main()
