"""The plan: what decides the rows decides the fingerprint, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import StateError
from indexer.plan import Plan, ScanRange, read_plan

SHARD = {
    "number": 0,
    "name": "a.bin",
    "url": "/x/a.bin",
    "n_bytes": 8,
    "modified_ns": 5,
    "first_sequence": 0,
    "n_sequences": 2,
    "n_tokens": 4,
    "n_dropped_tokens": 0,
}
PLAN = Plan(
    config={
        "phrases": {"source": "a"},
        "tokenizer": {"path": None},
        "corpus": {"paths": ["a.bin"], "format": "megatron", "vocab_size": None},
        "order": {"kind": "sequential"},
        "match": {"unit": "tokens", "case": "fold"},
        "index": {"grain": "checkpoint", "places": 4, "workers": 0},
    },
    base="/x",
    software={"numpy": "2"},
    frozen={"phrases": {"rows": 3, "hash": "ab"}},
    tokenizer={"name": "t.json", "content_hash": "cd", "n_ids": 10},
    corpus={"format": "megatron"},
    shards=(SHARD,),
    order={"kind": "sequential", "start_step": 0, "stop_step": 2},
    checkpoints=(1, 2),
    ranges=(ScanRange(0, 0, 0, 2),),
).sealed()


def with_config(section: str, **keys: object) -> Plan:
    return replace(PLAN, config={**PLAN.config, section: {**PLAN.config[section], **keys}}).sealed()


@pytest.mark.parametrize(
    "same",
    [
        replace(PLAN, base="/elsewhere"),
        replace(PLAN, software={"numpy": "3"}),
        replace(PLAN, shards=({**SHARD, "url": "/y/a.bin", "modified_ns": 6},)),
        with_config("index", workers=7),
        with_config("phrases", source="b"),
        replace(PLAN, tokenizer={**(PLAN.tokenizer or {}), "name": "other.json"}),
    ],
)
def test_what_does_not_decide_the_rows_leaves_the_fingerprint(same: Plan) -> None:
    assert same.sealed().fingerprint == PLAN.fingerprint


@pytest.mark.parametrize(
    ("other", "part"),
    [
        (with_config("match", unit="text"), "match settings"),
        (with_config("index", places=5), "places"),
        (with_config("corpus", vocab_size=9), "corpus settings"),
        (replace(PLAN, tokenizer={**(PLAN.tokenizer or {}), "content_hash": "ee"}), "tokenizer"),
        (replace(PLAN, checkpoints=(2,)), "checkpoints"),
        (replace(PLAN, shards=({**SHARD, "n_bytes": 9},)), "shards"),
        (replace(PLAN, frozen={"phrases": {"rows": 3, "hash": "xx"}}), "phrases"),
        (replace(PLAN, order={**PLAN.order, "stop_step": 1}), "training order"),
    ],
)
def test_what_decides_the_rows_changes_the_fingerprint_and_is_named(other: Plan, part: str) -> None:
    assert other.sealed().fingerprint != PLAN.fingerprint
    assert PLAN.differences(other) == [part]


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(PLAN.to_json())
    assert read_plan(path) == PLAN


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace('"places": 4', '"places": 5'), "changed after planning"),
        (lambda text: text.replace('"format_version": 1', '"format_version": 9'), "format version 9"),
        (lambda text: text[:100], "is no plan"),
        (lambda _: '{"format_version": 1}', "is no whole plan"),
        (lambda _: "[]", "is no plan"),
    ],
)
def test_a_spoiled_plan_is_refused(tmp_path: Path, spoil, message: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(spoil(PLAN.to_json()))
    with pytest.raises(StateError, match=message):
        read_plan(path)
