"""Raw text, tokenized while it is read: JSON lines (plain, zstd, gzip, bz2) or Parquet.

``{"text": "...", "meta": {...}}``, a document a line or row, its text under ``column``. A document becomes
ids by the tokenizer it is opened with, without special tokens, and sequences by ``packing``: one each,
cut at ``sequence_length`` ids, or one stream over all files, cut into that many. These are the sequences that
``exposure tokenize`` writes, made by the same code.

A file is a shard. A packed sequence may begin in one file and end in a later one; it belongs to the file it
begins in. How many sequences there are is only known from tokenizing everything once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader
from indexer.corpus.blocks.from_samples import gather
from indexer.corpus.document_names import Names, names_in_lines, names_in_rows
from indexer.corpus.documents import DocumentNumbers, RowDocuments
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard, cut_off
from indexer.corpus.text.cutting import Cutter, Cutting, check_cutting, encoded
from indexer.corpus.text.documents import Document, documents_of, find_text_files, is_array
from indexer.corpus.text.surrogates import LoneSurrogates
from indexer.corpus.text.writers import smallest_dtype
from indexer.errors import ConfigError, InputError, StateError
from indexer.storage.arrow_tables import open_arrow
from indexer.storage.compressed import Limits, without_suffix
from indexer.tokenizers.tokenizer import Tokenizer
from indexer.units import Int64Array


class _Count(NamedTuple):
    n_sequences: int
    n_ids: int
    n_documents: int
    n_empty: int
    n_odd: int
    n_cut_off: int


class TextReader(FileReader):
    """Documents of text, cut or packed into sequences of ids."""

    keys = OF_ANY_FORMAT | {
        "sequence_length",
        "column",
        "packing",
        "max_shard_bytes",
        "max_window_bytes",
        "max_line_bytes",
        "empty_documents",
        "lone_surrogates",
    }

    def __init__(
        self, config: CorpusConfig, *, base: Path, block_ids: int, tokenizer: Tokenizer | None
    ) -> None:
        super().__init__(find_text_files(config.paths, base=base), block_ids=block_ids)
        if not self.files:
            raise InputError("no files of text are named", path="[corpus] paths")
        if tokenizer is None:
            raise ConfigError(
                "raw text needs a tokenizer", path="[corpus] format", fix="set [tokenizer] path"
            )
        self._column = config.column or "text"
        self._limits = Limits.of_lines(config)
        self._surrogates = config.lone_surrogates
        self._tokenizer = tokenizer
        self._cutting = _cutting_of(config, self.files[0].name)
        check_cutting(self._cutting, self._tokenizer)
        self._dtype = smallest_dtype(self._tokenizer.n_ids)
        self._counts: list[_Count] = []
        packed = self._cutting.mode == "packed"
        self.facts = CorpusFacts(
            format="text",
            dtype=self._dtype.str,
            sequence_length=self._cutting.sequence_length if packed else None,
            label_overlap=bool(config.label_overlap),
            seen=f"text under {self._column!r} of {self.files[0].name}, tokenized by {self._tokenizer.name}",
            details={"packing": self._cutting.mode},
            reaches="next" if packed else "own",
        )

    @property
    def measured_by_headers(self) -> bool:
        """Whether measuring reads no ids; it reads every line."""
        return False

    def look(self) -> None:
        """Read the first document: its file, its key and its text are refused before phrases are read."""
        next(self._encoded((0, 0), 1, 1), None)

    def extent(self, number: int) -> Extent:
        """Count one file by tokenizing it; of packed text, all files."""
        if self._cutting.mode == "document":
            count = self._count(number)
            return Extent(count.n_sequences, count.n_ids, seekable=False)
        length = self._cutting.sequence_length
        ends = [0]
        for file in range(len(self.files)):
            ends.append(ends[-1] + self._count(file).n_ids)
        first, last = (-(-ends[number + one] // length) for one in (0, 1))
        n_whole = ends[-1] // length
        n_sequences = min(last, n_whole) - min(first, n_whole)
        n_dropped = ends[-1] % length if number + 1 == len(self.files) else 0
        n_leading = first * length - ends[number]
        return Extent(n_sequences, n_sequences * length, n_dropped, False, n_leading)

    def _count(self, number: int) -> _Count:
        for file in range(len(self._counts), number + 1):
            n_sequences = n_ids = n_documents = n_empty = 0
            cutter = Cutter(self._cutting, (), self._dtype)
            surrogates = LoneSurrogates(self._surrogates)
            for _, ids in self._encoded((file, 0), file + 1, surrogates=surrogates):
                rows = cutter.cut(ids)
                n_documents += 1
                n_empty += not len(ids)
                n_sequences += len(rows)
                n_ids += sum(map(len, rows))
            n_ids += len(cutter.pending())
            n_odd = surrogates.n_documents
            self._counts.append(_Count(n_sequences, n_ids, n_documents, n_empty, n_odd, cutter.n_cut_off))
            details = {**self.facts.details, "documents": self._odd_documents()}
            self.facts = replace(self.facts, details=details)
        return self._counts[number]

    def _odd_documents(self) -> dict[str, Any]:
        """Return what a user should know of the documents counted so far."""
        done = {"drop": "dropped", "keep": "kept"}[self._cutting.empty_documents]
        odd = "skipped" if self._surrogates == "skip" else "read with U+FFFD"
        counted = {
            f"empty documents were {done}": sum(count.n_empty for count in self._counts),
            f"documents with half a surrogate pair were {odd}": sum(count.n_odd for count in self._counts),
            cut_off(self._cutting.sequence_length): sum(count.n_cut_off for count in self._counts),
        }
        return {name: number for name, number in counted.items() if number}

    def _encoded(
        self,
        start: tuple[int, int],
        stop_file: int,
        n_documents: int | None = None,
        surrogates: LoneSurrogates | None = None,
    ) -> Iterator[tuple[Document, Any]]:
        """Yield documents and their ids from `start` (file, document) on, to the end of a file or so many."""
        documents = documents_of(
            self.files[:stop_file],
            column=self._column,
            start=start,
            limits=self._limits,
            surrogates=surrogates or LoneSurrogates(self._surrogates),
        )
        return encoded(islice(documents, n_documents), self._tokenizer)

    def document_names(self, shard: Shard, numbers: Int64Array) -> Names:
        """Return what stands under the key or in the column ``id``; elements of an array have no names."""
        file = self.files[shard.number]
        if without_suffix(file.name).endswith((".parquet", ".arrow")):
            return names_in_rows(open_arrow(file, self._limits), numbers)
        return {} if is_array(file, self._limits) else names_in_lines(file, self._limits, numbers)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the documents of a file, where each is a sequence and none is left out."""
        del shard
        left_out = self._cutting.empty_documents == "drop" or self._surrogates == "skip"
        return None if self._cutting.mode == "packed" or left_out else RowDocuments()

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the sequences [start, stop) of one file; it is read to its end with the last of them."""
        rows = self._documents if self._cutting.mode == "document" else self._packed
        n_rows = 0

        def counted() -> Iterator[NDArray[Any]]:
            nonlocal n_rows
            for row in rows(number, start, stop, last=stop == self.shards()[number].n_sequences):
                n_rows += 1
                yield row

        path = self.files[number].name
        yield from gather(counted(), first_sequence=first_sequence, block_ids=self.block_ids, path=path)
        if n_rows != stop - start:
            raise StateError(
                f"gives {start + n_rows:,} sequences now",
                path=path,
                expected=f"{stop:,}",
                fix="plan the index anew",
            )

    def _documents(self, number: int, start: int, stop: int, *, last: bool) -> Iterator[NDArray[Any]]:
        cutter = Cutter(self._cutting, (), self._dtype)
        if self._cutting.empty_documents == "drop" or self._surrogates == "skip":
            # which document the sequence `start` is tells nothing but the documents before it
            every = self._encoded((number, 0), number + 1)
            rows = (row for _, ids in every for row in cutter.cut(ids))
            yield from islice(rows, start, None if last else stop)
            return
        for _, ids in self._encoded((number, start), number + 1, None if last else stop - start):
            yield from cutter.cut(ids)

    def _packed(self, number: int, start: int, stop: int, *, last: bool) -> Iterator[NDArray[Any]]:
        if start == stop and not last:
            return
        n_leading = self.shards()[number].n_leading_tokens
        # what leads belongs to a sequence of a file before: it fills one up here that is not given
        n_before = start + (n_leading > 0)
        held = [0] * (self._cutting.sequence_length - n_leading) if n_leading else []
        cutter = Cutter(self._cutting, held, self._dtype)
        n_left = stop - start
        for stop_file, begin in ((number + 1, number), (len(self.files), number + 1)):
            for _, ids in self._encoded((begin, 0), stop_file):
                for row in cutter.cut(ids):
                    if n_before:
                        n_before -= 1
                    elif n_left > 0 or (last and begin == number):
                        n_left -= 1
                        yield row
                if n_left <= 0 and not (last and begin == number):
                    return
            if n_left <= 0:
                return


def _cutting_of(config: CorpusConfig, name: str) -> Cutting:
    if config.packing is None:
        raise ConfigError(
            "does not say how its documents become sequences",
            path=name,
            fix='set [corpus] packing = "packed" or "document"; or use `exposure tokenize` first',
        )
    if config.sequence_length is None:
        raise ConfigError(
            "does not say how long its sequences are", path=name, fix="set [corpus] sequence_length"
        )
    return Cutting(
        config.packing,
        config.sequence_length,
        config.end_of_document,
        empty_documents=config.empty_documents,
    )
