"""What the readers of file formats share: shards numbered from their extents, ranges checked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from indexer.corpus.blocks.from_sources import BLOCK_IDS
from indexer.corpus.document_names import Names
from indexer.corpus.documents import DocumentNumbers
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import InputError, StateError
from indexer.storage.files import CorpusFile
from indexer.storage.notes import on_behalf_of
from indexer.units import Int64Array

OF_ANY_FORMAT = frozenset(
    {
        "paths",
        "parts",
        "format",
        "vocab_size",
        "end_of_document",
        "special_ids",
        "label_overlap",
        "manifest",
        "allow_holes",
        "allow_repeats",
    }
)
"""Keys of ``[corpus]`` that have an effect whatever the format is."""


class Extent(NamedTuple):
    """What training sees of one file."""

    n_sequences: int
    n_tokens: int
    n_dropped_tokens: int = 0
    seekable: bool = True
    n_leading_tokens: int = 0
    is_hashed_by_reader: bool = False


def rows_extent(n_ids: int, *, width: int, stride: int, seekable: bool = True) -> Extent:
    """Return the extent of a flat array that is cut into rows; what fills no row is dropped."""
    n_rows = max(0, (n_ids - width) // stride + 1)
    used = (n_rows - 1) * stride + width if n_rows else 0
    return Extent(n_rows, n_rows * width, n_ids - used, seekable)


class FileReader(ABC):
    """A reader whose shards are files, one sequence list each.

    Parameters
    ----------
    files : sequence of CorpusFile
        One file a shard, in corpus order.
    block_ids : int
        Ids per block.
    """

    facts: CorpusFacts
    keys: ClassVar[frozenset[str]] = OF_ANY_FORMAT
    """Keys of ``[corpus]`` that the reader uses; it is given no other."""
    dtype_is_given = False
    """Whether the dtype stands in the configuration, because the files do not tell it."""
    may_repeat = False
    """Whether a file that is named twice is meant to count twice."""

    def __init__(self, files: Sequence[CorpusFile], *, block_ids: int = BLOCK_IDS) -> None:
        self.files = tuple(files)
        self.names = tuple(file.name for file in files)
        self.block_ids = block_ids
        self._shards: tuple[Shard, ...] | None = None

    @abstractmethod
    def extent(self, number: int) -> Extent:
        """Measure one shard."""

    @abstractmethod
    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the sequences [start, stop) of a shard, counted from the shard's own start."""

    @property
    def measured_by_headers(self) -> bool:
        """Whether measuring the shards reads no ids: not where lines are counted, or streams unpacked."""
        return True

    def look(self) -> None:  # noqa: B027 (nothing to see where headers were read)
        """Refuse what the first bytes of the files tell, where measuring would read them whole first."""

    def stored_length(self) -> int | None:
        """Return the ids of each sequence of the first file, where it stores sequences of one length."""
        return None

    def adopt(self, shards: Sequence[Shard]) -> None:
        """Take the shards of a plan as they are, so that nothing is measured twice."""
        if len(shards) != len(self.files):
            raise StateError(
                f"the plan has {len(shards)} shards, the corpus {len(self.files)}", fix="plan the index anew"
            )
        self._shards = tuple(shards)

    def shards(self) -> tuple[Shard, ...]:
        """Return all shards in corpus order."""
        if self._shards is None:
            found: list[Shard] = []
            first = 0
            for number, file in enumerate(self.files):
                with on_behalf_of(number):
                    extent = self.extent(number)
                found.append(
                    Shard(
                        number=number,
                        name=file.name,
                        url=file.url,
                        n_bytes=file.n_bytes,
                        modified_ns=file.modified_ns,
                        first_sequence=first,
                        n_sequences=extent.n_sequences,
                        n_tokens=extent.n_tokens,
                        n_dropped_tokens=extent.n_dropped_tokens,
                        seekable=extent.seekable,
                        n_leading_tokens=extent.n_leading_tokens,
                        is_hashed_by_reader=extent.is_hashed_by_reader,
                    )
                )
                first += extent.n_sequences
            self._shards = tuple(found)
            for shard in found:
                # no range reads it: that a packed file holds as little as its heads say is looked at here
                if not shard.n_sequences:
                    with on_behalf_of(shard.number):
                        list(self.blocks(shard, shard.first_sequence, shard.first_sequence))
        return self._shards

    def cuts(self, shard: Shard) -> Int64Array | None:
        """Return the sequences that a range of a packed shard can begin with; None: see `Reader.cuts`."""
        del shard
        return None

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return how the documents of a shard are numbered; None where the format does not know them."""
        del shard
        return None

    def document_names(self, shard: Shard, numbers: Int64Array) -> Names:
        """Return what some documents of a shard are called, by number; nothing where they have no names."""
        del shard, numbers
        return {}

    def blocks(self, shard: Shard, start: int, stop: int) -> Iterator[SequenceBlock]:
        """Yield the sequences [start, stop) of a shard (corpus-wide numbers), in order."""
        end = shard.first_sequence + shard.n_sequences
        if not shard.first_sequence <= start <= stop <= end:
            raise ValueError(
                f"sequences [{start}, {stop}) are not in [{shard.first_sequence}, {end}) of {shard.name}"
            )
        yield from self.sequences(
            shard.number, start - shard.first_sequence, stop - shard.first_sequence, start
        )


def refuse_named_twice(files: Sequence[CorpusFile]) -> None:
    """Refuse a shard that would be counted twice because a name and a glob overlap.

    Raises
    ------
    InputError
        Two of the files are one; the message names the key that takes it on purpose.
    """
    seen: set[str] = set()
    for file in files:
        if file.url in seen:
            raise InputError(
                "is named twice in [corpus] paths",
                path=file.name,
                fix="name each shard once; if the run took them twice, set [corpus] allow_repeats = true",
            )
        seen.add(file.url)
