"""The frozen plan of an index: every choice that decides what is counted, and its fingerprint.

Two plans with the same fingerprint give the same rows. Absolute paths, modification times, worker
numbers and versions of libraries stand in the plan, but not in the fingerprint.

A plan holds typed objects; it is JSON only in its file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from indexer.config.load import Config, config_from_tables, learn_credentials
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import ExposureError, StateError
from indexer.index_dir import PLAN_AGAIN, plan_is_whole, sealed_plan
from indexer.plurals import counted
from indexer.runs import Runs
from indexer.storage.inventory import Inventory, UsedFile
from indexer.storage.opening import bytes_of_regular
from indexer.storage.urls import is_url

FORMAT_VERSION = 4
"""History. 1: first version. 2: typed facts of the order; files of the plan by name and row number.
3: ranges that span shards. 4: what phrases were made of, and what earlier plans still tell."""


@dataclass(frozen=True)
class ShardSlice:
    """Some sequences of one shard, or all.

    Attributes
    ----------
    shard : int
        Number of the shard.
    start, stop : int
        Corpus-wide numbers of its sequences, half-open.
    """

    shard: int
    start: int
    stop: int

    @property
    def key(self) -> str:
        """What the slice is called where JSON wants a text."""
        return f"{self.shard}:{self.start}:{self.stop}"


@dataclass(frozen=True)
class ScanRange:
    """A run of sequences: what one task scans and one partial holds.

    Attributes
    ----------
    number : int
        Number of the range, from 0.
    slices : tuple of ShardSlice
        One of a large shard, or those of many small ones that follow each other.
    """

    number: int
    slices: tuple[ShardSlice, ...]

    @property
    def start(self) -> int:
        """Corpus-wide number of its first sequence."""
        return self.slices[0].start

    @property
    def stop(self) -> int:
        """End of its sequences, half-open."""
        return self.slices[-1].stop

    @property
    def shards(self) -> tuple[int, ...]:
        """Numbers of its shards, ascending."""
        return tuple(one.shard for one in self.slices)


@dataclass(frozen=True)
class FrozenFile:
    """One file under ``plan/``.

    Attributes
    ----------
    rows : int
        Rows of the table, or patterns.
    hash : str
        Hash of its content, however the file spells it.
    """

    rows: int
    hash: str


@dataclass(frozen=True)
class TokenizerFacts:
    """The tokenizer that was planned with.

    Attributes
    ----------
    name : str
        As the configuration spells it.
    content_hash : str
        Hash of the ``tokenizer.json``.
    n_ids : int
        Ids run from 0 to here.
    vocabulary_sha256 : str
        Hash of its pieces alone (`indexer.tokenizers.pinned`); it follows from the other.
    """

    name: str
    content_hash: str
    n_ids: int
    vocabulary_sha256: str = ""


@dataclass(frozen=True)
class OrderFacts:
    """The training order.

    Attributes
    ----------
    kind : str
        The rule.
    start_step, stop_step : int
        The training window, half-open.
    details : dict
        What else the rule tells: batch sizes, epochs, hashes of order files.
    """

    kind: str
    start_step: int
    stop_step: int
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def steps_known(self) -> bool:
        """Whether the steps of sequences are known."""
        return self.kind != "unknown"

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, one level deep."""
        facts = asdict(self)
        return {**facts.pop("details"), **facts}


@dataclass(frozen=True)
class EarlierPlan:
    """What partials of an earlier plan of the same index still tell.

    Attributes
    ----------
    phrases : tuple of (int, int)
        Runs of phrase ids, half-open: what was looked for then as it is now, under the same number.
    ranges : tuple of (int, int)
        Runs of range numbers: their sequences have the steps that they had then.
    checkpoints : tuple of int
        The grid then; each of its bins lies within one of the grid now.
    """

    phrases: Runs
    ranges: Runs
    checkpoints: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """Everything a scan and a merge need to know.

    Attributes
    ----------
    config : Config
        The resolved ``exposure.toml``.
    software : dict of str to str
        Version of this package and of the libraries at work.
    frozen : dict of str to FrozenFile
        The files under ``plan/``, by the name of their content.
    tokenizer : TokenizerFacts or None
        None where ids are all that is looked for.
    corpus : CorpusFacts
        Facts of the reader.
    shards : tuple of Shard
        In corpus order.
    order : OrderFacts
        The training order and its window.
    checkpoints : tuple of int
        The grid of ``exposure_bins``, ascending.
    ranges : tuple of ScanRange
        What is scanned, one partial each.
    stored : dict of str to str
        xxh3-128 of the bytes of each file under ``plan/``.
    known_ids : dict of str to str
        Hash of the ids of a slice, by its key, where an earlier index has read it.
    files : Inventory
        The files that are read, as they were, and what they were called.
    notes : tuple of str
        What a reader of the index should know: phrases that no id form can spell, scripts without spaces.
    taken : dict of str to str
        Doubts that were taken on purpose, by name (`indexer.doubts`): what was found, as a sentence.
    phrases_from : str
        Hash of all that the phrases were made of (`indexer.phrases.inputs`); empty where it cannot be told.
    phrase_notes : tuple of str
        The notes that are of the phrases.
    earlier : dict of str to EarlierPlan
        By fingerprint, the plans that this index had before phrases or shards were added to it.
    tables_of : str
        Fingerprints of those of the same files, between spaces: a table of theirs may be asked until there is
        a newer one. It knows nothing of the added phrases, and is right about the others.
    """

    config: Config
    software: dict[str, str]
    frozen: dict[str, FrozenFile]
    tokenizer: TokenizerFacts | None
    corpus: CorpusFacts
    shards: tuple[Shard, ...]
    order: OrderFacts
    checkpoints: tuple[int, ...]
    ranges: tuple[ScanRange, ...]
    stored: dict[str, str] = field(default_factory=dict)
    known_ids: dict[str, str] = field(default_factory=dict)
    files: Inventory = field(default_factory=Inventory)
    notes: tuple[str, ...] = ()
    taken: dict[str, str] = field(default_factory=dict)
    phrases_from: str = ""
    phrase_notes: tuple[str, ...] = ()
    earlier: dict[str, EarlierPlan] = field(default_factory=dict)
    tables_of: str = ""
    format_version: int = FORMAT_VERSION
    fingerprint: str = field(default="")

    @property
    def n_phrases(self) -> int:
        """Rows of the phrase table."""
        return self.frozen["phrases"].rows

    @property
    def n_tokens(self) -> int:
        """Tokens of all shards."""
        return sum(shard.n_tokens for shard in self.shards)

    @property
    def vocabulary_size(self) -> int:
        """Size of the vocabulary; 0 where neither configuration nor tokenizer tell it."""
        return self.config.corpus.vocab_size or (self.tokenizer.n_ids if self.tokenizer else 0)

    def shards_read(self, shard: int) -> set[int]:
        """Return the shards whose files the sequences of one shard lie in."""
        if self.corpus.reaches == "all":
            return set(range(len(self.shards)))
        read = {shard}
        if self.corpus.reaches == "next":
            for after in self.shards[shard + 1 :]:
                read.add(after.number)
                if after.n_sequences:  # the last sequence of the shard ends before, or where the first begins
                    break
        return read

    def files_hash(self, shard: int) -> str:
        """Return one hash of all that a scan of a shard reads, as it was planned."""
        if self.corpus.reaches == "all":
            return self._hash_of_all_shards
        return self.files.hash_of_shards(self.shards_read(shard))

    @cached_property
    def _hash_of_all_shards(self) -> str:
        return self.files.hash_of_shards(self.shards_read(0))

    def decisive(self) -> dict[str, Any]:
        """Return what decides the rows of the index, and nothing else."""
        config = self.config.sections()
        return {
            "plan format": self.format_version,
            "phrases": {name: file.hash for name, file in sorted(self.frozen.items())},
            "tokenizer": _without(self.tokenizer, "name", "vocabulary_sha256"),
            "match settings": config["match"],
            "corpus settings": {
                key: value for key, value in config["corpus"].items() if key not in ("paths", "manifest")
            },
            "corpus": _without(self.corpus, "seen", "details"),
            "shards": self.shards_as_decisive(),
            "training order": self.order.as_dict(),
            "taken on purpose": sorted(self.taken),
            "checkpoints": list(self.checkpoints),
            "cuts": self._cuts(),
            "grain": config["index"]["grain"],
            "places": config["index"]["places"],
            "occurrences": config["index"]["occurrences"],
        }

    def shards_as_decisive(self) -> list[dict[str, Any] | None]:
        """Return what decides rows of each shard."""
        return [_without(shard, "url", "modified_ns", "is_hashed_by_reader") for shard in self.shards]

    def _cuts(self) -> list[str]:
        """Return the slices of shards that are cut: the hash of their ids is that of the slices' hashes."""
        slices = [one for scan_range in self.ranges for one in scan_range.slices]
        whole = {shard.number: shard.n_sequences for shard in self.shards}
        return sorted(one.key for one in slices if one.stop - one.start < whole.get(one.shard, 0))

    def sealed(self) -> Plan:
        """Return the plan with its fingerprint."""
        digest = hashlib.sha256(_canonical(self.decisive())).hexdigest()
        return replace(self, fingerprint=digest[:32])

    def range_name(self, number: int) -> str:
        """Return what a range is called in messages: its shards, and its sequences where a shard is cut."""
        slices = self.ranges[number].slices
        if len(slices) > 1:
            first, last = (self.shards[one.shard].name for one in (slices[0], slices[-1]))
            return f"{first} to {last} ({counted(len(slices), 'shard')})"
        return self.slice_name(slices[0])

    def slice_name(self, one: ShardSlice) -> str:
        """Return what a slice is called in messages: its shard, and its sequences where the shard is cut."""
        shard = self.shards[one.shard]
        if one.stop - one.start == shard.n_sequences:
            return shard.name
        return f"{shard.name}, sequences {one.start:,} to {one.stop - 1:,}"

    def differences(self, other: Plan) -> list[str]:
        """Name the decisive parts in which two plans differ."""
        mine, theirs = self.decisive(), other.decisive()
        return [part for part in mine if _canonical(mine[part]) != _canonical(theirs[part])]

    def changed_files(self, earlier: Plan) -> list[str]:
        """Name the files that both plans use, and that are not the same any more."""
        before = {file.name: file.identity() for file in earlier.files.files}
        return [
            file.name
            for file in self.files.files
            if before.get(file.name, file.identity()) != file.identity()
        ]

    def to_json(self) -> str:
        """Return the plan as JSON text that holds a checksum of itself."""
        facts = {**_fields(self), "config": self.config.sections(), "base": str(self.config.base)}
        facts["config_file"] = self.config.file
        text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False, default=_fields) + "\n"
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


def _fields(facts: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, not copied: there may be a hundred thousand shards."""
    return {field.name: getattr(facts, field.name) for field in fields(facts)}


def _without(facts: Any, *names: str) -> dict[str, Any] | None:
    """Return the fields of a dataclass but for some; None where there is none."""
    return facts and {name: value for name, value in _fields(facts).items() if name not in names}


def _plain(value: Any) -> Any:
    """Return what JSON makes of a value: keys are text, and so are sorted as text."""
    return json.loads(json.dumps(value, default=_fields))


def _canonical(value: Any) -> bytes:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
