"""Phrases that are added to an index: only they are scanned for, and it equals an index of all at once."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build_index, plan_index
from indexer.config.load import load_config
from indexer.errors import StateError
from indexer.exposure.status import read_status
from indexer.scanning import task as task_module
from indexer.splits.ask import ask
from indexer.verification.verify import verify_index
from tests.support.deaths import deaths
from tests.support.grown_indexes import assert_same, of_text, seen_texts, with_added, write_ids
from tests.support.small_corpus import SmallCorpus


class LookedFor:
    """How many phrases each range was scanned for since it was asked last, in whatever process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, n: int) -> None:
        with self.path.open("a") as file:
            file.write(f"{n}\n")

    def since(self) -> list[int]:
        counts = [int(line) for line in self.path.read_text().split()] if self.path.exists() else []
        self.path.unlink(missing_ok=True)
        return counts


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LookedFor:
    counts = LookedFor(tmp_path / "looked-for")
    honest = task_module.ScanTask._scan

    def scan(self, scan_range, *more):
        counts.note(self._looked_for().phrases.num_rows)
        return honest(self, scan_range, *more)

    monkeypatch.setattr(task_module.ScanTask, "_scan", scan)
    return counts


def test_only_added_phrases_are_looked_for(tmp_path: Path, looked_for: LookedFor) -> None:
    corpus = SmallCorpus(tmp_path)
    root, config = tmp_path / "index", corpus.config()
    n = build_index(config, root, n_workers=1).n_phrases
    write_ids(tmp_path / "one.jsonl", 7)
    write_ids(tmp_path / "two.jsonl", 8)
    with (tmp_path / "one.jsonl").open("a") as file:
        file.write((tmp_path / "phrases.jsonl").read_text())  # which the index has
    looked_for.since()
    n_more = build_index(with_added(config, "one.jsonl"), root, n_workers=1).n_phrases
    assert looked_for.since() == [n_more - n] * 3
    looked_for.since()
    n_most = build_index(with_added(config, "two.jsonl"), root, n_workers=1).n_phrases
    assert looked_for.since() == [n_most - n_more] * 3 and n_most > n_more
    build_index(with_added(config, "one.jsonl", "two.jsonl"), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")
    (tmp_path / "all.jsonl").write_text(
        "".join((tmp_path / f"{name}.jsonl").read_text() for name in ("phrases", "one", "two"))
    )
    joined = replace(config, phrases=replace(config.phrases, source="all.jsonl"))
    build_index(joined, tmp_path / "joined", n_workers=1)
    assert_same(root, tmp_path / "joined")
    looked_for.since()
    build_index(config, root, n_workers=1)  # what was added stays
    assert looked_for.since() == []
    assert_same(root, tmp_path / "afresh")
    assert verify_index(root).exit_code == 0


def test_the_command(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    corpus.write_config()
    write_ids(tmp_path / "more.jsonl", 7)
    config, root = tmp_path / "exposure.toml", tmp_path / "index"
    code, _, err = exposure("index", config, "--out", root, "--add-phrases", tmp_path / "more.jsonl")
    assert code == 2 and "holds no index" in err
    code, _, err = exposure("index", config, "--out", root)
    assert code == 0, err
    for again in (False, True):
        code, _, err = exposure("index", config, "--out", root, "--add-phrases", tmp_path / "more.jsonl")
        assert code == 0, err
        assert ("are added to" in err) != again
    build_index(with_added(load_config(config), "more.jsonl"), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")


def test_a_death_after_each_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = SmallCorpus(tmp_path, n_shards=2)
    config = corpus.config()
    write_ids(tmp_path / "more.jsonl", 7)
    build_index(config, tmp_path / "index", n_workers=1)
    build_index(with_added(config, "more.jsonl"), tmp_path / "afresh", n_workers=1)

    def add(root: Path) -> None:
        build_index(with_added(config, "more.jsonl"), root)

    for number, root in deaths(tmp_path / "index", add, monkeypatch):
        # what was begun to be added stays, whether it is named again or not
        build_index(config if number % 2 else with_added(config, "more.jsonl"), root)
        assert_same(root, tmp_path / "afresh")


def test_plain_phrases_beside_pairs(sample: Path, tmp_path: Path, looked_for: LookedFor) -> None:
    """Another spelling of a phrase makes it be looked for again; forms and notes are those of all."""
    root, more = tmp_path / "index", tmp_path / "more.txt"
    config = of_text(sample, tmp_path)
    n = build_index(config, root, n_workers=1).n_phrases
    known, *_ = seen_texts(root)
    word = known.split()[0]
    more.write_text(f"{word}\n{known.upper()}\nthe caf\u00e9\nno such {word}\n{word} \u2603\n")
    looked_for.since()
    n_more = build_index(with_added(config, str(more)), root, n_workers=1).n_phrases
    assert set(looked_for.since()) == {n_more - n + 1}
    build_index(with_added(config, str(more)), tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")
    assert verify_index(root).exit_code == 0
    assert ask(root, "SELECT count(*) AS n FROM pairs").rows["n"][0].as_py() > 0
    ids = ask(root, "SELECT id, phrase FROM attributes JOIN phrases USING (phrase_id) ORDER BY ALL").rows
    assert ids.num_rows == 5


def test_phrases_with_gaps_and_other_normal_forms(sample: Path, index_dir: Path, tmp_path: Path) -> None:
    """Parts are numbered behind all phrases, and so are their other forms: both move."""
    root = tmp_path / "index"
    one, two, three, *_ = (text.split() for text in seen_texts(index_dir))
    head = "text,pattern,note\n"
    before = [
        f",{one[0]} <0-6 words> {two[-1]},1",
        f"{' '.join(three)},,2",
        f",caf\u00e9 <0-2 tokens> {one[0]},3",
    ]
    (tmp_path / "before.csv").write_text(head + "\n".join(before) + "\n")
    more = [
        f",{one[0]} <0-3 words> {three[-1]},x",
        f"{' '.join(one)},,4",
        "caf\u00e9,,5",
        ",r\u00e9 <1-2 words> a,6",
    ]
    (tmp_path / "more.csv").write_text(head + "\n".join(more) + "\n")
    plain = [f"phrases.source={tmp_path / 'before.csv'}", "phrases.text=text", "phrases.pattern=pattern"]
    config = of_text(sample, tmp_path, *plain)
    build_index(config, root, n_workers=1)
    added = with_added(config, str(tmp_path / "more.csv"))
    build_index(added, root, n_workers=1)
    build_index(added, tmp_path / "afresh", n_workers=1)
    assert_same(root, tmp_path / "afresh")


def test_the_table_of_before_is_asked_until_there_is_a_newer_one(tmp_path: Path, exposure) -> None:
    corpus = SmallCorpus(tmp_path)
    config, root = corpus.config(), tmp_path / "index"
    write_ids(tmp_path / "more.jsonl", 7)
    write_ids(tmp_path / "most.jsonl", 8)
    build_index(config, root, n_workers=1)
    seen = ask(root, "SELECT count(*) AS n FROM exposures WHERE seen").rows
    for source in ("more.jsonl", "most.jsonl"):
        plan_index(with_added(config, source), root)
        assert ask(root, "SELECT count(*) AS n FROM exposures WHERE seen").rows == seen
        assert read_status(root).table == "earlier"
    code, _, err = exposure("merge", root)
    assert code == 4 and "3 of 3 ranges are not scanned for all phrases yet" in err
    os.utime(corpus.shard(1), (7, 7))
    plan_index(config, root)  # zeros of a shard that may be another one
    with pytest.raises(StateError, match="was merged from plan"):
        ask(root, "SELECT 1")
    build_index(config, root, n_workers=1)
    assert read_status(root).table == "complete"
    corpus.write_shard(3, 3)
    plan_index(config, root)
    with pytest.raises(StateError, match="was merged from plan"):
        ask(root, "SELECT 1")
    assert read_status(root).table == "foreign"
