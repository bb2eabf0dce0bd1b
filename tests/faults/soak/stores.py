"""Requests of an object store that fail at random: the table of the local corpus, or a refusal by name.

moto's S3 stands behind a proxy that answers 500, 502, 503, 504, 429, 408, cuts connections within a body or
before an answer, or sends fewer bytes than were asked for. Each index has a rate of its own; where too much
fails it must end with exit code 5, and go on from there when nothing fails any more. Needs s3fs and moto:
``make test-stores`` installs.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from pathlib import Path

from indexer.build import build_index
from indexer.cli.main import run
from indexer.config import load_config
from indexer.sample.write import SampleSize, write_sample
from indexer.storage import requests
from tests.support.faulty_server import Fault, Store, serving
from tests.support.small_corpus import exposures
from tests.support.store_cases import config_for

_SIZE = SampleSize(pairs_per_paradigm=10, n_steps=60, n_dropped=5, n_shards=6, vocab_size=1200)
_KINDS: list[int | str] = [500, 502, 503, 504, 429, 408, "cut", "drop", "short"]
_RATES = [0.0, 0.05, 0.15, 0.3, 0.6]


class Soak:
    """A corpus in a store that fails, and the index of the local one."""

    def __init__(self, base: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.base = base
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []
        requests.time.sleep = lambda _: None  # pauses between attempts are tried elsewhere
        write_sample(base / "sample", size=_SIZE)
        build_index(load_config(base / "sample" / "exposure.toml"), base / "whole", n_workers=1)
        self.rows = exposures(base / "whole")

    def run(self, n_requests: int) -> None:
        """Index again and again until so many requests were made while faults were sown."""
        import boto3
        import s3fs
        from moto.server import ThreadedMotoServer

        os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="y", AWS_DEFAULT_REGION="us-east-1")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        port = server.get_host_and_port()[1]
        client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}")
        client.create_bucket(Bucket="corpus")
        for path in sorted((self.base / "sample" / "shards").iterdir()):
            client.put_object(Bucket="corpus", Key=f"shards/{path.name}", Body=path.read_bytes())
        with serving(upstream=port) as store:
            os.environ["AWS_ENDPOINT_URL"] = store.url
            s3fs.S3FileSystem.clear_instance_cache()
            n_made, number = 0, 0
            while n_made < n_requests:
                store.asked.clear()
                self.one_index(store, number)
                n_made += len(store.asked)
                number += 1
        server.stop()

    def one_index(self, store: Store, number: int) -> None:
        """Index over faults, then without."""
        rate = self.dice.choice(_RATES)
        folder = self.base / str(number)
        folder.mkdir()
        config = config_for("s3://corpus/shards/*.bin", self.base / "sample", folder)
        store.faults = [
            Fault(kind, 10**9, only=lambda asked: self.strikes(rate / len(_KINDS))) for kind in _KINDS
        ]
        words = ["index", str(config), "--out", str(folder / "index"), "--workers", "1", "--quiet"]
        code = run(words)
        for fault in store.faults:
            self.seen[f"faults {fault.kind}"] += fault.done
        self.seen["requests"] += len(store.asked)
        self.seen[f"index ends {code}"] += 1
        if code not in (0, 5):
            self.wrong.append(f"index {number} at a rate of {rate}: ends {code}")
        store.faults = []
        if code and run(words):
            self.wrong.append(f"index {number} at a rate of {rate}: cannot be finished")
        elif exposures(folder / "index") != self.rows:
            self.wrong.append(f"index {number} at a rate of {rate}: other rows")
        shutil.rmtree(folder)

    def strikes(self, rate: float) -> bool:
        return self.dice.random() < rate
