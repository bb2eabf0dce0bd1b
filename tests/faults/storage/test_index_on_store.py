"""Plan and partials on a store: several machines without a shared disk end with the index of one folder."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from indexer import crew
from indexer.build import build_index, merge_index, plan_index, scan_shards, share_of_ranges
from indexer.cli.main import run
from indexer.errors import ConfigError, StateError
from indexer.exposure.status import read_status
from indexer.index_dir import IndexDir
from indexer.index_on_store import opened_index
from indexer.plan.plan_file import read_plan
from indexer.plan.shares import Share
from indexer.scanning.task import ScanTask
from indexer.storage import objects
from tests.support.deaths import scan_in_this_process
from tests.support.small_corpus import SmallCorpus, exposures

URL = "memory://runs/index"


@pytest.fixture
def store() -> Iterator[dict[str, Any]]:
    """Return the objects of a store that lives in this process, by their path."""
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    yield MemoryFileSystem.store
    MemoryFileSystem.store.clear()


@pytest.fixture
def corpus(tmp_path: Path) -> SmallCorpus:
    return SmallCorpus(tmp_path, n_shards=4)


def scan(*shares: Share) -> list[int]:
    """Scan shares as machines of their own do, without a worker process; return the ranges that were done."""
    done = []
    for share in shares:
        ranges = share_of_ranges(URL, share)
        done += [one.range_number for one in scan_shards(URL, ranges=ranges, n_workers=1)]
    return done


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers be this process, whose memory the store is."""
    scan_in_this_process(monkeypatch)


def test_shares_end_with_the_index_of_one_folder(
    tmp_path: Path, corpus: SmallCorpus, store: dict[str, Any]
) -> None:
    build_index(corpus.config(), tmp_path / "local", n_workers=1)
    plan_index(corpus.config(), URL)
    assert scan(Share(1, 3)) == [0, 3]
    state = read_status(URL)
    assert (state.n_scanned, sorted(state.missing_ranges)) == (2, [1, 2])
    with pytest.raises(StateError, match="2 of 4 partials are missing"):
        merge_index(URL, out=tmp_path / "early")
    assert scan(Share(2, 3), Share(1, 3), Share(3, 3)) == [1, 2]
    merge_index(URL, out=tmp_path / "here")
    assert exposures(tmp_path / "here") == exposures(tmp_path / "local")
    for number in range(4):
        local, brought = (IndexDir(tmp_path / name).partial_file(number) for name in ("local", "here"))
        assert local.read_bytes() == brought.read_bytes()
    assert all("exposures" not in path for path in store)


def test_the_same_plan_is_taken_again_and_another_refused(corpus: SmallCorpus, store: dict[str, Any]) -> None:
    plan_index(corpus.config(), URL)
    scanned = scan_shards(URL)
    next(scanned)
    version = objects.version_of_object(f"{URL}/plan.json")
    plan_index(corpus.config(), URL)
    assert objects.version_of_object(f"{URL}/plan.json") == version  # or this scan would end
    assert len(list(scanned)) == 3
    assert scan(Share(1, 1)) == []
    corpus.order["batch_size"] = 8
    with pytest.raises(StateError, match=r"memory://runs/index: holds another plan"):
        plan_index(corpus.config(), URL)


def test_an_index_on_a_store_grows_as_one_in_a_folder(
    tmp_path: Path, corpus: SmallCorpus, store: dict[str, Any]
) -> None:
    plan_index(corpus.config(), URL)
    scan(Share(1, 1))
    merge_index(URL, out=tmp_path / "here")
    corpus.write_shard(4, 4)
    (corpus.base / "more.jsonl").write_text('{"id": 900, "token_ids": [1, 2, 3]}\n')
    config = replace(corpus.config(), phrases=replace(corpus.config().phrases, added=["more.jsonl"]))
    plan_index(config, URL)
    assert sorted(scan(Share(1, 2), Share(2, 2))) == [0, 1, 2, 3, 4]
    merge_index(URL, out=tmp_path / "here")
    build_index(config, tmp_path / "fresh", n_workers=1)
    assert exposures(tmp_path / "here") == exposures(tmp_path / "fresh")
    other = SmallCorpus(tmp_path / "other")
    build_index(other.config(), tmp_path / "taken", n_workers=1)
    with pytest.raises(StateError, match="taken: holds another plan than memory://runs/index"):
        merge_index(URL, out=tmp_path / "taken")


def test_of_two_that_plan_at_once_one_is_refused(
    corpus: SmallCorpus, store: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer import build

    make_plan = build.make_plan

    def make_slowly(*words: Any) -> Any:
        made = make_plan(*words)
        monkeypatch.setattr(build, "make_plan", make_plan)
        other = SmallCorpus(corpus.base / "other")
        plan_index(other.config(), URL)
        return made

    monkeypatch.setattr(build, "make_plan", make_slowly)
    with pytest.raises(StateError, match=r"plan\.json: was made by another process"):
        plan_index(corpus.config(), URL)
    assert scan(Share(1, 1)) == [0, 1, 2]  # of whoever came first, whose plan is whole


def test_a_task_that_goes_to_another_machine_takes_copies_of_its_own(
    corpus: SmallCorpus, store: dict[str, Any]
) -> None:
    """So a Ray worker does: the folder of the copies it was made from is not there."""
    plan_index(corpus.config(), URL)
    with opened_index(URL) as index:
        sent = pickle.dumps(ScanTask(index, read_plan(index.plan_file)))
        folder = index.root
    assert not folder.exists()
    task = pickle.loads(sent)
    assert task.index.root != folder
    task(2)
    assert read_status(URL).n_scanned == 1


@pytest.mark.parametrize("how", ["damaged", "cut"])
def test_a_damaged_partial_is_scanned_again_and_replaced(
    tmp_path: Path, corpus: SmallCorpus, store: dict[str, Any], how: str
) -> None:
    plan_index(corpus.config(), URL)
    scan(Share(1, 1))
    url = f"{URL}/partials/000002.parquet"
    whole = objects.read_object(url)
    assert whole is not None
    objects.write_object(url, whole[:-9] if how == "cut" else whole[:40] + b"\x00" + whole[41:])
    (refused,) = read_status(URL).refused_partials
    assert refused.startswith(f"{url}: is ")
    assert scan(Share(1, 1)) == [2]
    assert objects.read_object(url) == whole


def test_other_ids_than_those_of_another_run_are_refused(
    corpus: SmallCorpus, store: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine, whose copy of a shard is damaged, commits between our look and our commit."""
    plan_index(corpus.config(), URL)
    scan(Share(1, 1))
    url = f"{URL}/partials/000001.parquet"
    theirs = objects.read_object(f"{URL}/partials/000000.parquet")
    objects.remove_object(url)
    from indexer import index_on_store

    create = objects.create_object

    def too_late(there: str, data: bytes) -> bytes | None:
        objects.write_object(there, theirs or b"")
        return create(there, data)

    monkeypatch.setattr(index_on_store, "create_object", too_late)
    with pytest.raises(StateError, match=r"000001\.parquet: was written by another run meanwhile"):
        scan(Share(1, 1))
    assert objects.read_object(url) == theirs
    assert "was written by another run" in next(iter(read_status(URL).given_up.values()))


def test_a_plan_that_is_replaced_while_it_is_scanned_ends_the_scan(
    corpus: SmallCorpus, store: dict[str, Any]
) -> None:
    plan_index(corpus.config(), URL)
    scanned = scan_shards(URL, n_workers=1)
    next(scanned)
    plan = objects.read_object(f"{URL}/plan.json")
    objects.write_object(f"{URL}/plan.json", (plan or b"") + b" ")
    with pytest.raises(StateError, match=r"index/plan\.json: was removed, or replaced"):
        list(scanned)
    assert len([path for path in store if "/partials/" in path]) == 1


@pytest.mark.parametrize("when", ["before the first pass", "between passes"])
def test_a_task_of_an_old_plan_takes_nothing_from_a_new_one(
    corpus: SmallCorpus, store: dict[str, Any], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """A store has no lock: phrases are added, planned and scanned while a task of the old plan goes on."""
    config = replace(corpus.config(), index=replace(corpus.config().index, phrases_at_once=40))
    plan_index(config, URL)
    (corpus.base / "more.jsonl").write_text('{"id": 900, "token_ids": [1, 2, 3]}\n')
    more = replace(config, phrases=replace(config.phrases, added=["more.jsonl"]))
    old = scan_shards(URL)
    if when == "between passes":
        assert [next(old).is_whole for _ in range(4)] == [False] * 4
        plan_index(more, URL)
    else:
        honest = crew.coverage_of

        def replaced(*words: Any) -> Any:
            monkeypatch.setattr(crew, "coverage_of", honest)
            plan_index(more, URL)
            return honest(*words)

        monkeypatch.setattr(crew, "coverage_of", replaced)
    with pytest.raises(StateError, match=r"plan\.json: was removed, or replaced"):
        next(old)
    assert scan(Share(1, 1))[-4:] == [0, 1, 2, 3]
    assert read_status(URL).n_scanned == 4


def test_an_object_is_made_once(store: dict[str, Any]) -> None:
    assert objects.create_object("memory://a/b", b"one") is None
    assert objects.create_object("memory://a/b", b"one") is None  # an answer that was lost
    assert objects.create_object("memory://a/b", b"two") == b"one"
    assert objects.read_object("memory://a/b") == b"one"
    objects.remove_object("memory://a/b")
    objects.remove_object("memory://a/b")
    assert objects.read_object("memory://a/b") is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["query", URL, "overview"], "this command wants a folder; bring the index into one"),
        (["index", "{config}", "--out", URL], "where plan and partials may lie, and no table"),
        (["merge", URL], "exposure merge memory://runs/index --out DIR"),
        (["merge", "{folder}", "--out", "{folder}"], "--out has no effect"),
        (["plan", "{config}", "--out", "https://example.org/index"], "https:// is not written to"),
        (["scan", "memory://runs/none"], "memory://runs/none: holds no plan.json"),
    ],
)
def test_who_wants_a_folder_says_so(
    tmp_path: Path,
    corpus: SmallCorpus,
    store: dict[str, Any],
    words: list[str],
    said: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    config = corpus.write_config()
    code = run([word.format(config=config, folder=tmp_path) for word in words])
    err = capfd.readouterr().err
    assert said in err and "Traceback" not in err
    assert code == ConfigError.exit_code
