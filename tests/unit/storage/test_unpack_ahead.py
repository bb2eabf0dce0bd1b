"""What is unpacked ahead is the same bytes and errors, no more than was expected, and no thread stays."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import InputError
from indexer.storage import unpack_ahead
from indexer.storage.unpack_ahead import UnpackedAhead

DATA = bytes(range(251)) * 8


class Unpacking:
    """A source that counts what it gives, and in which threads; it fails at one byte, or ends."""

    def __init__(self, fails_at: int | None = None, ends_at: int = len(DATA)) -> None:
        self.at = self.n_waiting = 0
        self.threads: set[threading.Thread] = set()
        self.came = threading.Condition()
        self.open = threading.Event()
        self.open.set()
        self._fails_at = fails_at
        self._ends_at = ends_at

    def readinto(self, target: memoryview) -> int:
        self.n_waiting += 1
        self.open.wait(10)
        with self.came:
            self.threads.add(threading.current_thread())
            part = DATA[self.at : min(self.at + len(target), self._ends_at)]
            if self._fails_at is not None and self.at + len(part) > self._fails_at:
                raise InputError("is corrupt", path="a", offset=f"byte {self._fails_at}")
            target[: len(part)] = part
            self.at += len(part)
            self.came.notify_all()
            return len(part)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_ahead, "PIECE_BYTES", 50)
    monkeypatch.setattr(unpack_ahead, "N_AHEAD", 2)
    monkeypatch.setattr(unpack_ahead, "STEP_BYTES", 30)
    monkeypatch.setattr(unpack_ahead, "has_idle_core", lambda: True)


def taken(source: UnpackedAhead, n_bytes: int) -> bytes:
    target = bytearray(n_bytes)
    return bytes(target[: source.readinto(memoryview(target))])


@given(
    steps=st.lists(st.tuples(st.integers(0, 330), st.none() | st.integers(0, 900)), max_size=20),
    ends_at=st.integers(0, len(DATA)),
)
def test_the_bytes_are_those_of_the_source(steps: list[tuple[int, int | None]], ends_at: int) -> None:
    source, at = UnpackedAhead(Unpacking(ends_at=ends_at)), 0
    for n_bytes, expected in [*steps, (len(DATA), None)]:
        if expected is not None:
            source.expect(expected)
        got = taken(source, n_bytes)
        assert got == DATA[at : min(at + n_bytes, ends_at)]
        at += len(got)
    assert taken(source, 5) == b""


def test_what_follows_is_unpacked_before_it_is_asked_for_and_no_more_than_is_expected() -> None:
    unpacking = Unpacking()
    source = UnpackedAhead(unpacking)
    source.expect(130)
    taken(source, 10)
    with unpacking.came:
        assert unpacking.came.wait_for(lambda: unpacking.at == 110, timeout=10)  # 10, and two pieces
    assert taken(source, 100) == DATA[10:110]
    with unpacking.came:
        assert unpacking.came.wait_for(lambda: unpacking.at == 130, timeout=10)
    assert taken(source, 20) == DATA[110:130]
    assert unpacking.at == 130 and len(unpacking.threads) == 2


@given(st.integers(10, 400), st.integers(1, 90))
def test_an_error_comes_behind_the_bytes_before_it(fails_at: int, n_bytes: int) -> None:
    source = UnpackedAhead(Unpacking(fails_at=fails_at))
    source.expect(len(DATA))
    got = b""
    with pytest.raises(InputError, match=rf"^a, byte {fails_at}: is corrupt$"):
        while True:
            got += taken(source, n_bytes)
    assert got == DATA[: len(got)] and fails_at - len(got) < 30 + n_bytes
    if got:
        with pytest.raises(InputError):
            source.readinto(memoryview(bytearray(1)))


def test_who_leaves_early_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    unpacking = Unpacking()
    source = UnpackedAhead(unpacking)
    source.expect(len(DATA))
    taken(source, 10)
    del source
    assert set(threading.enumerate()) <= before


def test_a_step_that_hangs_holds_up_nobody_who_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_ahead, "_GOODBYE_SECONDS", 0.01)
    before = set(threading.enumerate())
    unpacking = Unpacking()
    source = UnpackedAhead(unpacking)
    taken(source, 10)
    unpacking.open.clear()
    unpacking.n_waiting = 0
    source.expect(500)
    taken(source, 0)  # begins, and waits for nothing
    (thread,) = set(threading.enumerate()) - before
    while not unpacking.n_waiting:
        assert thread.is_alive()
    del source
    assert thread.is_alive() and thread.daemon
    unpacking.open.set()
    thread.join(10)
    assert not thread.is_alive() and unpacking.at == 40  # one step, and no other one


def test_a_core_that_comes_free_later_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = iter([False, False, True])
    monkeypatch.setattr(unpack_ahead, "has_idle_core", lambda: next(asked))
    unpacking = Unpacking()
    source = UnpackedAhead(unpacking)
    source.expect(len(DATA))
    assert b"".join(taken(source, 10) for _ in range(30)) == DATA[:300]
    with unpacking.came:
        assert unpacking.came.wait_for(lambda: unpacking.at > 300, timeout=10)
    assert next(asked, None) is None  # a piece apart, not at every read


def test_bytes_that_have_ended_need_no_thread() -> None:
    before = set(threading.enumerate())
    source = UnpackedAhead(Unpacking(ends_at=20))
    source.expect(1 << 62)
    assert taken(source, 30) == DATA[:20] and taken(source, 30) == b""
    assert set(threading.enumerate()) <= before  # threads of tests before may end


@pytest.mark.parametrize("why", ["one core", "no more threads"])
def test_without_a_second_thread_all_is_unpacked_in_this_one(
    monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    if why == "one core":
        monkeypatch.setattr(unpack_ahead, "has_idle_core", lambda: False)
    else:
        monkeypatch.setattr(threading.Thread, "start", refuse)
    unpacking = Unpacking()
    source = UnpackedAhead(unpacking)
    source.expect(len(DATA))
    assert b"".join(taken(source, 77) for _ in range(40)) == DATA
    assert unpacking.threads == {threading.current_thread()}


@pytest.mark.parametrize("damage", ["none", "cut", "flipped", "left early"])
def test_a_packed_shard_is_read_ahead_and_refused_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    ids = np.random.default_rng(5).integers(0, 5000, (40, 16), np.uint16)
    packed = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(ids.tobytes()))
    if damage == "cut":
        del packed[-30:]
    elif damage == "flipped":
        packed[len(packed) // 2] ^= 1
    (tmp_path / "a.bin.zst").write_bytes(packed)
    config = CorpusConfig(format="headerless", paths=["a.bin.zst"], dtype="uint16", sequence_length=16)

    def read() -> list[list[int]] | str:
        try:
            reader = open_corpus(config, base=tmp_path, block_ids=64)
            (shard,) = reader.shards()
            blocks = reader.blocks(shard, 0, shard.n_sequences)
            if damage == "left early":
                next(blocks)
                blocks.close()
                return []
            return [block.ids.tolist() for block in blocks]
        except InputError as error:
            return error.line()

    before = set(threading.enumerate())
    ahead = read()
    assert set(threading.enumerate()) <= before
    monkeypatch.setattr(unpack_ahead, "has_idle_core", lambda: False)
    assert ahead == read()
    assert isinstance(ahead, str) == (damage in ("cut", "flipped"))
