"""Megatron and GPT-NeoX training samples: windows over shuffled documents, told by three index arrays.

============== ============================================================== =======================
array          content                                                        dtype
============== ============================================================== =======================
document index sequence numbers of the ``.idx``, once per epoch, shuffled     int32
sample index   row j = (position in the document index, id in that document)  int32 or int64, (n+1, 2)
               where window j begins; row j + 1 = where it ends
shuffle index  the sample asked for -> row of the sample index                uint32 or int64
============== ============================================================== =======================

The first document counts from its offset, those between are taken whole, the last one ends after its id
number ``end offset``: L + 1 ids, the last of which is the first of the window in row j + 1. With
``extra_token = false`` it ends before it. Sequence i is the i-th sample asked for, so the training order is
that of the numbers; epochs and splits are already in the arrays. A blend has one such set for each corpus.

The arrays are true npy files, found by their endings: ``..._{doc,sample,shuffle}_idx.npy`` (GPT-NeoX, old
Megatron-LM) or ``...-{document,sample,shuffle}_index.npy`` with ``-description.txt`` (Megatron-core). Source:
NVIDIA/Megatron-LM megatron/core/datasets/gpt_dataset.py, EleutherAI/gpt-neox megatron/data/gpt2_dataset.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader
from indexer.corpus.blocks.ids import as_token_ids
from indexer.corpus.documents import DocumentNumbers, first_sequences_of
from indexer.corpus.formats.megatron_index import (
    MegatronIndex,
    find_pair,
    read_index,
    shard_prefixes,
    stored_ranges,
)
from indexer.corpus.formats.sample_index import SampleIndex, find_sample_index
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits, compression_of
from indexer.storage.files import CorpusFile
from indexer.units import Int64Array


@dataclass(frozen=True)
class _Corpus:
    """One corpus of a blend, mapped."""

    index: MegatronIndex
    stored: NDArray[Any]
    arrays: SampleIndex


class _Pieces(NamedTuple):
    """Ranges of ids, each of one stored sequence; those of one window stand together, in reading order."""

    window: Int64Array
    stored: Int64Array
    starts: Int64Array
    stops: Int64Array


@dataclass(frozen=True)
class _WindowDocuments:
    """The documents of the ``.idx`` that windows are made of."""

    pieces: Callable[[Int64Array], _Pieces]
    width: int
    firsts: Int64Array

    def of(self, sequences: Int64Array, offsets: Int64Array) -> Int64Array:
        """Return the document that each token was taken from; see `indexer.corpus.documents`."""
        windows, at = np.unique(sequences, return_inverse=True)
        pieces = self.pieces(windows)
        ends = np.cumsum(pieces.stops - pieces.starts)
        stored = pieces.stored[np.searchsorted(ends, at * self.width + offsets, "right")]
        numbers: Int64Array = np.searchsorted(self.firsts, stored, "right") - 1
        return numbers


class MegatronWindowsReader(FileReader):
    """The samples a Megatron run asked for, in the order it asked; one corpus a shard."""

    keys = OF_ANY_FORMAT | {
        "sequence_length",
        "windows",
        "extra_token",
        "max_shard_bytes",
        "max_window_bytes",
    }

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        names = [name for path in config.paths for name in files.expand(path, base=base)]
        prefixes = shard_prefixes(names)
        pairs = [find_pair(prefix, base=base) for prefix in prefixes]
        super().__init__([data for _, data in pairs], block_ids=block_ids)
        self._index_files = [index for index, _ in pairs]
        windows = [config.windows] if isinstance(config.windows, str) else list(config.windows or [])
        if len(windows) not in (1, len(prefixes)):
            raise ConfigError(
                f"[corpus] windows names {len(windows)} sets of arrays",
                expected=f"{len(prefixes)}, one for each path",
            )
        if len(windows) == 1:
            windows *= len(prefixes)
        self._samples = [
            find_sample_index(window, prefix, base=base)
            for window, prefix in zip(windows, prefixes, strict=True)
        ]
        self._extra = int(config.extra_token)
        self._corpora: dict[int, _Corpus] = {}
        self._limits = Limits.of(config)
        first = self._corpus(0)
        lengths = {int(described) for samples in self._samples if (described := samples.sequence_length)}
        width = self._window_length(first) if len(first.arrays.shuffle) else None
        if width is not None and lengths and lengths != {width - self._extra}:
            raise InputError(
                f"describes windows of {', '.join(map(str, sorted(lengths)))} ids",
                path=self._samples[0].name,
                expected=f"{width - self._extra}, as its sample index has",
            )
        if config.sequence_length not in (None, width):
            raise ConfigError(
                f"[corpus] sequence_length = {config.sequence_length}",
                expected=f"{width}, as the sample index of {self._samples[0].name} has",
            )
        # of a blend, each corpus is asked for a few more samples than the run takes
        asked = self._samples[0].described_samples if len(self._samples) == 1 else None
        self.facts = CorpusFacts(
            format="megatron",
            dtype=first.index.dtype.str,
            sequence_length=width,
            label_overlap=bool(self._extra) if config.label_overlap is None else config.label_overlap,
            seen=f"{self._index_files[0].name} begins with MMIDIDX; windows of {self._samples[0].name}",
            details={
                "windows": [samples.facts() for samples in self._samples],
                **({} if asked is None else {"n_samples_asked": asked}),
            },
        )

    def _corpus(self, number: int) -> _Corpus:
        if number not in self._corpora:
            file = self.files[number]
            if not file.local or compression_of(file) is not None:
                raise ConfigError(
                    "must be a plain local file: windows hop all over it",
                    path=file.name,
                    fix="copy or unpack it",
                )
            index = read_index(self._index_files[number], self._limits)
            data = file_bytes.map_bytes(file)
            stored = np.ndarray((data.size // index.dtype.itemsize,), index.dtype, buffer=data)
            self._samples[number].check(len(index.lengths))
            self._corpora[number] = _Corpus(index, stored, self._samples[number])
        return self._corpora[number]

    def _window_length(self, corpus: _Corpus) -> int:
        pieces = self._pieces(corpus, corpus.arrays.shuffle[:1])
        return int((pieces.stops - pieces.starts).sum())

    def _pieces(self, corpus: _Corpus, rows: NDArray[Any]) -> _Pieces:
        """Return the ranges of ids that windows are made of, for all windows at once."""
        index, arrays = corpus.index, corpus.arrays
        numbers = np.asarray(rows, np.int64)
        begins = np.asarray(arrays.sample[numbers], np.int64)
        ends = np.asarray(arrays.sample[numbers + 1], np.int64)
        # a window that ends at the very end of the index has no last document to cut
        lasts = np.minimum(ends[:, 0] + 1, len(arrays.document))
        counts = lasts - begins[:, 0]
        window = np.repeat(np.arange(len(numbers)), counts)
        heads = np.cumsum(counts) - counts
        positions = np.arange(len(window)) - heads[window] + begins[window, 0]
        documents = np.asarray(arrays.document[positions], np.int64)
        starts = index.pointers[documents] // index.dtype.itemsize
        stops = starts + index.lengths[documents]
        tails = heads + counts - 1
        cut = ends[:, 0] < len(arrays.document)
        stops[tails[cut]] = starts[tails[cut]] + ends[cut, 1] + self._extra
        starts[heads] += begins[:, 1]
        return _Pieces(window, documents, starts, stops)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the documents of the document index of the ``.idx``."""
        corpus = self._corpus(shard.number)
        name = self._index_files[shard.number].name
        firsts = first_sequences_of(corpus.index.documents, len(corpus.index.lengths), name)
        if firsts is None:
            return None
        shuffle = corpus.arrays.shuffle
        return _WindowDocuments(
            lambda windows: self._pieces(corpus, shuffle[windows]), self.facts.sequence_length or 1, firsts
        )

    def extent(self, number: int) -> Extent:
        """Count the samples of one corpus, after checking that its arrays fit it and each other."""
        corpus = self._corpus(number)
        stored_ranges(corpus.index, self._index_files[number], self.files[number])
        arrays = corpus.arrays
        arrays.refuse_repeats()
        n_samples = len(arrays.shuffle)
        return Extent(n_samples, n_samples * (self.facts.sequence_length or 0))

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the samples [start, stop) of one corpus, gathered from its documents."""
        corpus, width = self._corpus(number), self.facts.sequence_length or 1
        file = self.files[number]
        n_at_once = max(1, self.block_ids // width)
        for sample in range(start, stop, n_at_once):
            rows = corpus.arrays.shuffle[sample : min(sample + n_at_once, stop)]
            pieces = self._pieces(corpus, rows)
            self._check_lengths(pieces, len(rows), sample, width, file)
            self._check_documents(corpus, pieces, sample, file)
            bounds = zip(pieces.starts.tolist(), pieces.stops.tolist(), strict=True)
            parts = [corpus.stored[first:last] for first, last in bounds]
            ids = as_token_ids(np.concatenate(parts), path=file.name)
            starts = np.arange(len(rows), dtype=np.int64) * width
            yield SequenceBlock(ids, starts, starts + width, first_sequence + sample - start)

    @staticmethod
    def _check_lengths(pieces: _Pieces, n_windows: int, sample: int, width: int, file: CorpusFile) -> None:
        lengths = pieces.stops - pieces.starts
        found = np.bincount(pieces.window, lengths, n_windows).astype(np.int64)
        wrong = np.flatnonzero(found != width)
        if wrong.size or int(lengths.min(initial=0)) < 0:
            at = int(wrong[0]) if wrong.size else int(pieces.window[int(np.argmin(lengths))])
            raise InputError(
                f"is asked for a window of {int(found[at]):,} ids by the index arrays",
                path=file.name,
                offset=f"sample {sample + at:,}",
                expected=f"{width:,}",
            )

    @staticmethod
    def _check_documents(corpus: _Corpus, pieces: _Pieces, sample: int, file: CorpusFile) -> None:
        """Refuse pieces that reach beyond their document: windows of the right length may hold some."""
        begins = corpus.index.pointers[pieces.stored] // corpus.index.dtype.itemsize
        ends = begins + corpus.index.lengths[pieces.stored]
        outside = (pieces.starts < begins) | (pieces.stops > ends)
        if outside.any():
            at = int(np.argmax(outside))
            document = int(pieces.stored[at])
            taken = (int(pieces.starts[at] - begins[at]), int(pieces.stops[at] - begins[at]))
            raise InputError(
                f"is asked for ids {taken[0]:,} to {taken[1]:,} of document {document:,} by the index arrays",
                path=file.name,
                offset=f"sample {sample + int(pieces.window[at]):,}",
                expected=f"ids within its {int(ends[at] - begins[at]):,}",
            )
