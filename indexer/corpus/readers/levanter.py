"""Levanter and Marin caches: the flat ids of a jagged array in zarr v3.

A cache folder has ``shard_ledger.json`` and, for each field, two arrays: ``input_ids/data`` (int32, 1-D) and
``input_ids/offsets`` (int64). Their zarr shape is far beyond the data: ``offsets[0]`` is the number of rows,
``offsets[r]`` (r >= 1) the end of row r in ``data``. The last chunk is padded with zeros, a legal id, so
nothing beyond ``offsets[rows]`` is read. Sequences are ``data[i * L : (i + 1) * L]``; documents are ignored.

Chunks are sharded and packed with blosc. Source: stanford-crfm/levanter src/levanter/store/cache.py,
jagged_array.py, data/text.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader, rows_extent
from indexer.corpus.blocks.flat_reader import required_width
from indexer.corpus.blocks.from_sources import blocks_of_rows
from indexer.corpus.blocks.ids import as_token_ids
from indexer.corpus.documents import DocumentNumbers, FlatDocuments, starts_of_ends
from indexer.corpus.formats.columns import MASKS, refuse_mask
from indexer.corpus.formats.splits import folder_of_split
from indexer.corpus.formats.zarr_array import ZarrArray
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import InputError
from indexer.storage import file_bytes, files
from indexer.units import TokenIds


class _StoredIds:
    """A source of ids over one zarr array."""

    def __init__(self, array: ZarrArray, path: str) -> None:
        self._array = array
        self._path = path

    def ids_at_once(self, block_ids: int) -> int:
        return block_ids

    def expect(self, start: int, stop: int) -> None:
        pass

    def read(self, start: int, stop: int) -> TokenIds:
        return as_token_ids(self._array.read(start, stop), path=self._path, first_id=start)

    def finish(self) -> None:
        pass


class LevanterReader(FileReader):
    """Windows of ``sequence_length`` ids cut from the flat data of each cache; a cache is a shard."""

    keys = OF_ANY_FORMAT | {"sequence_length", "column", "mask_column", "split"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        folders = [
            folder_of_split(path, "shard_ledger.json", config.split, base=base) for path in config.paths
        ]
        ledgers = [files.file_at(files.join(folder, "shard_ledger.json"), base=base) for folder in folders]
        super().__init__(ledgers, block_ids=block_ids)
        self._width = required_width(config, ledgers[0].name)
        self._field = config.column or "input_ids"
        self._arrays: dict[int, ZarrArray] = {}
        for ledger, folder in zip(ledgers, folders, strict=True):
            _check_ledger(ledger)
            fields = [name for name in MASKS if files.is_folder(files.join(folder, name), base=base)]
            refuse_mask(fields, config.mask_column, path=folder, form="Levanter's caches")
        self.facts = CorpusFacts(
            format="levanter",
            dtype=self._array(0, "data").dtype.str,
            sequence_length=self._width,
            label_overlap=bool(config.label_overlap),
            seen=f"{ledgers[0].name} stands beside {self._field}/",
        )

    def _array(self, number: int, name: str) -> ZarrArray:
        folder = files.parent(self.files[number].url)
        path = f"{self._field}/{name}"
        return ZarrArray(files.join(folder, path), name=path)

    def _n_ids(self, number: int) -> int:
        offsets = self._array(number, "offsets")
        n_rows = int(offsets.read(0, 1)[0])
        return int(offsets.read(n_rows, n_rows + 1)[0]) if n_rows else 0

    def extent(self, number: int) -> Extent:
        """Measure one cache from its offsets."""
        n_ids = self._n_ids(number)
        self._array(number, "data").find_files(n_ids)
        ledger = json.loads(file_bytes.read_all(self.files[number]))
        counted = (ledger.get("field_counts") or {}).get(self._field)
        if counted is not None and counted != n_ids:
            raise InputError(
                f"counts {counted:,} ids",
                path=self.files[number].name,
                expected=f"{n_ids:,}, as its offsets say",
            )
        return rows_extent(n_ids, width=self._width, stride=self._width)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the rows of the cache, each of which is a document."""
        offsets = self._array(shard.number, "offsets")
        n_rows = int(offsets.read(0, 1)[0])
        ends = np.asarray(offsets.read(1, n_rows + 1), np.int64)
        name = self.files[shard.number].name
        return FlatDocuments(starts_of_ends(ends, self._n_ids(shard.number), name), self._width)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the windows [start, stop) of one cache."""
        if number not in self._arrays:
            self._arrays[number] = self._array(number, "data")
        yield from blocks_of_rows(
            _StoredIds(self._arrays[number], self.files[number].name),
            width=self._width,
            stride=self._width,
            start=start,
            stop=stop,
            first_sequence=first_sequence,
            block_ids=self.block_ids,
        )


def _check_ledger(ledger: files.CorpusFile) -> None:
    try:
        finished = json.loads(file_bytes.read_all(ledger))["is_finished"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"is no ledger of a cache ({error!r})", path=ledger.name) from None
    if not finished:
        raise InputError("says that the cache was never finished", path=ledger.name)
