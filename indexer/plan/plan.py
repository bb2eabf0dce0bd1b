"""The frozen plan of an index: every choice that decides what is counted, and its fingerprint.

Two plans with the same fingerprint give the same rows. Absolute paths, modification times, worker
numbers and versions of libraries stand in the plan, but not in the fingerprint.

A plan holds typed objects (`indexer.plan.facts`); it is JSON only in its file (`indexer.plan.plan_file`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

from indexer.config.load import Config
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.plan.facts import (
    EarlierPlan,
    FrozenFile,
    OrderFacts,
    ScanRange,
    ShardSlice,
    TokenizerFacts,
    fields_of,
)
from indexer.plurals import counted
from indexer.storage.inventory import Inventory

FORMAT_VERSION = 4
"""History. 1: first version. 2: typed facts of the order; files of the plan by name and row number.
3: ranges that span shards. 4: what phrases were made of, and what earlier plans still tell."""


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
        return {**self._decisive(), "shards": self.shards_as_decisive()}

    def _decisive(self) -> dict[str, Any]:
        """Return what is decisive, with shards one after another: there may be hundreds of thousands."""
        index = self.config.index
        return {
            "plan format": self.format_version,
            "phrases": {name: file.hash for name, file in sorted(self.frozen.items())},
            "tokenizer": _without(self.tokenizer, "name", "vocabulary_sha256"),
            "match settings": asdict(self.config.match),
            "corpus settings": _without(self.config.corpus, "paths", "manifest"),
            "corpus": _without(self.corpus, "seen", "details", "tells_length"),
            "shards": self._each_shard_as_decisive(),
            "training order": self.order.as_dict(),
            "taken on purpose": sorted(self.taken),
            "checkpoints": list(self.checkpoints),
            "cuts": self._cuts(),
            "grain": index.grain,
            "places": index.places,
            "occurrences": index.occurrences,
        }

    def shards_as_decisive(self) -> list[dict[str, Any] | None]:
        """Return what decides rows of each shard."""
        return list(self._each_shard_as_decisive())

    def _each_shard_as_decisive(self) -> Iterator[dict[str, Any] | None]:
        return (_without(shard, "url", "modified_ns", "is_hashed_by_reader") for shard in self.shards)

    def _cuts(self) -> list[str]:
        """Return the slices of shards that are cut: the hash of their ids is that of the slices' hashes."""
        slices = [one for scan_range in self.ranges for one in scan_range.slices]
        whole = {shard.number: shard.n_sequences for shard in self.shards}
        return sorted(one.key for one in slices if one.stop - one.start < whole.get(one.shard, 0))

    def sealed(self) -> Plan:
        """Return the plan with its fingerprint."""
        digest = hashlib.sha256()
        for piece in _canonical_pieces(self._decisive()):
            digest.update(piece)
        return replace(self, fingerprint=digest.hexdigest()[:32])

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


def _without(facts: Any, *names: str) -> dict[str, Any] | None:
    """Return the fields of a dataclass but for some; None where there is none."""
    return facts and {name: value for name, value in fields_of(facts).items() if name not in names}


def _plain(value: Any) -> Any:
    """Return what JSON makes of a value: keys are text, and so are sorted as text."""
    return json.loads(json.dumps(value, default=fields_of))


def _canonical(value: Any) -> bytes:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


_AT_ONCE = 1000
"""Elements of a list that are made JSON at once."""


def _canonical_pieces(parts: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield `_canonical` of a mapping bit by bit; a list or an iterator in it is never held whole."""
    for number, name in enumerate(sorted(parts)):
        yield (b"," if number else b"{") + _canonical(name) + b":"
        value = parts[name]
        if isinstance(value, list | Iterator):
            yield b"["
            yield from _elements(value)
            yield b"]"
        else:
            yield _canonical(value)
    yield b"}"


def _elements(values: Iterable[Any]) -> Iterator[bytes]:
    rest = iter(values)
    before = b""
    while some := list(islice(rest, _AT_ONCE)):
        yield before + _canonical(some)[1:-1]
        before = b","
