"""What a task does before workers are forked."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from indexer.build import plan_index
from indexer.config import load_config
from indexer.index_dir import IndexDir
from indexer.matching.ids import matcher as id_matcher
from indexer.matching.ids.kernels.keys import WAYS
from indexer.scanning import task as task_module
from indexer.scanning.task import ScanTask

compiled = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="too many tokens for the interpreter")


def planned(sample, tmp_path, unit):
    config = load_config(sample / "exposure.toml", [f"match.unit={unit}"])
    return ScanTask(IndexDir(tmp_path / "index"), plan_index(config, tmp_path / "index"))


@compiled
def test_the_fast_search_of_a_large_corpus_is_built_before_workers_are_forked(sample, tmp_path, monkeypatch):
    small = planned(sample, tmp_path, "text")
    small.compile()
    assert small.prepare().matchers["text"]._windows is None

    monkeypatch.setattr(task_module, "DECODED_TOKENS", 10_000)
    large = ScanTask(small.index, small.plan)
    large.compile()
    assert large.prepare().matchers["text"]._windows is not None
    rows, facts = large.prepare().scan(large.plan.ranges[0])
    assert (rows, facts) == small.prepare().scan(small.plan.ranges[0])


@compiled
def test_matchers_are_prepared_with_the_beginning_of_the_corpus(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(task_module, "DECODED_TOKENS", 10_000)
    monkeypatch.setattr(task_module, "SAMPLE_TOKENS", 20_000)
    task = planned(sample, tmp_path, "tokens")
    given = []
    matcher = task.prepare().matchers["tokens"]
    monkeypatch.setattr(matcher, "prepare", given.append)
    task.compile()
    assert len(given[0]) >= 20_000
    first = next(task.prepare().reader.blocks(task.prepare().shards[0], 0, 1))
    assert np.array_equal(given[0][: len(first.ids)], first.ids)


@compiled
def test_workers_share_the_filter_of_many_phrases_also_where_the_corpus_is_small(
    sample, tmp_path, monkeypatch
):
    monkeypatch.setattr(task_module, "MANY_PHRASES", 100)
    task = planned(sample, tmp_path, "both")
    task.compile()

    def build(*_: object) -> None:
        raise AssertionError("a worker builds a filter of its own")

    monkeypatch.setattr(id_matcher, "build_prefilter", build)
    assert task.prepare().scan(task.plan.ranges[0])[0].num_rows
    assert task.prepare().matchers["text"]._windows is None


@compiled
@pytest.mark.parametrize("with_sample", [True, False])
def test_it_is_told_in_which_way_is_searched(sample, tmp_path, monkeypatch, with_sample):
    if with_sample:
        monkeypatch.setattr(task_module, "DECODED_TOKENS", 10_000)
    ways = planned(sample, tmp_path, "both").compile()
    assert ways["tokens"] in WAYS.values()
    assert ways["text"].startswith("through windows" if with_sample else "by decoding everything")


@pytest.mark.parametrize("unit", ["tokens", "text", "both"])
def test_the_tokenizer_is_loaded_once_and_shards_of_ids_are_opened_without(
    sample, tmp_path, monkeypatch, unit
):
    loaded, given = [], []
    load, open_corpus = task_module.load_tokenizer_of, task_module.open_corpus

    def count(index, plan):
        loaded.append(load(index, plan))
        return loaded[-1]

    def opened(*arguments, tokenizer, **options):
        given.append(tokenizer)
        return open_corpus(*arguments, tokenizer=tokenizer, **options)

    task = planned(sample, tmp_path, unit)
    monkeypatch.setattr(task_module, "load_tokenizer_of", count)
    monkeypatch.setattr(task_module, "open_corpus", opened)
    task.prepare()
    assert len(loaded) == 1
    assert given == [None]
