"""One Megatron ``.bin`` cut into numbered parts, as Pythia publishes its pre-shuffled data.

``document.idx`` beside ``document-00000-of-00020.bin`` ... ``document-00020-of-00020.bin``: the number after
``of`` is the last number. The parts are a plain byte split, cut anywhere, even inside an id; the pointers of
the ``.idx`` count from the start of the joined file, which is never written. Without the ``.idx`` the dtype
(uint16) and the width (2,049) are enough. A sequence belongs to the part it begins in.

Source: EleutherAI/pythia utils/shard_memmap.py, unshard_memmap.py, mmap_dataset.py, batch_viewer.py. Pythia's
windows are GPT-NeoX windows: the last id of each is the first of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, FileReader
from indexer.corpus.blocks.from_sources import blocks_of_ranges
from indexer.corpus.blocks.ids import id_dtype
from indexer.corpus.blocks.joined_ids import JoinedIds
from indexer.corpus.formats.known_heads import MOST_BYTES, refuse_known_head
from indexer.corpus.formats.megatron_index import MegatronIndex, read_index
from indexer.corpus.sequences import CorpusFacts, SequenceBlock
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits
from indexer.units import Int64Array

PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<last>\d{5})\.bin$")
PYTHIA_WIDTH = 2049


def find_parts(paths: list[str], *, base: Path) -> tuple[str, list[str]]:
    """Return the common stem and all parts in number order.

    Raises
    ------
    InputError
        There are no parts, parts of two sets, or one is missing.
    """
    names: list[str] = []
    for path in paths:
        if files.is_folder(path, base=base):
            names += files.list_folder(path, base=base)
        else:
            names += files.expand(path, base=base)
    parts: dict[int, str] = {}
    sets = set()
    n_named = 0
    for name in names:
        match = PART.match(name)
        if match:
            sets.add((match["stem"], int(match["last"])))
            other = parts.setdefault(int(match["number"]), name)
            n_named += 1
            if n_named > len(parts):
                raise InputError(
                    "is named twice" if other == name else f"is the part of {other} again",
                    path=name,
                    expected="each part once: all parts are one .bin",
                    fix="name each part once as [corpus] paths",
                )
    if not sets:
        raise InputError(
            "names no part", path=", ".join(paths), expected="files such as document-00000-of-00020.bin"
        )
    if len(sets) > 1:
        stems = ", ".join(sorted(stem for stem, _ in sets))
        raise InputError(f"names parts of several sets ({stems})", path=", ".join(paths))
    ((stem, last),) = sets
    for number in range(last + 1):
        if number not in parts:
            raise InputError("is missing", path=f"{stem}-{number:05}-of-{last:05}.bin")
    return stem, [parts[number] for number in range(last + 1)]


class MegatronPartsReader(FileReader):
    """Sequences of one ``.bin`` whose bytes lie in several files; a shard is a part."""

    keys = OF_ANY_FORMAT | {"sequence_length", "dtype", "max_shard_bytes", "max_window_bytes"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        stem, names = find_parts(config.paths, base=base)
        super().__init__([files.file_at(name, base=base) for name in names], block_ids=block_ids)
        self._starts = np.concatenate([[0], np.cumsum([file.n_bytes for file in self.files])]).astype(
            np.int64
        )
        n_bytes = int(self._starts[-1])
        index_name = self._index_name = f"{stem}.idx"
        self._index: MegatronIndex | None = None
        if files.exists(index_name, base=base):
            index_file = files.file_at(index_name, base=base)
            self._index = read_index(index_file, Limits.of(config))
            self._dtype = self._index.dtype
            if config.dtype is not None and id_dtype(config.dtype) != self._dtype:
                raise ConfigError(
                    f'[corpus] dtype = "{config.dtype}"',
                    expected=f"{self._dtype.name}, as {index_name} says",
                    fix="leave [corpus] dtype out: the index knows",
                )
            self._n_sequences = len(self._index.lengths)
            if self._n_sequences:
                last = int(self._index.pointers[-1]) + int(self._index.lengths[-1]) * self._dtype.itemsize
                if last != n_bytes:
                    raise InputError(
                        f"the {len(names)} parts hold {n_bytes:,} bytes",
                        path=index_name,
                        expected=f"{last:,}, where the last sequence ends",
                    )
            width = int(self._index.lengths[0]) if self._n_sequences else None
            width = width if bool((self._index.lengths == width).all()) else None
            seen = f"{index_name} begins with MMIDIDX; {len(names)} parts"
        else:
            head = file_bytes.read_range(self.files[0], 0, min(MOST_BYTES, self.files[0].n_bytes))
            refuse_known_head(head, self.files[0].name, compression=None)
            self._dtype = id_dtype(config.dtype or "<u2")
            self.dtype_is_given = True
            width = config.sequence_length or PYTHIA_WIDTH
            row = width * self._dtype.itemsize
            if n_bytes % row:
                raise InputError(
                    f"the {len(names)} parts hold {n_bytes:,} bytes",
                    path=stem,
                    expected=f"a multiple of {row:,}: {width:,} ids of {self._dtype}",
                    fix=f"or put {index_name} beside them",
                )
            self._n_sequences = n_bytes // row
            seen = f"{len(names)} parts without {index_name}: {width:,} ids of {self._dtype} taken as known"
        if config.sequence_length not in (None, width):
            raise ConfigError(
                f"[corpus] sequence_length = {config.sequence_length}",
                expected=f"{width}, as {index_name} says",
            )
        self._width = width
        self.facts = CorpusFacts(
            format="pythia",
            dtype=self._dtype.str,
            sequence_length=width,
            label_overlap=True if config.label_overlap is None else config.label_overlap,
            seen=seen,
            reaches="next",
            tells_length=self._index is not None,
        )

    def _pointer(self, sequence: int) -> int:
        if self._index is None:
            return sequence * (self._width or 0) * self._dtype.itemsize
        return int(self._index.pointers[sequence])

    def _first_from(self, byte: int) -> int:
        """Return the first sequence that begins at or after a byte of the joined file."""
        low, high = 0, self._n_sequences
        while low < high:
            middle = (low + high) // 2
            if self._pointer(middle) < byte:
                low = middle + 1
            else:
                high = middle
        return low

    def _range_of(self, number: int) -> tuple[int, int]:
        last = number == len(self.files) - 1
        stop = self._n_sequences if last else self._first_from(int(self._starts[number + 1]))
        return self._first_from(int(self._starts[number])) if number else 0, stop

    def extent(self, number: int) -> Extent:
        """Count the sequences that begin in a part."""
        start, stop = self._range_of(number)
        if self._index is None:
            return Extent(stop - start, (stop - start) * (self._width or 0))
        self._check(start, stop)
        return Extent(stop - start, int(self._index.lengths[start:stop].sum(dtype=np.int64)))

    def _check(self, start: int, stop: int) -> None:
        """Refuse pointers that do not follow each other; only then may the parts be cut by bytes."""
        assert self._index is not None
        size = self._dtype.itemsize
        for page in range(start, stop, 1 << 20):
            end = min(page + (1 << 20), stop, self._n_sequences - 1)
            ends = self._index.pointers[page:end] + self._index.lengths[page:end].astype(np.int64) * size
            gaps = np.flatnonzero(self._index.pointers[page + 1 : end + 1] != ends)
            if gaps.size:
                raise InputError(
                    "does not begin where the one before ends",
                    path=self._index_name,
                    offset=f"sequence {page + 1 + int(gaps[0]):,}",
                )

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the sequences [start, stop) of a part, the last one completed from the parts that follow."""
        begin = self._range_of(number)[0]
        size = self._dtype.itemsize

        def ranges(low: int, high: int) -> tuple[Int64Array, Int64Array]:
            if self._index is None:
                firsts = np.arange(low, high, dtype=np.int64) * (self._width or 0)
                return firsts, firsts + (self._width or 0)
            firsts = self._index.pointers[low:high] // size
            return firsts, firsts + self._index.lengths[low:high]

        yield from blocks_of_ranges(
            JoinedIds(self.files, self._dtype),
            ranges,
            start=begin + start,
            stop=begin + stop,
            first_sequence=first_sequence,
            block_ids=self.block_ids,
        )
