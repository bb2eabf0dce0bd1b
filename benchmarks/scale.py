"""What it costs to index corpora beyond these machines: ``python -m benchmarks.scale`` prints the tables.

Nothing is measured here. The figures below are measured elsewhere, each by the command beside it; the rest is
arithmetic, so that somebody with other machines changes a line and reads another table.
"""

from __future__ import annotations

import math
from typing import NamedTuple

NS_AN_ID = 0.78
"""One core, file to partial, 134,000 phrases as ids: 1,280 M ids/s (``make bench``; NOTES, quiet turns)."""
NS_AN_ID_TEXT = 4.2
"""The same for the phrases of BLiMP in text: the search alone takes 3.9 (256 M ids/s), the rest 0.3."""
NS_A_BYTE_FETCHED = 1.1
"""Client of a store (aiohttp under fsspec): ``python -m benchmarks.remote_reads``, 0.7 to 1.1."""
NS_A_BYTE_UNPACKED = 1.28
"""zstd, by its content: with the scan 298 M ids/s of two bytes, 3.36 ns an id (NOTES: quiet turns)."""
RANGE_IDS = 1 << 28
N_RANGES = 256
ROWS = 20_000
"""Phrases seen in a range of 2^28 ids; at most all 134,000."""
BYTES_A_ROW = 25
BYTES_A_PARTIAL = 10_000
SECONDS_A_PARTIAL = 0.002
SECONDS_A_ROW = 1.5e-6
"""Merge on one core: ``python -m benchmarks.scale_simulation`` with few and with many rows a partial."""
SECONDS_A_SHARD = 0.0009
"""Plan: the same."""
START_SECONDS = 20.0
"""A machine that begins: libraries, plan, pattern tables, kernels that may have to be compiled."""
CORES = 32
PRICE_AN_HOUR = 1.43
"""Dollars for 32 cores on demand (a c7i.8xlarge, list price of us-east-1; spot is a third): look it up."""
PRICE_A_GET = 0.0004 / 1000
PIECE_BYTES = 8 << 20


class Corpus(NamedTuple):
    name: str
    ids: float
    id_bytes: int
    shards: int


CORPORA = (
    Corpus("Pile", 300e9, 2, 21),
    Corpus("Dolma", 3e12, 2, 12_000),
    Corpus("15e12 ids", 15e12, 4, 200_000),
)
MACHINES = (1, 16, 256)
GIGABITS = (25, 200)


class Cost(NamedTuple):
    fetch: float
    work: float
    tail: float
    plan: float
    merge: float

    @property
    def scan(self) -> float:
        return START_SECONDS + max(self.fetch, self.work) + self.tail

    @property
    def bottleneck(self) -> str:
        parts = {
            "network": self.fetch if self.fetch >= self.work else 0.0,
            "cores": self.work if self.work > self.fetch else 0.0,
            "start": START_SECONDS,
            "last ranges": self.tail,
            "plan": self.plan,
            "merge": self.merge,
        }
        return max(parts, key=lambda part: parts[part])


def n_ranges(corpus: Corpus) -> int:
    """Return into how many ranges a corpus is cut (`indexer.plan.ranges`)."""
    return max(N_RANGES, math.ceil(corpus.ids / RANGE_IDS))


def seconds_a_range(corpus: Corpus, ns_an_id: float) -> float:
    """Return what one core takes for a range, fetched from a store."""
    ids = corpus.ids / n_ranges(corpus)
    return ids * (ns_an_id + corpus.id_bytes * NS_A_BYTE_FETCHED) * 1e-9


def cost(corpus: Corpus, machines: int, gigabits: int, ns_an_id: float = NS_AN_ID) -> Cost:
    """Return seconds of each stage."""
    ranges, one = n_ranges(corpus), seconds_a_range(corpus, ns_an_id)
    workers = machines * CORES
    return Cost(
        fetch=corpus.ids * corpus.id_bytes / (machines * gigabits * 1e9 / 8),
        work=ranges * one / min(workers, ranges),
        tail=one if ranges > workers else 0.0,
        plan=5 + corpus.shards * SECONDS_A_SHARD,
        merge=ranges * (SECONDS_A_PARTIAL + ROWS * SECONDS_A_ROW),
    )


def spelled(seconds: float) -> str:
    """Return seconds as a person says them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def main() -> None:
    """Print the tables of scale.md."""
    print("| corpus | ids | bytes | shards | ranges | partials | requests |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for corpus in CORPORA:
        ranges, n_bytes = n_ranges(corpus), corpus.ids * corpus.id_bytes
        print(
            f"| {corpus.name} | {corpus.ids / 1e9:,.0f}e9 | {n_bytes / 1e12:,.1f} TB | {corpus.shards:,} "
            f"| {ranges:,} | {ranges * (BYTES_A_PARTIAL + ROWS * BYTES_A_ROW) / 1e9:,.1f} GB "
            f"| {n_bytes / PIECE_BYTES:,.0f} |"
        )
    print()
    print("| corpus | machines | Gbit/s | network | cores | scan | plan | merge | bottleneck | $ |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |")
    for corpus in CORPORA:
        for machines in MACHINES:
            for gigabits in GIGABITS:
                took = cost(corpus, machines, gigabits)
                n_bytes = corpus.ids * corpus.id_bytes
                hours = machines * took.scan / 3600 + (took.plan + took.merge) / 3600
                dollars = hours * PRICE_AN_HOUR + n_bytes / PIECE_BYTES * PRICE_A_GET
                print(
                    f"| {corpus.name} | {machines} | {gigabits} "
                    f"| {spelled(took.fetch)} | {spelled(took.work)} | {spelled(took.scan)} "
                    f"| {spelled(took.plan)} | {spelled(took.merge)} | {took.bottleneck} | {dollars:,.0f} |"
                )
    print()
    print("| corpus on one machine, 25 Gbit/s | reads a second | look-ups a second | a scan is faster from |")
    print("| --- | --- | ---: | ---: |")
    for corpus in CORPORA:
        took = cost(corpus, 1, 25)
        whole = took.scan + took.plan + took.merge
        for where, reads in (
            ("one thread, NVMe: 100 us each", 1e4),
            ("one NVMe drive, full queue", 1e6),
            ("an object store, 5,500 a second", 5.5e3),
        ):
            print(
                f"| {corpus.name}: {spelled(whole)} | {where} | {reads / 80:,.0f} "
                f"| {math.ceil(whole * reads / 80):,} |"
            )


if __name__ == "__main__":
    main()
