"""Megatron-LM and GPT-NeoX ``.bin`` + ``.idx``: sequences as stored, or the flat ids cut into rows.

The ``.bin`` is the bare ids, without header or padding; the ``.idx`` is described in `megatron_index`.
Pointers normally follow each other without gaps, but they rule, not the running sum. Length 0 is legal.
Source: NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader, rows_extent
from indexer.corpus.blocks.from_sources import blocks_of_ranges, blocks_of_rows
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.documents import (
    DocumentNumbers,
    FlatDocuments,
    StoredDocuments,
    first_sequences_of,
)
from indexer.corpus.formats.megatron_index import (
    MegatronIndex,
    StoredRanges,
    find_pair,
    read_index,
    shard_prefixes,
    stored_ranges,
)
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import ConfigError, InputError
from indexer.storage import files
from indexer.storage.compressed import Limits, compression_of
from indexer.units import Int64Array


class MegatronReader(FileReader):
    """Stored sequences as they are, or the flat ids cut into rows of ``sequence_length``."""

    keys = OF_ANY_FORMAT | {"sequence_length", "max_shard_bytes", "max_window_bytes"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        names = [name for path in config.paths for name in files.expand(path, base=base)]
        prefixes = shard_prefixes(names)
        pairs = [find_pair(prefix, base=base) for prefix in prefixes]
        if not pairs:
            raise InputError("no shards are named", path="[corpus] paths")
        super().__init__([data for _, data in pairs], block_ids=block_ids)
        self._index_files = [index for index, _ in pairs]
        self._limits = Limits.of(config)
        self._width = config.sequence_length
        self._indexes: dict[int, MegatronIndex] = {}
        self._ends: dict[int, int] = {}
        self._joined: dict[int, bool] = {}
        first = self._index(0)
        length = self._width
        if length is None and len(pairs) == 1 and len(first.lengths):
            shortest, longest = int(first.lengths.min()), int(first.lengths.max())
            length = longest if shortest == longest else None
        self.facts = CorpusFacts(
            format="megatron",
            dtype=first.dtype.str,
            sequence_length=length,
            label_overlap=bool(config.label_overlap),
            seen=f"{self._index_files[0].name} begins with MMIDIDX, version 1",
            details={
                "modes": first.has_modes,
                "cut": "stored sequences" if self._width is None else f"rows of {self._width} ids",
            },
        )

    def _index(self, number: int) -> MegatronIndex:
        if number not in self._indexes:
            self._indexes[number] = read_index(self._index_files[number], self._limits)
        return self._indexes[number]

    def stored_length(self) -> int | None:
        """Return the ids of each stored sequence of the first shard, where all are equally long."""
        lengths = self._index(0).lengths
        return int(lengths[0]) if len(lengths) and bool((lengths == lengths[0]).all()) else None

    def extent(self, number: int) -> Extent:
        """Measure one shard from its index, and check that its data holds what the index promises."""
        index, file = self._index(number), self.files[number]
        compression = compression_of(file)
        n_ids, end, joined, ascending = self._walk(number)
        if compression is not None and not ascending:
            raise InputError(
                "has sequences out of order, which a packed file cannot give",
                path=self._index_files[number].name,
                fix=f"unpack {file.name}",
            )
        self._ends[number] = end
        self._joined[number] = joined
        seekable = self._run(number).seekable
        if self._width is None:
            return Extent(len(index.lengths), n_ids, seekable=seekable)
        if not joined:
            raise ConfigError(
                "has gaps between its stored sequences, so it cannot be cut as one flat array",
                path=self._index_files[number].name,
                fix="leave [corpus] sequence_length out",
            )
        return rows_extent(n_ids, width=self._width, stride=self._width, seekable=seekable)

    def cuts(self, shard: Shard) -> Int64Array | None:
        """Return the sequences that begin where frames of a packed file do; None: any."""
        run = self._run(shard.number)
        ids = run.cuts(1)
        if ids is None or self._width is not None:
            return run.cuts(self._width or 1)
        index = self._index(shard.number)
        return np.unique(np.searchsorted(index.pointers // index.dtype.itemsize, ids))

    def _walk(self, number: int) -> StoredRanges:
        return stored_ranges(self._index(number), self._index_files[number], self.files[number])

    def _run(self, number: int) -> IdRun:
        index, file = self._index(number), self.files[number]
        compression = compression_of(file)
        if compression is not None and number not in self._ends:
            _, self._ends[number], self._joined[number], _ = self._walk(number)
        end = file.n_bytes if compression is None else self._ends[number]
        return IdRun(
            file,
            0,
            end // index.dtype.itemsize,
            index.dtype,
            compression,
            cut=self._joined.get(number, False),
        )

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the documents of the document index."""
        index = self._index(shard.number)
        name = self._index_files[shard.number].name
        firsts = first_sequences_of(index.documents, len(index.lengths), name)
        if firsts is None or self._width is None:
            return None if firsts is None else StoredDocuments(firsts)
        begins = np.append(0, np.cumsum(index.lengths, dtype=np.int64))
        return FlatDocuments(begins[firsts], self._width)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the stored sequences, or rows, [start, stop) of one shard."""
        index = self._index(number)
        size = index.dtype.itemsize
        source = self._run(number).open(self._limits)
        if self._width is not None:
            yield from blocks_of_rows(
                source,
                width=self._width,
                stride=self._width,
                start=start,
                stop=stop,
                first_sequence=first_sequence,
                block_ids=self.block_ids,
            )
        else:

            def ranges(low: int, high: int) -> tuple[Int64Array, Int64Array]:
                firsts = index.pointers[low:high] // size
                return firsts, firsts + index.lengths[low:high]

            yield from blocks_of_ranges(
                source,
                ranges,
                start=start,
                stop=stop,
                first_sequence=first_sequence,
                block_ids=self.block_ids,
            )
        if stop == self.shards()[number].n_sequences:
            source.finish()
