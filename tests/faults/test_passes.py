"""More phrases than memory holds at once: several passes over the corpus, and the partials of one pass."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import planning
from indexer.build import build_index, merge_index, plan_index, scan_shards
from indexer.config import Config
from indexer.errors import StateError
from indexer.index_dir import IndexDir
from indexer.plan import memory
from indexer.plan.coverage import coverage_of
from indexer.plan.plan_file import read_plan
from tests.support.deaths import DiedError, deaths, scan_in_this_process
from tests.support.grown_indexes import assert_same, of_text, seen_texts, with_added, write_ids
from tests.support.small_corpus import SmallCorpus


def at_once(config: Config, n: int) -> Config:
    return replace(config, index=replace(config.index, phrases_at_once=n))


def with_occurrences(config: Config) -> Config:
    return replace(config, index=replace(config.index, occurrences="all"))


def test_passes_give_the_partials_of_one_pass(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    corpus = SmallCorpus(tmp_path)
    config = with_occurrences(corpus.config())
    n = build_index(config, tmp_path / "one", n_workers=1).n_phrases
    with caplog.at_level(logging.WARNING):
        done = []
        build_index(
            at_once(config, 25),
            tmp_path / "three",
            n_workers=2,
            on_range=lambda _, one: done.append((one.range_number, one.pass_number, one.is_whole)),
        )
    assert 50 < n <= 75
    assert sorted(done) == [(number, step, step == 2) for number in range(3) for step in range(3)]
    assert (
        "phrases_at_once = 25): 3 passes over the corpus, which is read and searched 3 times" in caplog.text
    )
    assert_same(tmp_path / "three", tmp_path / "one")


def test_a_pass_is_kept_whatever_the_next_looks_for(tmp_path: Path) -> None:
    """Between passes phrases are added, shards too, and the size of a pass is changed."""
    corpus = SmallCorpus(tmp_path)
    root, index = tmp_path / "index", IndexDir(tmp_path / "index")
    write_ids(tmp_path / "more.jsonl", 7)
    plan = plan_index(with_occurrences(at_once(corpus.config(), 25)), root)
    for done in scan_shards(root, n_workers=1, ranges=[0, 1]):
        if done.pass_number == 1 and done.range_number == 1:
            break
    coverage = coverage_of(index, plan)
    assert coverage.missing == (2,) and sorted(coverage.begun) == [0, 1] and not coverage.whole
    with pytest.raises(StateError, match=r"partials is missing, of shards/s02\.bin"):
        merge_index(root)
    list(scan_shards(root, n_workers=1, ranges=[2]))
    with pytest.raises(StateError, match="2 of 3 ranges are not scanned for all phrases yet"):
        merge_index(root)
    corpus.write_shard(3, 3)
    config = with_occurrences(at_once(with_added(corpus.config(), "more.jsonl"), 33))
    build_index(config, root, n_workers=1)
    build_index(at_once(config, 0), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")


def test_the_memory_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = SmallCorpus(tmp_path)
    config = replace(corpus.config(), index=replace(corpus.config().index, max_memory="2GB"))
    n = 10_000_000
    of_pass = memory.phrases_at_once(config, n)
    assert of_pass * (memory.SEARCH_OF_IDS + memory.PHRASE_IN_WORKER) <= 2e9 - memory.LIBRARIES
    assert memory.n_passes(config, n) == -(-n // of_pass) > 50
    assert memory.n_passes(config, 60) == 1
    assert memory.n_passes(config, n, "200GB") == 1
    monkeypatch.setattr(memory, "SEARCH_OF_IDS", 60_000_000)
    monkeypatch.setattr(memory, "LEAST_AT_ONCE", 1)
    told = memory.told_passes(config, 60)
    assert "take about 3.6 GB (more than 2.0 GB (max_memory)): 3 passes" in told
    monkeypatch.setattr(memory, "memory_in_use", lambda: 200_000_000)  # tests before it may leave much
    build_index(config, tmp_path / "passes", n_workers=1)
    monkeypatch.setattr(memory, "SEARCH_OF_IDS", 7_500)
    build_index(config, tmp_path / "one", n_workers=1)
    assert_same(tmp_path / "passes", tmp_path / "one")


def test_memory_and_passes_are_told_before_phrases_are_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = SmallCorpus(tmp_path)

    def read(*_: object, **__: object) -> None:
        raise DiedError

    monkeypatch.setattr(planning, "load_phrases", read)
    monkeypatch.setattr(memory, "PHRASE_OF_IDS", 40_000_000)
    with pytest.raises(DiedError):
        plan_index(at_once(corpus.config(), 25), tmp_path / "index")
    assert "about 60 phrases need about 2.6 GB of memory" in caplog.text
    assert "3 passes over the corpus" in caplog.text


def test_texts_gaps_and_other_normal_forms_in_passes(sample: Path, index_dir: Path, tmp_path: Path) -> None:
    one, two, three, *_ = (text.split() for text in seen_texts(index_dir))
    rows = [
        f",{one[0]} <0-6 words> {two[-1]}",
        f"{' '.join(three)},",
        f",caf\u00e9 <0-2 tokens> {one[0]}",
        "caf\u00e9,",
        f"{one[0]},",
        f",{one[0]} <0-3 words> {three[-1]}",
    ]
    (tmp_path / "phrases.csv").write_text("text,pattern\n" + "\n".join(rows) + "\n")
    source = [f"phrases.source={tmp_path / 'phrases.csv'}", "phrases.text=text", "phrases.pattern=pattern"]
    config = of_text(sample, tmp_path, *source)
    build_index(at_once(config, 1), tmp_path / "six", n_workers=1)
    build_index(config, tmp_path / "one", n_workers=1)
    assert_same(tmp_path / "six", tmp_path / "one")


def test_a_death_between_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=2)
    config = at_once(corpus.config(), 30)
    build_index(config, tmp_path / "one", n_workers=1)
    plan_index(config, tmp_path / "index")

    def scan(root: Path) -> None:
        list(scan_shards(root))

    for number, root in deaths(tmp_path / "index", scan, monkeypatch):
        build_index(at_once(config, 17) if number % 2 else config, root)
        assert_same(root, tmp_path / "one")
    assert len(read_plan(tmp_path / "index/plan.json").ranges) == 2


@pytest.mark.parametrize("turns", ["a" + "b" * 9 + "a" * 8, "aaaabbbbbbbbbaaaaa", "abababababababababa"])
def test_two_runs_of_one_task_do_not_stop_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: str
) -> None:
    """Each takes passes of a size of its own; whoever is behind takes nothing back, and nothing amiss."""
    corpus = SmallCorpus(tmp_path)
    config = with_occurrences(corpus.config())
    build_index(config, tmp_path / "one", n_workers=1)
    scan_in_this_process(monkeypatch)
    runs = {}
    plan_index(config, tmp_path / "index")
    for name, n in {"a": 25, "b": 40 if turns.startswith("aaaa") else 25}.items():
        monkeypatch.setattr(memory, "phrases_at_once", lambda *_, n=n: n)
        runs[name] = scan_shards(tmp_path / "index")
        next(runs[name])  # its plan is read, and its coverage
    index, whole = IndexDir(tmp_path / "index"), set[int]()
    for turn in turns:
        next(runs[turn], None)
        now = set(coverage_of(index, read_plan(index.plan_file)).whole)
        assert now >= whole
        whole = now
    for run in runs.values():
        list(run)
    merge_index(tmp_path / "index")
    assert_same(tmp_path / "index", tmp_path / "one")
