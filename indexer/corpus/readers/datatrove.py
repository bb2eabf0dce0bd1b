"""datatrove ``.ds`` files, as nanotron reads them.

``x.ds`` is a bare array of uint16 or uint32; ``x.ds.index`` holds one uint64 a document, its end in ids, the
last equal to the token count; ``x.ds.metadata`` is text, ``<tokenizer>|<token size>`` on its first line
(older files lack the size); ``x.ds.loss`` holds one byte an id, 0 = not in the loss. Windows of L + 1 ids
that share none are cut in each file alone.

File order is by name; nanotron shuffles the files with NumPy's default generator (seed 42):
``[corpus] file_order_seed``. Source: huggingface/datatrove src/datatrove/pipeline/tokens/tokenizer.py and
utils/dataset.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent
from indexer.corpus.blocks.flat_reader import FlatReader, required_width
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.blocks.ids import id_dtype
from indexer.corpus.documents import DocumentNumbers, FlatDocuments, starts_of_ends
from indexer.corpus.sequences import CorpusFacts, SequenceBlock, Shard
from indexer.errors import ConfigError, InputError
from indexer.storage import file_bytes, files
from indexer.storage.compressed import Limits


def find_ds_files(config: CorpusConfig, *, base: Path) -> list[str]:
    """Return the ``.ds`` files of files, globs and folders, in reading order."""
    names: list[str] = []
    for path in config.paths:
        inside = (
            files.list_folder(path, base=base)
            if files.is_folder(path, base=base)
            else files.expand(path, base=base)
        )
        found = [name for name in inside if name.endswith(".ds")]
        if config.file_order_seed is not None:
            # each folder is a dataset of its own, and is shuffled alone
            order = np.random.default_rng(config.file_order_seed).permutation(len(found))
            found = [found[i] for i in order]
        names += found
    if not names:
        raise InputError("names no .ds file", path=", ".join(config.paths))
    return names


class DatatroveReader(FlatReader):
    """Windows of ``sequence_length`` ids (L + 1), cut in each ``.ds`` alone."""

    keys = OF_ANY_FORMAT | {"sequence_length", "dtype", "file_order_seed"}

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        names = find_ds_files(config, base=base)
        width = required_width(config, names[0])
        super().__init__(
            [files.file_at(name, base=base) for name in names],
            width=width,
            stride=width,
            limits=Limits(),
            block_ids=block_ids,
        )
        self._base = base
        self._given = None if config.dtype is None else id_dtype(config.dtype)
        self._dtypes: dict[int, np.dtype[Any]] = {}
        self._lengths_are_told = True
        dtype = self._dtype(0)
        self.facts = CorpusFacts(
            format="datatrove",
            dtype=dtype.str,
            sequence_length=width,
            label_overlap=bool(config.label_overlap),
            seen=f"{names[0]} is a .ds file of {dtype} ids",
            details={"file_order_seed": config.file_order_seed, "loss": self._has_loss(0)},
        )

    def _beside(self, number: int, ending: str) -> files.CorpusFile | None:
        return self._beside_file(self.files[number], ending)

    def _beside_file(self, file: files.CorpusFile, ending: str) -> files.CorpusFile | None:
        # the file's own spelling of the path, so that credentials of a URL are not lost
        path = file.url + ending
        return files.file_at(path, base=self._base) if files.exists(path, base=self._base) else None

    def _has_loss(self, number: int) -> bool:
        return self._beside(number, ".loss") is not None

    def _dtype(self, number: int) -> np.dtype[Any]:
        """Take the token size from the document index, the metadata or the configuration, in this order."""
        if number not in self._dtypes:
            self._dtypes[number] = self._find_dtype(number)
        return self._dtypes[number]

    def _find_dtype(self, number: int) -> np.dtype[Any]:
        file = self.files[number]
        size = None
        index = self._beside(number, ".index")
        if index is not None and index.n_bytes >= 8:
            end = int.from_bytes(file_bytes.read_range(index, index.n_bytes - 8, index.n_bytes), "little")
            if end == 0 or file.n_bytes % end or file.n_bytes // end not in (2, 4):
                raise InputError(
                    f"holds {file.n_bytes:,} bytes",
                    path=file.name,
                    expected=f"2 or 4 for each of the {end:,} ids that {index.name} counts",
                )
            size = file.n_bytes // end
        else:
            metadata = self._beside(number, ".metadata")
            if metadata is not None:
                first = file_bytes.read_all(metadata).decode("utf-8", "replace").split("\n", 1)[0]
                if "|" in first and first.rsplit("|", 1)[1].strip() in ("2", "4"):
                    size = int(first.rsplit("|", 1)[1])
        found = None if size is None else np.dtype(f"<u{size}")
        if self._given is not None and found not in (None, self._given):
            raise InputError(
                f"holds {found}", path=file.name, expected=f"{self._given}, as [corpus] dtype says"
            )
        self._lengths_are_told &= self._is_of_stated_length(file, index, found)
        dtype = found or self._given
        self.dtype_is_given |= found is None
        if dtype is None:
            raise ConfigError(
                "has neither an .index nor a .metadata that tells its dtype",
                path=file.name,
                fix="set [corpus] dtype: uint16 below 65,536 ids, else uint32",
            )
        return dtype

    def _is_of_stated_length(
        self, file: files.CorpusFile, index: files.CorpusFile | None, dtype: np.dtype[Any] | None
    ) -> bool:
        """Tell whether something beside a file says how many ids it holds; refuse it where they differ."""
        metadata = self._beside_file(file, ".metadata")
        lines = (
            [] if metadata is None else file_bytes.read_all(metadata).decode("utf-8", "replace").split("\n")
        )
        count = lines[1].strip() if len(lines) > 1 else ""
        if not count.isdigit():
            return index is not None
        size = (dtype or self._given or np.dtype("<u2")).itemsize
        if int(count) * size != file.n_bytes:
            raise InputError(
                f"holds {file.n_bytes:,} bytes",
                path=file.name,
                expected=f"{int(count) * size:,}: {size} for each of the {int(count):,} ids that"
                f" {file.name}.metadata counts",
                fix="it is truncated, or its metadata is another's",
            )
        return True

    def extent(self, number: int) -> Extent:
        """Measure one file, and see whether a loss file belongs to it."""
        self._has_loss(number)
        extent = super().extent(number)
        self.facts = replace(self.facts, tells_length=self._lengths_are_told)
        return extent

    def run(self, number: int) -> IdRun:
        """Return the whole file as one run."""
        file, dtype = self.files[number], self._dtype(number)
        if file.n_bytes % dtype.itemsize:
            raise InputError(
                f"holds {file.n_bytes:,} bytes",
                path=file.name,
                expected=f"a multiple of {dtype.itemsize} ({dtype})",
            )
        return IdRun(file, 0, file.n_bytes // dtype.itemsize, dtype)

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the documents that ``.ds.index`` lists; None where it is not there."""
        index = self._beside(shard.number, ".index")
        if index is None or not index.n_bytes:
            return None
        ends = np.frombuffer(file_bytes.read_all(index, at_most=1 << 36), "<u8").astype(np.int64)
        return FlatDocuments(starts_of_ends(ends, self.run(shard.number).n_ids, index.name), self.stride)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield windows; ids that the loss leaves out are marked as not counted."""
        blocks = super().sequences(number, start, stop, first_sequence)
        loss = self._beside(number, ".loss")
        if loss is None:
            yield from blocks
            return
        n_ids = self.run(number).n_ids
        if loss.n_bytes != n_ids:
            raise InputError(
                f"holds {loss.n_bytes:,} bytes", path=loss.name, expected=f"{n_ids:,}, one an id"
            )
        row = start
        for block in blocks:
            at = row * self.stride
            data = file_bytes.read_range(loss, at, at + len(block.ids))
            yield block._replace(counted=np.frombuffer(data, np.uint8) != 0)
            row += len(block.starts)
