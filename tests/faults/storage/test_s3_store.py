"""A corpus on moto's S3 behind a proxy that fails: the table of the local corpus, or a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.cli.main import run
from indexer.config import CorpusConfig
from indexer.corpus import open_corpus
from indexer.errors import StateError
from indexer.splits.ask import ask
from indexer.storage import file_bytes, files, objects, read_ahead, requests
from tests.support.deaths import scan_in_this_process
from tests.support.faulty_server import Asked, Fault, Store, serving
from tests.support.store_cases import COUNTS, KINDS, config_for, index, refusal

pytest.importorskip("s3fs", reason="needs s3fs and moto: make test-stores")
moto_server = pytest.importorskip("moto.server", reason="needs s3fs and moto: make test-stores")

HERE = Path()


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def client(upstream: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that asks the server itself, and none of whose requests fail."""
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{upstream}")
    client.create_bucket(Bucket="corpus")
    yield client
    while listed := client.list_objects_v2(Bucket="corpus").get("Contents"):
        client.delete_objects(Bucket="corpus", Delete={"Objects": [{"Key": one["Key"]} for one in listed]})


@pytest.fixture
def store(client: Any, upstream: int, sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for path in sorted((sample / "shards").iterdir()):
        client.put_object(Bucket="corpus", Key=f"shards/{path.name}", Body=path.read_bytes())
    with serving(upstream=upstream) as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
        forget_clients()
        yield store
    forget_clients()


def forget_clients() -> None:
    """Have the next request make a client of its own: fsspec keeps those of earlier servers."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which are not made."""
    made: list[float] = []
    monkeypatch.setattr(requests.time, "sleep", made.append)
    return made


@pytest.fixture
def config(store: Store, sample: Path, tmp_path: Path) -> Path:
    return config_for("s3://corpus/shards/*.bin", sample, tmp_path)


@pytest.mark.parametrize("fault", KINDS, ids=lambda fault: str(fault.kind))
def test_every_third_request_fails_and_the_table_is_the_local_one(
    store: Store, config: Path, index_dir: Path, tmp_path: Path, pauses: list[float], fault: Fault
) -> None:
    fault.times, fault.done = 10_000, 0
    fault.only = lambda asked: len(store.asked) % 3 == 0
    store.faults = [fault]
    assert index(config, tmp_path / "index") == 0
    assert ask(tmp_path / "index", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)
    assert fault.done > 5


def test_a_server_is_left_alone_as_long_as_it_wants(
    store: Store, config: Path, tmp_path: Path, pauses: list[float]
) -> None:
    store.faults = [Fault(503, headers={"Retry-After": "7"})]
    assert index(config, tmp_path / "index") == 0
    assert 7.0 in pauses


def test_the_budget_counts_the_attempts_of_clients_too(
    store: Store, config: Path, tmp_path: Path, pauses: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    """s3fs and botocore repeat requests themselves, unless they are told not to."""
    store.faults = [Fault(503, 10_000)]
    assert index(config, tmp_path / "index") == 5
    assert "could not be read in 6 attempts" in refusal(capfd)
    assert len(store.asked) == 6


@pytest.mark.parametrize("when", ["after planning", "while it is read"])
@pytest.mark.parametrize("how", ["other bytes", "longer", "shorter", "gone"])
def test_a_replaced_object_ends_the_scan(
    store: Store,
    client: Any,
    config: Path,
    tmp_path: Path,
    how: str,
    when: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    root, key = tmp_path / "index", "shards/shard-01.bin"
    assert run(["plan", str(config), "--out", str(root)]) == 0
    data = client.get_object(Bucket="corpus", Key=key)["Body"].read()

    def replace(asked: Asked | None) -> None:
        if asked is not None:
            if not (asked.range and key in asked.path):
                return
            store.before.remove(replace)
        if how == "gone":
            client.delete_object(Bucket="corpus", Key=key)
        else:
            other = {"longer": data + bytes(64), "shorter": data[:-64]}.get(how, data[::-1])
            client.put_object(Bucket="corpus", Key=key, Body=other)

    if when == "after planning":
        replace(None)
    else:
        store.before.append(replace)
    assert run(["scan", str(root), "--workers", "1"]) == 4
    assert key in refusal(capfd)
    assert not list((root / "partials").glob("*00001*"))


@pytest.mark.parametrize(
    ("paths", "code", "words"),
    [
        ("s3://nobody/shards/*.bin", 3, "no such bucket"),
        ("s3://nobody/shards/shard-00.bin", 3, "no such"),
        ("s3://corpus/shards/none.bin", 3, "no such file"),
        ("s3://corpus/none/*.bin", 3, "matches no file"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    store: Store,
    sample: Path,
    tmp_path: Path,
    paths: str,
    code: int,
    words: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert index(config_for(paths, sample, tmp_path), tmp_path / "index") == code
    assert words in refusal(capfd)


def test_denied_access_is_said_at_once(
    store: Store, config: Path, tmp_path: Path, pauses: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    store.faults = [Fault(403, 10_000)]
    assert index(config, tmp_path / "index") == 5
    line = refusal(capfd)
    assert "the store denies access" in line
    assert "hunter2" not in line
    assert pauses == []


def test_no_credentials_are_said_in_one_line(
    store: Store,
    config: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert index(config, tmp_path / "index") == 2
    assert "the store wants credentials" in refusal(capfd)


def test_nobody_listens(
    store: Store,
    config: Path,
    tmp_path: Path,
    pauses: list[float],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    forget_clients()
    assert index(config, tmp_path / "index") == 5
    assert "could not be read in 6 attempts" in refusal(capfd)


NAMES = [
    "a b.bin",
    "a#1.bin",
    "a#2.bin",
    "a?.bin",
    "a?key",
    "100%.bin",
    "é.bin",
    "[v1].bin",
    "a+b.bin",
    "a&b.bin",
]


def test_names_are_those_of_the_store(store: Store, client: Any) -> None:
    for name in [*NAMES, ".hidden.bin", "sub/deep.bin"]:
        client.put_object(Bucket="corpus", Key=f"names/{name}", Body=name.encode())
    client.put_object(Bucket="corpus", Key="names/", Body=b"")
    for name in NAMES:
        for file in files.find_files([f"s3://corpus/names/{name}"], base=HERE):
            assert file_bytes.read_all(file) == name.encode()
            assert file.name == f"s3://corpus/names/{name}"
    matched = files.find_files(["s3://corpus/names/*.bin"], base=HERE)
    expected = sorted(name for name in NAMES if name.endswith(".bin"))
    assert [file_bytes.read_all(file).decode() for file in matched] == expected
    deep = files.expand("s3://corpus/names/**/*.bin", base=HERE)
    assert [name.removeprefix("s3://corpus/names/") for name in deep] == sorted([*expected, "sub/deep.bin"])
    assert files.is_folder("s3://corpus/names", base=HERE)
    assert not files.exists("s3://corpus/names/none", base=HERE)


def test_a_version_is_asked_for_with_each_range(store: Store, client: Any) -> None:
    client.put_object(Bucket="corpus", Key="pinned.bin", Body=b"one version")
    (file,) = files.find_files(["s3://corpus/pinned.bin"], base=HERE)
    assert file_bytes.read_range(file, 0, 3) == b"one"
    assert store.asked[-1].version
    client.put_object(Bucket="corpus", Key="pinned.bin", Body=b"two versions")
    with pytest.raises(StateError, match="was changed after it was planned"):
        file_bytes.read_range(file, 0, 3)


def test_a_longer_listing_is_whole(store: Store, client: Any, pauses: list[float]) -> None:
    """A server gives a thousand names at once; a page that failed is asked for again, not all of them."""
    names = [f"many/{number:04}.bin" for number in range(1_020)]
    for name in names:
        client.put_object(Bucket="corpus", Key=name, Body=b"")
    store.faults = [Fault(503, 2, only=lambda asked: "continuation-token" in asked.path)]
    matched = files.expand("s3://corpus/many/*.bin", base=HERE)
    assert matched == [f"s3://corpus/{name}" for name in names]
    assert len(store.asked) == 4


def test_two_workers_read_from_a_store(store: Store, config: Path, index_dir: Path, tmp_path: Path) -> None:
    assert run(["index", str(config), "--out", str(tmp_path / "index"), "--workers", "2"]) == 0
    assert ask(tmp_path / "index", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)


def test_few_requests_a_shard(store: Store, config: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    assert run(["plan", str(config), "--out", str(root)]) == 0
    assert store.count("GET", "HEAD", path="shard-01") <= 14
    store.asked.clear()
    assert run(["scan", str(root), "--workers", "1"]) == 0
    assert store.count("GET", "HEAD", path="shard-01") <= 8


@pytest.mark.parametrize(
    "fault", [Fault(503), Fault("lost"), Fault("drop")], ids=lambda fault: str(fault.kind)
)
def test_an_index_on_a_store_where_every_third_request_fails_is_the_local_one(
    store: Store,
    config: Path,
    index_dir: Path,
    tmp_path: Path,
    pauses: list[float],
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a PUT whose answer is lost nobody knows whether it was done: it is done again, or found done."""
    fault.times, fault.done = 10_000, 0
    fault.only = lambda asked: len(store.asked) % 3 == 0
    store.faults = [fault]
    scan_in_this_process(monkeypatch)
    url = "s3://corpus/runs/index"
    assert run(["plan", str(config), "--out", url]) == 0
    for task in ("2/2", "1/2"):
        assert run(["scan", url, "--task", task, "--workers", "1"]) == 0
    assert run(["merge", url, "--out", str(tmp_path / "here")]) == 0
    assert ask(tmp_path / "here", COUNTS).rows.equals(ask(index_dir, COUNTS).rows)
    assert fault.done > 10


def test_an_index_on_a_store_costs_three_requests_a_range_and_holds_no_secret(
    store: Store, client: Any, config: Path, tmp_path: Path
) -> None:
    url = "s3://corpus/runs/index"
    assert run(["plan", str(config), "--out", url]) == 0
    assert run(["scan", url, "--workers", "1"]) == 0
    partials = client.list_objects_v2(Bucket="corpus", Prefix="runs/index/partials/")["Contents"]
    assert store.count("GET", "PUT", "HEAD", path="/partials/") == 2 * len(partials)
    copies = 3  # of `plan`, of the share and of the scan: its version is asked before each
    assert store.count("HEAD", path="/plan.json") == len(partials) + copies
    for one in client.list_objects_v2(Bucket="corpus", Prefix="runs/")["Contents"]:
        assert b"hunter2" not in client.get_object(Bucket="corpus", Key=one["Key"])["Body"].read()


def test_an_object_is_made_once(store: Store, pauses: list[float]) -> None:
    url = "s3://corpus/runs/once"
    store.faults = [Fault("lost", only=lambda asked: asked.method == "PUT")]
    assert objects.create_object(url, b"mine") is None
    assert store.count("PUT", path="once") == 2
    assert objects.create_object(url, b"theirs") == b"mine"
    objects.write_object(url, b"theirs")
    assert objects.read_object(url) == b"theirs"


def test_a_store_that_may_not_be_written_is_said_in_one_line(
    store: Store, config: Path, pauses: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    store.faults = [Fault(403, 10_000, only=lambda asked: asked.method == "PUT")]
    assert run(["plan", str(config), "--out", "s3://corpus/runs/index"]) == 5
    assert "s3://corpus/runs/index" in (line := refusal(capfd)) and "the store denies access" in line
    store.faults = [Fault(503, 10_000, only=lambda asked: asked.method == "PUT")]
    assert run(["plan", str(config), "--out", "s3://corpus/runs/index"]) == 5
    assert "could not be written in 6 attempts" in refusal(capfd)


def test_a_long_shard_is_read_ahead_by_few_requests(
    store: Store, client: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request for each piece, whatever blocks are cut of it, also where the store throttles."""
    ids = np.random.default_rng(5).integers(0, 50_000, 40_000).astype("<u2")
    client.put_object(Bucket="corpus", Key="long.bin", Body=ids.tobytes())
    config = CorpusConfig(
        paths=["s3://corpus/long.bin"], format="headerless", dtype="uint16", sequence_length=16
    )
    monkeypatch.setattr(read_ahead, "PIECE_BYTES", 8_000)
    reader = open_corpus(config, base=HERE, block_ids=999)
    (shard,) = reader.shards()
    store.asked.clear()
    store.faults = [Fault(503, 3), Fault("short", 2)]
    blocks = [block.ids.copy() for block in reader.blocks(shard, 0, shard.n_sequences)]
    assert len(blocks) > 20 and np.array_equal(np.concatenate(blocks), ids)
    assert store.count("GET", path="long.bin") == 10 + 5
