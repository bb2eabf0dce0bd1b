"""Writes and reads ``plan.json``: the one place where a plan is JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from itertools import islice
from pathlib import Path
from sys import intern
from typing import Any, TypeVar

from indexer.config.load import config_from_tables, learn_credentials
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import ExposureError, StateError
from indexer.index_dir import PLAN_AGAIN, plan_is_whole
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

Fact = TypeVar("Fact")

_PIECES_AT_ONCE = 1 << 14
_SHARD_KEYS, _SLICE_KEYS, _RANGE_KEYS, _FILE_KEYS = (
    frozenset(one.name for one in dataclass_fields(kind)) for kind in (Shard, ShardSlice, ScanRange, UsedFile)
)


def plan_as_json(plan: Plan) -> Iterator[str]:
    """Yield the plan as JSON text, in pieces; `indexer.index_dir.write_sealed_plan` adds a checksum."""
    facts = {**fields_of(plan), "config": plan.config.sections(), "base": str(plan.config.base)}
    facts["config_file"] = plan.config.file
    encoder = json.JSONEncoder(indent=1, sort_keys=True, ensure_ascii=False, default=fields_of)
    yield from _in_longer_pieces(encoder.iterencode(facts))
    yield "\n"


def _in_longer_pieces(pieces: Iterator[str]) -> Iterator[str]:
    """Join some thousand pieces at a time: each number and name is one, and takes ten times its length."""
    while piece := "".join(islice(pieces, _PIECES_AT_ONCE)):
        yield piece


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
        is_whole = plan_is_whole(data)
        text = data.decode()
        del data
        fields = json.loads(text, object_hook=_facts_of)
        del text
        version = fields.get("format_version")
    except (OSError, TypeError, ValueError, AttributeError, RecursionError) as error:
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
    if not is_whole:
        raise StateError(
            "was changed after planning: its checksum does not fit its content", path=path, fix=fix
        )
    return plan


def _plan_of(fields: Mapping[str, Any]) -> Plan:
    sections = {section: _given(keys) for section, keys in fields["config"].items()}
    shards = _all_of(Shard, fields["shards"])
    base, file = Path(fields["base"]), fields.get("config_file", "exposure.toml")
    if any(is_url(shard.url) for shard in shards):
        learn_credentials(base, file)
    return Plan(
        config=replace(config_from_tables(sections, origin="plan.json", base=base), file=file),
        software=fields["software"],
        frozen={name: FrozenFile(**file) for name, file in fields["frozen"].items()},
        tokenizer=fields["tokenizer"] and TokenizerFacts(**fields["tokenizer"]),
        corpus=CorpusFacts(**fields["corpus"]),
        shards=shards,
        order=OrderFacts(**fields["order"]),
        checkpoints=tuple(fields["checkpoints"]),
        ranges=_all_of(ScanRange, fields["ranges"]),
        stored=fields["stored"],
        known_ids=fields["known_ids"],
        files=Inventory(_all_of(UsedFile, fields["files"]["files"]), _shared(fields["files"]["answers"])),
        notes=tuple(fields["notes"]),
        taken=fields["taken"],
        phrases_from=fields["phrases_from"],
        phrase_notes=tuple(fields["phrase_notes"]),
        earlier={name: _earlier_of(one) for name, one in fields["earlier"].items()},
        tables_of=fields["tables_of"],
        fingerprint=fields["fingerprint"],
    )


def _facts_of(values: dict[str, Any]) -> Any:
    """Return what a JSON object stands for, of the kinds of which there are as many as shards.

    They are made while the text is read, so that it is never held as a tree of dictionaries. Names stand in
    several places, and are kept once.
    """
    if values.keys() == _SLICE_KEYS:
        return ShardSlice(**values)
    if values.keys() == _RANGE_KEYS:
        return ScanRange(values["number"], _all_of(ShardSlice, values["slices"]))
    if values.keys() == _SHARD_KEYS:
        return Shard(**{**values, "name": intern(values["name"]), "url": intern(values["url"])})
    if values.keys() == _FILE_KEYS:
        return UsedFile(**{**values, "name": intern(values["name"])})
    return values


def _shared(answer: Any) -> Any:
    """Return an answer about names with each name kept once."""
    if isinstance(answer, dict):
        return {key: _shared(one) for key, one in answer.items()}
    if isinstance(answer, list):
        return [_shared(one) for one in answer]
    return intern(answer) if isinstance(answer, str) else answer


def _all_of(kind: type[Fact], values: Sequence[Any]) -> tuple[Fact, ...]:
    """Return the values of a list, made of their fields where they are not made yet."""
    return tuple(value if isinstance(value, kind) else kind(**value) for value in values)


def _earlier_of(fields: Mapping[str, Any]) -> EarlierPlan:
    phrases, ranges = (tuple((start, stop) for start, stop in fields[key]) for key in ("phrases", "ranges"))
    return EarlierPlan(phrases, ranges, tuple(fields["checkpoints"]))


def _given(keys: Any) -> Any:
    """Return the keys of a section, or of each of several, but those that TOML cannot tell: NULL."""
    if isinstance(keys, list):
        return [_given(one) for one in keys]
    return {key: value for key, value in keys.items() if value is not None}
