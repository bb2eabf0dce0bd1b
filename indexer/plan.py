"""The frozen plan of an index: every choice that decides what is counted, and its fingerprint.

Two plans with the same fingerprint give the same rows. Absolute paths, modification times, worker
numbers and versions of libraries stand in the plan, but not in the fingerprint.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from indexer.errors import StateError

FORMAT_VERSION = 1
"""History. 1: first version."""


@dataclass(frozen=True)
class ScanRange:
    """Some sequences of one shard: what one task scans and one partial holds.

    Attributes
    ----------
    number : int
        Number of the range, from 0.
    shard : int
        Number of its shard.
    start, stop : int
        Corpus-wide numbers of its sequences, half-open.
    """

    number: int
    shard: int
    start: int
    stop: int


@dataclass(frozen=True)
class Plan:
    """Everything a scan and a merge need to know.

    Attributes
    ----------
    config : dict
        The resolved ``exposure.toml``, section by section.
    base : str
        Directory that relative paths of the configuration start from.
    software : dict
        Version of this package and of the libraries at work.
    frozen : dict
        Content hash and row number of each file under ``plan/``.
    tokenizer : dict or None
        Name, content hash and number of ids.
    corpus : dict
        Facts of the reader.
    shards : tuple of dict
        The fields of each `indexer.corpus.sequences.Shard`.
    order : dict
        Facts of the training order, with ``start_step`` and ``stop_step``.
    checkpoints : tuple of int
        The grid of ``exposure_bins``, ascending.
    ranges : tuple of ScanRange
        What is scanned, one partial each.
    notes : tuple of str
        What a reader of the index should know: phrases that no id form can spell, scripts without spaces.
    """

    config: dict[str, dict[str, Any]]
    base: str
    software: dict[str, str]
    frozen: dict[str, dict[str, Any]]
    tokenizer: dict[str, Any] | None
    corpus: dict[str, Any]
    shards: tuple[dict[str, Any], ...]
    order: dict[str, Any]
    checkpoints: tuple[int, ...]
    ranges: tuple[ScanRange, ...]
    notes: tuple[str, ...] = ()
    format_version: int = FORMAT_VERSION
    fingerprint: str = field(default="")

    def decisive(self) -> dict[str, Any]:
        """Return what decides the rows of the index, and nothing else."""
        config = self.config
        return {
            "plan format": self.format_version,
            "phrases": {name: facts["hash"] for name, facts in sorted(self.frozen.items())},
            "tokenizer": self.tokenizer and {k: v for k, v in self.tokenizer.items() if k != "name"},
            "match settings": config["match"],
            "corpus settings": {k: v for k, v in config["corpus"].items() if k != "paths"},
            "shards": [
                {k: v for k, v in shard.items() if k not in ("url", "modified_ns")} for shard in self.shards
            ],
            "training order": self.order,
            "checkpoints": list(self.checkpoints),
            "ranges": [asdict(scan_range) for scan_range in self.ranges],
            "grain": config["index"]["grain"],
            "places": config["index"]["places"],
        }

    def sealed(self) -> Plan:
        """Return the plan with its fingerprint."""
        digest = hashlib.sha256(_canonical(self.decisive())).hexdigest()
        return replace(self, fingerprint=digest[:32])

    def differences(self, other: Plan) -> list[str]:
        """Name the decisive parts in which two plans differ."""
        mine, theirs = self.decisive(), other.decisive()
        return [part for part in mine if _canonical(mine[part]) != _canonical(theirs[part])]

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_plan(path: Path) -> Plan:
    """Read ``plan.json``.

    Raises
    ------
    StateError
        The file is damaged, edited, or of another format version.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        version = fields.get("format_version")
    except (OSError, ValueError, AttributeError) as error:
        raise StateError(f"is no plan ({error})", path=path, fix="plan anew into another directory") from None
    if version != FORMAT_VERSION:
        raise StateError(
            f"is a plan of format version {version}",
            path=path,
            expected=f"version {FORMAT_VERSION}",
            fix="plan anew into another directory",
        )
    try:
        fields["shards"] = tuple(fields["shards"])
        fields["checkpoints"] = tuple(fields["checkpoints"])
        fields["notes"] = tuple(fields["notes"])
        fields["ranges"] = tuple(ScanRange(**one) for one in fields["ranges"])
        plan = Plan(**fields)
    except (KeyError, TypeError) as error:
        raise StateError(f"is no whole plan ({error})", path=path) from None
    if plan.sealed().fingerprint != plan.fingerprint:
        raise StateError(
            "was changed after planning: its fingerprint does not fit its content",
            path=path,
            fix="plan anew into another directory",
        )
    return plan


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
