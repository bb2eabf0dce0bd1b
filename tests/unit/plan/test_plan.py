"""The plan: what decides the rows decides the fingerprint, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.config.load import config_from_tables
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import StateError
from indexer.index_dir import write_sealed_plan
from indexer.plan.facts import FrozenFile, OrderFacts, ScanRange, ShardSlice, TokenizerFacts
from indexer.plan.plan import Plan
from indexer.plan.plan_file import plan_as_json, read_plan
from indexer.storage.inventory import Inventory, UsedFile

SHARD = Shard(0, "a.bin", "/x/a.bin", 8, 5, 0, 2, 4)
CORPUS = CorpusFacts("megatron", "<u2", details={"modes": False})
TOKENIZER = TokenizerFacts("t.json", "cd", 10)
TABLES = {"phrases": {"source": "a"}, "corpus": {"paths": ["a.bin"]}, "order": {"batch_size": 1}}
PLAN = Plan(
    config=config_from_tables(TABLES, origin="test", base=Path("/x")),
    software={"numpy": "2"},
    frozen={"phrases": FrozenFile(3, "ab")},
    tokenizer=TOKENIZER,
    corpus=CORPUS,
    shards=(SHARD,),
    order=OrderFacts("sequential", 0, 2, {"batch_size": 1}),
    checkpoints=(1, 2),
    ranges=(ScanRange(0, (ShardSlice(0, 0, 2),)),),
).sealed()


def with_config(section: str, **keys: object) -> Plan:
    changed = replace(getattr(PLAN.config, section), **keys)
    return replace(PLAN, config=replace(PLAN.config, **{section: changed})).sealed()


@pytest.mark.parametrize(
    "same",
    [
        replace(PLAN, config=replace(PLAN.config, base=Path("/elsewhere"))),
        replace(PLAN, software={"numpy": "3"}),
        replace(PLAN, shards=(replace(SHARD, url="/y/a.bin", modified_ns=6),)),
        replace(PLAN, corpus=replace(CORPUS, seen="told by its header")),
        with_config("index", workers=7),
        with_config("phrases", source="b"),
        replace(PLAN, tokenizer=replace(TOKENIZER, name="other.json")),
    ],
)
def test_what_does_not_decide_the_rows_leaves_the_fingerprint(same: Plan) -> None:
    assert same.sealed().fingerprint == PLAN.fingerprint


@pytest.mark.parametrize(
    ("other", "part"),
    [
        (with_config("match", unit="tokens"), "match settings"),
        (with_config("index", places=5), "places"),
        (with_config("corpus", vocab_size=9), "corpus settings"),
        (replace(PLAN, corpus=replace(CORPUS, dtype="<u4")), "corpus"),
        (replace(PLAN, tokenizer=replace(TOKENIZER, content_hash="ee")), "tokenizer"),
        (replace(PLAN, tokenizer=None), "tokenizer"),
        (replace(PLAN, checkpoints=(2,)), "checkpoints"),
        (replace(PLAN, shards=(replace(SHARD, n_bytes=9),)), "shards"),
        (replace(PLAN, frozen={"phrases": FrozenFile(3, "xx")}), "phrases"),
        (replace(PLAN, order=replace(PLAN.order, stop_step=1)), "training order"),
        (replace(PLAN, order=replace(PLAN.order, details={"batch_size": 2})), "training order"),
    ],
)
def test_what_decides_the_rows_changes_the_fingerprint_and_is_named(other: Plan, part: str) -> None:
    assert other.sealed().fingerprint != PLAN.fingerprint
    assert PLAN.differences(other) == [part]


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_sealed_plan(path, plan_as_json(PLAN))
    assert read_plan(path) == PLAN


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace('"places": 4', '"places": 5'), "changed after planning"),
        (lambda text: text.replace('"format_version": 4', '"format_version": 9'), "format version 9"),
        (lambda text: text[:100], "is no plan"),
        (lambda _: '{"format_version": 4}', "is no whole plan"),
        (lambda _: "[]", "is no plan"),
    ],
)
def test_a_spoiled_plan_is_refused(tmp_path: Path, spoil, message: str) -> None:
    path = tmp_path / "plan.json"
    write_sealed_plan(path, plan_as_json(PLAN))
    path.write_text(spoil(path.read_text()))
    with pytest.raises(StateError, match=message):
        read_plan(path)


def with_shards(reaches: str, *n_sequences: int) -> Plan:
    shards, first = [], 0
    for number, n in enumerate(n_sequences):
        shards.append(Shard(number, f"{number}.bin", f"/x/{number}.bin", 8, 5, first, n, n))
        first += n
    files = tuple(UsedFile(shard.name, 8, 5, shard=shard.number) for shard in shards)
    inventory = Inventory((*files, UsedFile("order.npy", 8, 5, content_hash="ab")))
    return replace(PLAN, corpus=replace(CORPUS, reaches=reaches), shards=tuple(shards), files=inventory)


@pytest.mark.parametrize(
    ("reaches", "shard", "read"),
    [
        ("own", 0, {0}),
        ("all", 0, {0, 1, 2, 3}),
        ("next", 0, {0, 1, 2}),  # nothing begins in 1, so the last sequence of 0 may end in 2
        ("next", 2, {2, 3}),
        ("next", 3, {3}),
    ],
)
def test_the_files_of_a_shard_are_those_its_sequences_lie_in(reaches: str, shard: int, read: set) -> None:
    plan = with_shards(reaches, 2, 0, 3, 1)
    assert plan.shards_read(shard) == read
    for number in range(4):
        files = [replace(one, modified_ns=6) if one.shard == number else one for one in plan.files.files]
        other = replace(plan, files=replace(plan.files, files=tuple(files)))
        assert (other.files_hash(shard) != plan.files_hash(shard)) == (number in read)
    order = replace(plan.files.files[-1], content_hash="cd")
    other = replace(plan, files=replace(plan.files, files=(*plan.files.files[:-1], order)))
    assert other.files_hash(shard) != plan.files_hash(shard)
    touched = replace(plan.files.files[-1], modified_ns=9)
    other = replace(plan, files=replace(plan.files, files=(*plan.files.files[:-1], touched)))
    assert other.files_hash(shard) == plan.files_hash(shard)
