"""Remote files are read ahead: in order, a few requests at once, and no byte is another one for it."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.blocks.joined_ids import JoinedIds
from indexer.errors import ResourceError
from indexer.storage import file_bytes, read_ahead
from indexer.storage.compressed import Limits
from indexer.storage.files import CorpusFile
from indexer.storage.read_ahead import AscendingBytes, pieces_ahead

DATA = bytes(range(251)) * 8


def remote(name: str, n_bytes: int = len(DATA)) -> CorpusFile:
    return CorpusFile(name, f"s3://b/{name}", n_bytes, None, local=False)


class Store:
    """What is asked of a store whose files are all alike; from one byte on it fails."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.asked: list[tuple[int, int]] = []
        self.fails_at = fails_at
        self.open = threading.Event()
        self.open.set()

    def read(self, file: CorpusFile, start: int, stop: int) -> bytes:
        self.asked.append((start, stop))
        self.open.wait(10)
        if self.fails_at is not None and stop > self.fails_at:
            raise ResourceError("could not be read", path=file.name, offset=f"byte {start}")
        return DATA[start:stop]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    return installed(monkeypatch, Store())


def installed(monkeypatch: pytest.MonkeyPatch, store: Store) -> Store:
    monkeypatch.setattr(read_ahead, "read_remote", store.read)
    monkeypatch.setattr(file_bytes, "read_remote", store.read)
    monkeypatch.setattr(read_ahead, "PIECE_BYTES", 100)
    monkeypatch.setattr(read_ahead, "N_AHEAD", 3)
    return store


def test_a_stream_is_that_of_the_file_and_every_byte_is_asked_for_once(store: Store) -> None:
    assert b"".join(file_bytes.stream(remote("a"), 37)) == DATA[37:]
    assert sorted(store.asked) == [(at, min(at + 100, len(DATA))) for at in range(37, len(DATA), 100)]


def test_who_looks_at_the_head_alone_asks_once(store: Store) -> None:
    chunks = file_bytes.stream(remote("a"))
    assert next(chunks) == DATA[:100]
    chunks.close()
    assert store.asked == [(0, 100)]


def test_so_many_are_under_way_and_no_more(store: Store) -> None:
    chunks = pieces_ahead([(remote("a"), 0, len(DATA))])
    next(chunks)
    store.open.clear()
    waiting = threading.Thread(target=lambda: next(chunks))
    waiting.start()
    while len(store.asked) < 4:
        assert waiting.is_alive()
    store.open.set()
    waiting.join()
    assert len(store.asked) == 4  # the first one, and three while the second is worked on


def test_a_failure_is_told_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, Store(fails_at=450))
    taken = []
    with pytest.raises(ResourceError, match="byte 400"):
        for piece in pieces_ahead([(remote("a"), 0, len(DATA))]):
            taken.append(piece)
    assert b"".join(taken) == DATA[:400]


cuts = st.lists(st.integers(0, 700), min_size=2, max_size=12, unique=True).map(sorted)


@given(cuts, st.integers(0, 40), st.data())
def test_ascending_ranges_are_those_of_the_bytes(edges: list[int], overlap: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        installed(patch, Store())
        source = AscendingBytes([(remote("a"), 300, 1000), (remote("b"), 0, 200)], 5000)
        whole = DATA[300:1000] + DATA[:200]
        before = 0
        for start, stop in pairwise(edges):
            start = max(start - data.draw(st.integers(0, overlap)), before)
            if source.holds(5000 + start, 5000 + stop):
                assert source.take(5000 + start, 5000 + stop).tobytes() == whole[start:stop]
            before = start
        assert not source.holds(5000 + len(whole), 5001 + len(whole))


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("is_expected", [False, True])
def test_ids_are_the_same_fetched_ahead_or_not(store: Store, joined: bool, is_expected: bool) -> None:
    parts = [remote("a", 701), remote("b", 1299)]
    stored = DATA[:701] + DATA[:1299]
    if joined:
        source = JoinedIds(parts, np.dtype("<u2"))
    else:
        stored = DATA[6:]
        source = IdRun(remote("a"), 6, (len(DATA) - 6) // 2, np.dtype("<u2")).open(Limits())
    if is_expected:
        source.expect(20, 900)
    for start, stop in [(20, 120), (119, 400), (400, 400), (300, 410), (500, 900), (0, 10), (899, 1000)]:
        assert source.read(start, stop).tobytes() == stored[2 * start : 2 * stop]
