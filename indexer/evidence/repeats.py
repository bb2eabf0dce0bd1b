"""The same bytes do not come twice: links are resolved, and copies found by size and what some blocks hold.

Two files of one size are compared by their first, middle and last block; small ones wholly. A file that
holds another one and more behind it is found by how both begin, then by the blocks of the shorter one; one
that was appended to itself by the blocks of its halves or thirds. Copies that were packed otherwise are found
when partials are merged, by the hashes of their ids.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import xxhash

from indexer.corpus.sequences import Shard
from indexer.storage.opening import open_regular
from indexer.storage.urls import is_url

BLOCK_BYTES = 1 << 16
_HEADER_BYTES = 128
"""A header says how long the ids behind it are, and so differs: npy has 128 bytes, zstd 18 at the most."""
_TIMES = (2, 3)
_FEWEST_BYTES = 1 << 10
"""Shards whose ids fill less are too small to be told from others by how they begin."""
_MOST_COMPARED = 32
"""Of shards that all begin alike, how many longer ones each is compared with."""


def repeated_files(shards: Sequence[Shard], *, may_repeat: bool = False) -> list[str]:
    """Return a sentence for each shard whose bytes are those of an earlier one, whatever its name.

    Parameters
    ----------
    shards : sequence of Shard
        The shards of the corpus.
    may_repeat : bool
        Whether a path that is named twice is meant to count twice, as the trainer of the format does.
    """
    local = [(shard, path) for shard in shards if _holds_ids(shard) and (path := _local(shard.url))]
    found = {} if may_repeat else dict(_named_again(shards))
    for number, sentence in _linked(local):
        found.setdefault(number, sentence)
    for number, sentence in _continued(local):
        found.setdefault(number, sentence)
    for number, sentence in _doubled(local):
        found.setdefault(number, sentence)
    by_size: dict[int, list[tuple[Shard, str]]] = defaultdict(list)
    for shard, path in local:
        by_size[shard.n_bytes].append((shard, path))
    for same in by_size.values():
        if len({path for _, path in same}) > 1:
            for number, sentence in _copied(same):
                found.setdefault(number, sentence)
    return [found[number] for number in sorted(found)]


def _holds_ids(shard: Shard) -> bool:
    """Return whether a shard has ids to count twice; of two that have none, the headers are the same."""
    return shard.n_tokens + shard.n_dropped_tokens + shard.n_leading_tokens > 0


def _local(url: str) -> str | None:
    """Return the path of a local file; None of an object, and of a file in parts, which has no path."""
    path = url.removeprefix("file://")
    return path if not is_url(path) and Path(path).is_file() else None


def _named_again(shards: Iterable[Shard]) -> Iterator[tuple[int, str]]:
    named: set[str] = set()
    for shard in shards:
        if shard.url in named:
            yield shard.number, f"{shard.name} is named again"
        named.add(shard.url)


def _linked(local: Iterable[tuple[Shard, str]]) -> Iterator[tuple[int, str]]:
    first: dict[tuple[int, int], Shard] = {}
    for shard, path in local:
        status = os.stat(path)  # noqa: PTH116  as text, links followed
        other = first.setdefault((status.st_dev, status.st_ino), shard)
        if other.url != shard.url:
            yield shard.number, f"{shard.name} is the file {other.name}"


def _copied(same: Sequence[tuple[Shard, str]]) -> Iterator[tuple[int, str]]:
    first: dict[str, Shard] = {}
    for shard, path in same:
        other = first.setdefault(_hash_of_blocks(path, shard.n_bytes), shard)
        if other.url != shard.url:
            yield shard.number, f"{shard.name} holds the bytes of {other.name}"


def _doubled(local: Iterable[tuple[Shard, str]]) -> Iterator[tuple[int, str]]:
    """Find shards that hold the same bytes over and over, as where a file was appended to itself."""
    for shard, path in local:
        with open_regular(Path(path)) as handle:
            head = handle.read(_FEWEST_BYTES)
            for times in _TIMES:
                part = shard.n_bytes // times
                if shard.n_bytes % times or part < _FEWEST_BYTES or not head.strip(head[:1]):
                    continue
                if _block(handle, part, _FEWEST_BYTES) == head and _is_over_and_over(handle, part, times):
                    yield shard.number, f"{shard.name} holds its own bytes {times} times over"
                    break


def _is_over_and_over(handle: BinaryIO, part: int, times: int) -> bool:
    """Compare the first, middle and last block of equal parts of a file."""
    places = {0, part // 2, max(0, part - BLOCK_BYTES)}
    return all(
        _block(handle, at, min(BLOCK_BYTES, part - at))
        == _block(handle, at + again * part, min(BLOCK_BYTES, part - at))
        for again in range(1, times)
        for at in places
    )


def _block(handle: BinaryIO, at: int, n_bytes: int) -> bytes:
    handle.seek(at)
    return handle.read(n_bytes)


def _continued(local: Iterable[tuple[Shard, str]]) -> Iterator[tuple[int, str]]:
    """Find shards that hold another one and more behind it, the shorter of two with one beginning first."""
    alike: dict[bytes, list[tuple[Shard, str]]] = defaultdict(list)
    for shard, path in local:
        with open_regular(Path(path)) as handle:
            handle.seek(_HEADER_BYTES)
            block = handle.read(BLOCK_BYTES)
        if len(block) >= _FEWEST_BYTES and block.strip(block[:1]):  # not one byte over and over
            alike[block[:_FEWEST_BYTES]].append((shard, path))
    for same in alike.values():
        same.sort(key=lambda one: (one[0].n_bytes, one[0].number))
        for number, (shorter, of_shorter) in enumerate(same):
            stop = shorter.n_bytes
            for longer, of_longer in same[number + 1 : number + 1 + _MOST_COMPARED]:
                if longer.n_bytes > stop and _hash_of_blocks(of_shorter, stop, _HEADER_BYTES) == (
                    _hash_of_blocks(of_longer, stop, _HEADER_BYTES)
                ):
                    what = f"{longer.name} holds the bytes of {shorter.name} and more behind them"
                    yield longer.number, what


def _hash_of_blocks(path: str, n_bytes: int, start_at: int = 0) -> str:
    """Return one hash of the first, middle and last block of what lies between two bytes of a file."""
    digest = xxhash.xxh3_128()
    with open_regular(Path(path)) as handle:
        middle, last = n_bytes // 2 - BLOCK_BYTES // 2, n_bytes - BLOCK_BYTES
        for start in sorted({start_at, max(middle, start_at), max(last, start_at)}):
            handle.seek(start)
            digest.update(handle.read(min(BLOCK_BYTES, n_bytes - start)))
    return digest.hexdigest()
