"""What it costs to read shards from a store beside what it costs to search them, in the reader's own time.

``python -m benchmarks.remote_reads [--megabytes 400]`` serves a file by HTTP from a process of its own, and
reads its ids through the reader of headerless arrays: from the page cache, from the server as it is read
ahead, and by one request after another. A loopback has no round trips: what reading ahead gains shows with
``--delay 0.03``, seconds that the server waits before each answer.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.storage import read_ahead


def serve(path: Path, delay: float, port: Any) -> None:
    """Answer ranges of one file until the process is ended."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *words: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._head(200, path.stat().st_size)

        def do_GET(self) -> None:
            size = path.stat().st_size
            start, _, stop = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
            low, high = int(start), int(stop or size - 1) + 1
            time.sleep(delay)
            self._head(206, high - low, f"bytes {low}-{high - 1}/{size}")
            with path.open("rb") as file:
                file.seek(low)
                self.wfile.write(file.read(high - low))

        def _head(self, status: int, n_bytes: int, content_range: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(n_bytes))
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", '"one"')
            if content_range:
                self.send_header("Content-Range", content_range)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def read(path: str) -> tuple[float, float]:
    """Read all ids of a corpus; return seconds and processor seconds."""
    config = CorpusConfig(paths=[path], format="headerless", dtype="uint16", sequence_length=2048)
    reader = open_corpus(config, base=Path())
    (shard,) = reader.shards()
    began, cpu = time.perf_counter(), time.process_time()
    largest = 0
    for block in reader.blocks(shard, 0, shard.n_sequences):
        largest = max(largest, int(block.ids[:: 1 << 12].max()))
    assert largest
    return time.perf_counter() - began, time.process_time() - cpu


def main() -> None:
    """Measure, and print one line each."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--megabytes", type=int, default=400)
    words.add_argument("--delay", type=float, default=0.0)
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ids.bin"
        n_ids = options.megabytes * 500_000 // 2048 * 2048
        np.random.default_rng(1).integers(0, 50_000, n_ids, dtype=np.uint16).tofile(path)
        port: Any = multiprocessing.Queue()
        server = multiprocessing.Process(target=serve, args=(path, options.delay, port), daemon=True)
        server.start()
        url = f"http://127.0.0.1:{port.get()}/ids.bin"
        ahead = read_ahead.N_AHEAD
        for name, place, n_ahead in (
            ("page cache", str(path), ahead),
            (f"store, {ahead} requests ahead", url, ahead),
            ("store, one at a time", url, 1),
        ):
            read_ahead.N_AHEAD = n_ahead
            seconds, cpu = min((read(place) for _ in range(3)), key=lambda took: took[1])
            n_bytes = 2 * n_ids
            speed, cost = n_bytes / seconds / 1e6, cpu / n_bytes * 1e9
            print(f"{name:<28} {speed:>8,.0f} MB/s {cost:>8.3f} ns of CPU a byte")
        server.terminate()


if __name__ == "__main__":
    main()
