"""A corpus on a web server that fails: the table of the local corpus, or a refusal in one line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.cli.main import run
from indexer.errors import StateError
from indexer.splits.ask import ask
from indexer.storage import file_bytes, files, remote_ranges, requests
from tests.support.faulty_server import Asked, Fault, Store, serving
from tests.support.store_cases import COUNTS, KINDS, config_for, index, refusal, touch_other

pytest.importorskip("aiohttp", reason="the HTTP file system needs aiohttp: pip install 'fsspec[http]'")


@pytest.fixture
def store(sample: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(sample / "shards", tmp_path / "served" / "shards")
    with serving(tmp_path / "served") as store:
        yield store


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which are not made."""
    made: list[float] = []
    monkeypatch.setattr(requests.time, "sleep", made.append)
    return made


@pytest.fixture
def config(store: Store, sample: Path, tmp_path: Path) -> Path:
    return config_for(f"{store.url}/shards/*.bin", sample, tmp_path)


@pytest.mark.parametrize("fault", KINDS, ids=lambda fault: str(fault.kind))
def test_every_third_request_fails_and_the_table_is_the_local_one(
    store: Store, config: Path, index_dir: Path, tmp_path: Path, pauses: list[float], fault: Fault
) -> None:
    fault.times, fault.done = 10_000, 0
    fault.only = lambda asked: len(store.asked) % 3 == 0
    store.faults = [fault]
    assert index(config, tmp_path / "index") == 0
    assert ask(tmp_path / "index", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)
    assert fault.done > 10
    assert fault.kind in ("slow", "cut", "drop", "short") or len(pauses) > 5


def test_a_server_is_left_alone_as_long_as_it_wants(
    store: Store, config: Path, tmp_path: Path, pauses: list[float]
) -> None:
    store.faults = [Fault(429, headers={"Retry-After": "7"}, only=lambda asked: asked.range is not None)]
    assert index(config, tmp_path / "index") == 0
    assert 7.0 in pauses


def test_a_server_that_wants_more_than_the_budget_is_given_up(
    store: Store, config: Path, tmp_path: Path, pauses: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    store.faults = [Fault(503, 10_000, headers={"Retry-After": "4000"})]
    assert index(config, tmp_path / "index") == 5
    assert "503 Service Unavailable), and wants to be left alone for 4,000 s" in refusal(capfd)
    assert pauses == []


def test_the_budget_is_the_users(
    store: Store,
    config: Path,
    tmp_path: Path,
    pauses: list[float],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.faults = [Fault(503, 10_000)]
    monkeypatch.setenv("EXPOSURE_STORE_ATTEMPTS", "2")
    assert index(config, tmp_path / "index") == 5
    assert "could not be read in 2 attempts" in refusal(capfd)
    monkeypatch.setenv("EXPOSURE_STORE_ATTEMPTS", "often")
    assert index(config, tmp_path / "index") == 2
    assert "EXPOSURE_STORE_ATTEMPTS: is 'often'; expected a number from 1" in refusal(capfd)


def test_a_server_that_is_silent_is_not_waited_for(
    store: Store,
    config: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.faults = [Fault("slow", 100, seconds=4)]
    monkeypatch.setenv("EXPOSURE_STORE_SECONDS", "1")
    assert index(config, tmp_path / "index") == 5
    assert "could not be read in 1 attempt" in refusal(capfd)


HOW = ["other bytes of the same length", "longer", "shorter", "gone"]


def change(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        touch_other(path, {"longer": data + bytes(64), "shorter": data[:-64]}.get(how, data[::-1]))


@pytest.mark.parametrize("how", HOW)
def test_an_object_that_is_replaced_after_planning_ends_the_scan(
    store: Store, config: Path, tmp_path: Path, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "index"
    assert run(["plan", str(config), "--out", str(root)]) == 0
    change(tmp_path / "served/shards/shard-01.bin", how)
    assert run(["scan", str(root), "--workers", "1"]) == 4
    assert "shards/shard-01.bin" in refusal(capfd)


@pytest.mark.parametrize("how", HOW)
def test_an_object_that_is_replaced_while_it_is_read_ends_the_scan(
    store: Store, config: Path, tmp_path: Path, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "index"
    assert run(["plan", str(config), "--out", str(root)]) == 0
    store.asked.clear()

    def replace(asked: Asked) -> None:
        if asked.range and asked.path.endswith("shard-01.bin"):
            store.before.remove(replace)
            change(tmp_path / "served/shards/shard-01.bin", how)

    store.before.append(replace)
    assert run(["scan", str(root), "--workers", "1"]) == 4
    assert "shards/shard-01.bin" in refusal(capfd)


def test_a_replaced_object_is_scanned_again_by_index(
    store: Store, config: Path, sample: Path, tmp_path: Path
) -> None:
    root = tmp_path / "index"
    assert index(config, root) == 0
    before = ask(root, COUNTS).rows
    shard = tmp_path / "served/shards/shard-01.bin"
    touch_other(shard, shard.read_bytes()[2000:] + shard.read_bytes()[:2000])
    assert index(config, root) == 0
    assert not ask(root, COUNTS).rows.equals(before)


REFUSED = {
    "no such host": ("http://store.invalid/s/a.bin", 5, "the host cannot be reached"),
    "nobody listens": ("http://127.0.0.1:1/a.bin", 5, "the connection broke"),
    "no such file": ("{url}/shards/none.bin", 3, "no such file"),
    "nothing matches": ("{url}/shards/none*.bin", 3, "matches no file"),
    "a part is ..": ("{url}/shards/../shards/*.bin", 3, "holds a part '..'"),
    "no TLS": ("https://127.0.0.1:{port}/a.bin", 5, "the network failed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_said_in_one_line(
    store: Store,
    sample: Path,
    tmp_path: Path,
    pauses: list[float],
    case: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    url, code, words = REFUSED[case]
    secret = url.format(url=store.url, port=store.port).replace("://", "://ann:hunter2@")
    assert index(config_for(secret, sample, tmp_path), tmp_path / "index") == code
    line = refusal(capfd)
    assert words in line
    assert "hunter2" not in line


@pytest.mark.parametrize("status", [401, 403])
def test_denied_access_is_said_at_once(
    store: Store,
    config: Path,
    tmp_path: Path,
    pauses: list[float],
    status: int,
    capfd: pytest.CaptureFixture[str],
) -> None:
    store.faults = [Fault(status, 10_000, only=lambda asked: asked.path.endswith(".bin"))]
    assert index(config, tmp_path / "index") == 5
    assert f"the store denies access ({status} " in refusal(capfd)
    assert pauses == []


def test_every_request_carries_the_login(
    store: Store, sample: Path, index_dir: Path, tmp_path: Path, pauses: list[float]
) -> None:
    store.faults = [Fault(401, 10_000, only=lambda asked: asked.login is None)]
    url = store.url.replace("://", "://ann:hunter2@")
    assert index(config_for(f"{url}/shards/*.bin", sample, tmp_path), tmp_path / "index") == 0
    assert ask(tmp_path / "index", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)


def test_every_request_carries_the_signature(
    store: Store, sample: Path, tmp_path: Path, pauses: list[float]
) -> None:
    store.faults = [Fault(403, 10_000, only=lambda asked: "sig=hunter2" not in asked.path)]
    url = f"{store.url}/shards/shard-00.bin?sig=hunter2"
    assert index(config_for(url, sample, tmp_path), tmp_path / "index") == 0


def test_a_file_that_cannot_be_asked_for_is_not_missing(
    store: Store, sample: Path, tmp_path: Path, pauses: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    """Whether a mask lies beside a shard decides counts; a server that fails has not said that none does."""
    store.faults = [Fault(503, 10_000, only=lambda asked: asked.path.endswith(".idx"))]
    assert index(config_for(f"{store.url}/shards/shard-00.bin", sample, tmp_path), tmp_path / "index") == 5
    assert "shard-00.idx: could not be read in 6 attempts" in refusal(capfd)


def test_a_server_that_sends_whole_files_alone(
    store: Store,
    config: Path,
    index_dir: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.sends_ranges = False
    assert index(config, tmp_path / "index") == 0
    assert ask(tmp_path / "index", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)
    monkeypatch.setattr(remote_ranges, "WHOLE_BYTES", 1000)
    assert index(config, tmp_path / "another") == 5
    assert "the server sends whole files alone" in refusal(capfd)


def test_a_version_is_asked_for_with_each_range(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "served" / "pinned.bin"
    place.write_bytes(b"one version")
    (file,) = files.find_files([f"{store.url}/pinned.bin"], base=tmp_path)
    assert file_bytes.read_range(file, 0, 3) == b"one"
    assert store.asked[-1].version
    touch_other(place, b"two versions")
    with pytest.raises(StateError, match="was changed after it was planned"):
        file_bytes.read_range(file, 0, 3)


def test_a_server_without_etags_tells_versions_by_time(store: Store, tmp_path: Path) -> None:
    store.tells_etags = False
    place = tmp_path / "served" / "timed.bin"
    place.write_bytes(b"one")
    os.utime(place, (1e9, 1e9))
    (file,) = files.find_files([f"{store.url}/timed.bin"], base=tmp_path)
    assert file_bytes.read_range(file, 0, 3) == b"one"
    place.write_bytes(b"two")
    with pytest.raises(StateError, match="its Last-Modified is"):
        file_bytes.read_range(file, 0, 3)


NAMES = ["a b.bin", "a#1.bin", "a#2.bin", "a?.bin", "100%.bin", "é.bin", "[v1].bin", "it's.bin", "a&b.bin"]


def test_a_pattern_stands_for_the_links_of_a_page(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "served" / "names"
    for name in [*NAMES, ".hidden.bin", "sub/deep.bin"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    matched = files.find_files([f"{store.url}/names/*.bin"], base=tmp_path)
    assert [file_bytes.read_all(file).decode() for file in matched] == sorted(NAMES)
    (deep,) = files.find_files([f"{store.url}/**/deep.bin"], base=tmp_path)
    assert deep.name == f"{store.url}/names/sub/deep.bin"
    for spelled in ("a b.bin", "a%20b.bin"):
        (file,) = files.find_files([f"{store.url}/names/{spelled}"], base=tmp_path)
        assert file_bytes.read_all(file) == b"a b.bin"


def test_a_page_that_ends_too_early_is_no_hole(
    store: Store, config: Path, tmp_path: Path, pauses: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    store.faults = [Fault("short", 10_000, only=lambda asked: asked.path == "/shards/")]
    assert index(config, tmp_path / "index") == 5
    assert "the page ends after" in refusal(capfd)


@pytest.mark.parametrize("status", [403, 503])
def test_a_folder_that_cannot_be_listed_is_no_hole(
    store: Store,
    sample: Path,
    tmp_path: Path,
    pauses: list[float],
    status: int,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "served" / "shards" / "more").mkdir()
    store.faults = [Fault(status, 10_000, only=lambda asked: asked.path == "/shards/more/")]
    assert index(config_for(f"{store.url}/**/*.bin", sample, tmp_path), tmp_path / "index") == 5
    assert "/shards/more: " in refusal(capfd)


def test_two_workers_read_from_a_server(store: Store, config: Path, index_dir: Path, tmp_path: Path) -> None:
    """A client that was made before workers are forked is of no use to them."""
    assert run(["index", str(config), "--out", str(tmp_path / "index"), "--workers", "2"]) == 0
    assert ask(tmp_path / "index", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)


def test_few_requests_a_shard(store: Store, config: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    assert run(["plan", str(config), "--out", str(root)]) == 0
    planned = store.count("GET", "HEAD", path="shard-01")
    store.asked.clear()
    assert run(["scan", str(root), "--workers", "1"]) == 0
    assert (
        planned <= 14
    )  # two of them each for the sample that tokenizers, and that spellings are held against
    assert store.count("GET", "HEAD", path="shard-01") <= 6
