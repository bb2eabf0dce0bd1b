"""Token lists in Arrow and Parquet: Hugging Face ``save_to_disk`` folders, ``.arrow`` and ``.parquet`` files.

``save_to_disk`` writes ``data-0000i-of-0000n.arrow`` in the Arrow stream format, in the order that
``state.json`` lists; other Arrow files may be of the file format (``ARROW1``). The column is a list, large
list or fixed-size list of any integer type; one row is one sequence. A mask column beside it marks positions
that are no exposure. Source: huggingface/datasets arrow_dataset.py, arrow_writer.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader
from indexer.corpus.blocks.ids import as_token_ids
from indexer.corpus.document_names import Names, names_in_rows
from indexer.corpus.documents import DocumentNumbers, RowDocuments
from indexer.corpus.formats.columns import COLUMNS, column_of_ids, mask_of
from indexer.corpus.formats.splits import folder_of_split
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard, with_cut_off
from indexer.errors import InputError
from indexer.storage import files
from indexer.storage.arrow_tables import ArrowBatches, ArrowFile, open_arrow
from indexer.storage.saved_datasets import STATE, saved_files
from indexer.units import BoolArray, Int64Array

IGNORED_LABEL = -100


def find_tables(paths: list[str], split: str | None, *, base: Path) -> tuple[list[str], str]:
    """Return the files of files, globs and folders in order, and what told the order."""
    names: list[str] = []
    seen = ""
    for given in paths:
        path = given
        if split is not None or files.exists(files.join(path, "dataset_dict.json"), base=base):
            path = folder_of_split(given, "state.json", split, base=base)
        if not files.is_folder(path, base=base):
            names += files.expand(path, base=base)
            continue
        listed = saved_files(path, base=base)
        if listed is not None:
            seen = seen or f"{files.join(path, STATE)} lists {len(listed)} files"
        else:
            inside = files.list_folder(path, base=base)
            listed = [name for name in inside if name.endswith((".parquet", ".arrow"))]
        if not listed:
            raise InputError("holds no .arrow or .parquet file", path=path)
        names += listed
    return names, seen


class ArrowReader(FileReader):
    """One row, one sequence; one file a shard. Cut to ``sequence_length`` where that is given."""

    keys = OF_ANY_FORMAT | {"sequence_length", "column", "mask_column", "split"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        names, seen = find_tables(config.paths, config.split, base=base)
        super().__init__([files.file_at(name, base=base) for name in names], block_ids=block_ids)
        self._open: dict[int, ArrowFile] = {}
        first = self._file(0)
        self._wanted, self._wanted_mask = config.column, config.mask_column
        self._column = self._choose(first, config.column, self.files[0].name)
        self._mask = mask_of(first.names(), config.mask_column, path=self.files[0].name)
        self._cut = config.sequence_length
        fixed = first.fixed_length(self._column)
        self.facts = CorpusFacts(
            format="parquet" if first.kind == "parquet" else "arrow",
            dtype=first.dtype(self._column).str,
            sequence_length=self._cut if fixed is None or self._cut is None else min(fixed, self._cut),
            label_overlap=bool(config.label_overlap),
            seen=seen or f"{self.files[0].name} is {first.kind}, ids in column {self._column!r}",
            details={"column": self._column, "mask_column": self._mask},
        )

    def _file(self, number: int) -> ArrowFile:
        if number not in self._open:
            self._open.clear()
            self._open[number] = open_arrow(self.files[number])
        return self._open[number]

    @staticmethod
    def _choose(table: ArrowFile, wanted: str | None, path: str) -> str:
        names = table.names()
        name = column_of_ids(table.id_columns() if wanted is None else names, wanted, path=path)
        name = name or next((one for one in COLUMNS if wanted is None and one in names), None)
        if name is None:
            fix = (
                "tokenize it with `exposure tokenize` first"
                if "text" in names and not wanted
                else f"set [corpus] column; its columns are {', '.join(names)}"
            )
            raise InputError(f"has no column {wanted or ' or '.join(COLUMNS)}", path=path, fix=fix)
        return name

    def _refuse_other_columns(self, table: ArrowFile, path: str) -> None:
        """Refuse a file whose ids or mask stand in other columns than those of the first file."""
        first = self.files[0].name
        column = self._choose(table, self._wanted, path)
        if column != self._column:
            raise InputError(
                f"has its ids in column {column!r}", path=path, expected=f"{self._column!r}, as {first}"
            )
        mask = mask_of(table.names(), self._wanted_mask, path=path)
        if mask != self._mask:
            raise InputError(
                f"has {mask or 'no mask'}",
                path=path,
                expected=f"{self._mask or 'no mask'}, as {first}",
                fix='name files of one kind; or set [corpus] mask_column = "none": all ids of both count',
            )

    def stored_length(self) -> int | None:
        """Return the ids of each row of the first rows, where all are equally long."""
        table = self._file(0)
        fixed = table.fixed_length(self._column)
        return fixed if fixed is not None else _only(next(iter(table.lengths(self._column)), np.empty(0)))

    def extent(self, number: int) -> Extent:
        """Count the rows of one file, and their ids, from its metadata and list offsets."""
        table = self._file(number)
        self._refuse_other_columns(table, self.files[number].name)
        lengths = list(table.lengths(self._column))
        n_ids = sum(int(part.sum()) for part in lengths)
        if self._cut is None:
            return Extent(table.n_rows(), n_ids)
        n_kept = sum(int(np.minimum(part, self._cut).sum()) for part in lengths)
        self.facts = with_cut_off(self.facts, n_ids - n_kept, self._cut)
        return Extent(table.n_rows(), n_kept)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the rows, each of which is a document."""
        del shard
        return RowDocuments()

    def document_names(self, shard: Shard, numbers: Int64Array) -> Names:
        """Return what the column ``id`` holds."""
        return names_in_rows(self._file(shard.number), numbers)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the rows [start, stop) of one file."""
        columns = [self._column] if self._mask is None else [self._column, self._mask]
        row = start
        for batch in self._file(number).batches(columns, start, stop):
            yield from self._blocks(batch, self.files[number].name, row, first_sequence + row - start)
            row += batch.n_rows
        if row != stop:
            raise InputError(
                f"holds {row:,} rows", path=self.files[number].name, expected=f"at least {stop:,}"
            )

    def _blocks(
        self, batch: ArrowBatches, path: str, first_row: int, first_sequence: int
    ) -> Iterator[SequenceBlock]:
        values, starts, stops = batch.lists[self._column]
        mask = None if self._mask is None else batch.lists[self._mask]
        if mask is not None and not np.array_equal(mask[2] - mask[1], stops - starts):
            at = int(np.argmax((mask[2] - mask[1]) != (stops - starts)))
            raise InputError(
                f"has a {self._mask} of another length than its ids",
                path=path,
                offset=f"row {first_row + at:,}",
            )
        at = 0
        while at < len(starts):
            fitting = int(np.searchsorted(stops[at:], starts[at] + self.block_ids, side="right"))
            end = at + max(1, fitting)
            low, high = int(starts[at]), int(stops[end - 1])
            counted = None
            if mask is not None:
                counted = _counted(self._mask or "", mask[0][int(mask[1][at]) : int(mask[2][end - 1])])
            firsts, lasts = starts[at:end] - low, stops[at:end] - low
            if self._cut is not None:
                lasts = np.minimum(lasts, firsts + self._cut)
            ids = as_token_ids(values[low:high], path=path, first_id=low)
            yield SequenceBlock(ids, firsts, lasts, first_sequence + at, counted)
            at = end


def _only(lengths: NDArray[Any]) -> int | None:
    """Return the one length there is."""
    return int(lengths[0]) if len(lengths) and bool((lengths == lengths[0]).all()) else None


def _counted(name: str, mask: NDArray[Any]) -> BoolArray:
    test: Callable[[NDArray[Any]], Any] = (
        (lambda values: values != IGNORED_LABEL) if name == "labels" else (lambda values: values != 0)
    )
    counted: BoolArray = test(mask)
    return counted
