"""Writes and reads ``plan.json``: the one place where a plan is JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.config.load import config_from_tables, learn_credentials
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import ExposureError, StateError
from indexer.index_dir import PLAN_AGAIN, plan_is_whole, sealed_plan
from indexer.plan.facts import (
    EarlierPlan,
    FrozenFile,
    OrderFacts,
    ScanRange,
    ShardSlice,
    TokenizerFacts,
    fields_of,
)
from indexer.plan.plan import FORMAT_VERSION, Plan
from indexer.storage.inventory import Inventory, UsedFile
from indexer.storage.opening import bytes_of_regular
from indexer.storage.urls import is_url


def plan_as_json(plan: Plan) -> str:
    """Return the plan as JSON text that holds a checksum of itself."""
    facts = {**fields_of(plan), "config": plan.config.sections(), "base": str(plan.config.base)}
    facts["config_file"] = plan.config.file
    text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False, default=fields_of) + "\n"
    return sealed_plan(text)


def read_plan(path: Path) -> Plan:
    """Read ``plan.json``.

    Raises
    ------
    StateError
        The file is damaged, edited, or of another format version.
    """
    fix = PLAN_AGAIN
    try:
        data = bytes_of_regular(path)
        fields = json.loads(data.decode())
        version = fields.get("format_version")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise StateError(f"is no plan ({error})", path=path, fix=fix) from None
    if version != FORMAT_VERSION:
        raise StateError(
            f"is a plan of format version {version}",
            path=path,
            expected=f"version {FORMAT_VERSION}",
            fix="plan anew into another directory",
        )
    try:
        plan = _plan_of(fields)
    except (AttributeError, KeyError, TypeError, ValueError, ExposureError) as error:
        raise StateError(f"is no whole plan ({error})", path=path, fix=fix) from None
    if not plan_is_whole(data):
        raise StateError(
            "was changed after planning: its checksum does not fit its content", path=path, fix=fix
        )
    return plan


def _plan_of(fields: Mapping[str, Any]) -> Plan:
    sections = {section: _given(keys) for section, keys in fields["config"].items()}
    base, file = Path(fields["base"]), fields.get("config_file", "exposure.toml")
    if any(is_url(shard["url"]) for shard in fields["shards"]):
        learn_credentials(base, file)
    return Plan(
        config=replace(config_from_tables(sections, origin="plan.json", base=base), file=file),
        software=fields["software"],
        frozen={name: FrozenFile(**file) for name, file in fields["frozen"].items()},
        tokenizer=fields["tokenizer"] and TokenizerFacts(**fields["tokenizer"]),
        corpus=CorpusFacts(**fields["corpus"]),
        shards=tuple(Shard(**shard) for shard in fields["shards"]),
        order=OrderFacts(**fields["order"]),
        checkpoints=tuple(fields["checkpoints"]),
        ranges=tuple(
            ScanRange(one["number"], tuple(ShardSlice(**part) for part in one["slices"]))
            for one in fields["ranges"]
        ),
        stored=fields["stored"],
        known_ids=fields["known_ids"],
        files=Inventory(
            tuple(UsedFile(**file) for file in fields["files"]["files"]), fields["files"]["answers"]
        ),
        notes=tuple(fields["notes"]),
        taken=fields["taken"],
        phrases_from=fields["phrases_from"],
        phrase_notes=tuple(fields["phrase_notes"]),
        earlier={name: _earlier_of(one) for name, one in fields["earlier"].items()},
        tables_of=fields["tables_of"],
        fingerprint=fields["fingerprint"],
    )


def _earlier_of(fields: Mapping[str, Any]) -> EarlierPlan:
    phrases, ranges = (tuple((start, stop) for start, stop in fields[key]) for key in ("phrases", "ranges"))
    return EarlierPlan(phrases, ranges, tuple(fields["checkpoints"]))


def _given(keys: Any) -> Any:
    """Return the keys of a section, or of each of several, but those that TOML cannot tell: NULL."""
    if isinstance(keys, list):
        return [_given(one) for one in keys]
    return {key: value for key, value in keys.items() if value is not None}
