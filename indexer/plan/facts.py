"""What a plan is made of, part by part: slices and ranges, frozen files, tokenizer, order, earlier plans."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from indexer.runs import Runs


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


def fields_of(facts: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, not copied: there may be a hundred thousand shards."""
    return {one.name: getattr(facts, one.name) for one in fields(facts)}
