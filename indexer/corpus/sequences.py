"""What every reader gives and every scan takes: shards, and blocks of whole sequences.

A reader knows one format. It finds the shards from headers alone, then yields their sequences in
order as blocks of bounded size: views of a memory map where the file allows it, buffers elsewhere.
It neither matches nor counts, and it never cuts a sequence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from indexer.corpus.document_names import Names
from indexer.corpus.documents import DocumentNumbers
from indexer.storage.files import CorpusFile
from indexer.units import BoolArray, Int64Array, TokenIds


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of the corpus, as its header and size tell it.

    Attributes
    ----------
    number : int
        Position in the corpus, from 0.
    name : str
        Path as the configuration spells it; the same on every machine.
    url : str
        Where it is opened: an absolute path or an fsspec URL.
    n_bytes : int
        Size on disk.
    modified_ns : int or None
        Modification time, where the file system tells one.
    first_sequence : int
        Corpus-wide number of its first sequence.
    n_sequences, n_tokens : int
        What training sees of it.
    n_dropped_tokens : int
        Ids at its end that fill no sequence.
    seekable : bool
        False where a range in the middle costs as much as everything before it (a packed stream):
        such a shard is best scanned as one range.
    n_leading_tokens : int
        Ids at its start that belong to a sequence of a shard before it (raw text packed across files).
    is_hashed_by_reader : bool
        Whether its reader compares it with a hash that the corpus records of it.
    """

    number: int
    name: str
    url: str
    n_bytes: int
    modified_ns: int | None
    first_sequence: int
    n_sequences: int
    n_tokens: int
    n_dropped_tokens: int = 0
    seekable: bool = True
    n_leading_tokens: int = 0
    is_hashed_by_reader: bool = False


class SequenceBlock(NamedTuple):
    """Some whole sequences, one after another.

    Attributes
    ----------
    ids : array of uint16 or uint32, shape (n_ids,)
        Token ids; often a read-only view of a memory map.
    starts, stops : array of int64, shape (n_sequences,)
        Half-open range of each sequence in `ids`. Ranges may overlap (a shared label token).
    first_sequence : int
        Corpus-wide number of the first one; the others follow.
    counted : array of bool, shape (n_ids,), or None
        False at positions that are no exposure (masked in the loss, padding); None: all count.
    """

    ids: TokenIds
    starts: Int64Array
    stops: Int64Array
    first_sequence: int
    counted: BoolArray | None = None


@dataclass(frozen=True)
class CorpusFacts:
    """What a reader found out about a corpus; frozen into the plan.

    Attributes
    ----------
    format : str
        The format that was read, with its version where it has one.
    dtype : str
        NumPy spelling of the ids on disk.
    sequence_length : int or None
        Ids per sequence where all are equally long.
    label_overlap : bool
        The last id of a sequence is also the first of another.
    seen : str
        One sentence: what told the format.
    details : dict
        Whatever else the format tells.
    reaches : str
        Where the sequences of a shard lie: in its ``own`` file, on into the ``next`` ones, or in ``all``.
    tells_length : bool
        Whether the files beside the shards that say how long these are, are there.
    """

    format: str
    dtype: str
    sequence_length: int | None = None
    label_overlap: bool = False
    seen: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    reaches: Literal["own", "next", "all"] = "own"
    tells_length: bool = True

    @property
    def states_length(self) -> bool:
        """Whether the files of the format say how much they hold, so that one that was cut is told."""
        bare = ("headerless", "olmo", "olmo-core", "jsonl", "text")
        return self.tells_length and self.format not in bare


def cut_off(length: int) -> str:
    """Say what ids that were cut off are; a number comes before it."""
    return f"ids behind the first {length:,} of longer documents were cut off: no sequence holds them"


def with_cut_off(facts: CorpusFacts, n_ids: int, length: int) -> CorpusFacts:
    """Return the facts of a corpus with so many more ids that were cut off sequences longer than a length."""
    if not n_ids:
        return facts
    what = cut_off(length)
    documents = dict(facts.details.get("documents", {}))
    documents[what] = documents.get(what, 0) + n_ids
    return replace(facts, details={**facts.details, "documents": documents})


class Reader(Protocol):
    """One corpus in one format. Made by `indexer.corpus.open_corpus`; cheap to make again in a worker."""

    facts: CorpusFacts
    files: tuple[CorpusFile, ...]
    keys: ClassVar[frozenset[str]]
    dtype_is_given: bool
    may_repeat: bool

    @property
    def measured_by_headers(self) -> bool:
        """Whether `shards` needs headers and sizes alone, and reads no ids to count them."""
        ...

    def look(self) -> None:
        """Refuse what the first bytes of the files tell, where `shards` would read them whole first.

        Raises
        ------
        InputError
            A file is not of the format, or its first document or line cannot be read.
        """
        ...

    def stored_length(self) -> int | None:
        """Return the ids of each sequence of the first file, where it stores sequences of one length."""
        ...

    def shards(self) -> tuple[Shard, ...]:
        """Return all shards in corpus order, from headers and sizes alone."""
        ...

    def cuts(self, shard: Shard) -> Int64Array | None:
        """Return the sequences of a packed shard, from 0, that begin with a frame of it or soon after.

        None: any of a shard that is seekable, the first one of another.
        """
        ...

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return how the documents of a shard are numbered; None where the format does not know them.

        Raises
        ------
        InputError
            What the format says of its documents does not fit its ids.
        """
        ...

    def document_names(self, shard: Shard, numbers: Int64Array) -> Names:
        """Return what some documents of a shard are called, by number; nothing where they have no names."""
        ...

    def blocks(self, shard: Shard, start: int, stop: int) -> Iterator[SequenceBlock]:
        """Yield the sequences [start, stop) of a shard (corpus-wide numbers), in order.

        Raises
        ------
        InputError
            The shard is truncated, corrupt or not what its header says.
        """
        ...
