"""OLMo and OLMo-core: headerless arrays under the name ``.npy``, each cut alone into rows.

The arrays are written through a memory map, so there is no npy header; the dtype stands in the run's config
(``data.memmap_dtype``: uint16 in OLMo 1, uint32 in OLMo 2). A row has ``max_sequence_length`` ids and no
extra one. The rest of each file is dropped. Instances are numbered over the paths in config order; a path
listed twice counts twice. OLMo-core with ``max_target_sequence_length`` M cuts blocks of M ids first and rows
inside them, so that the tail that fills no block is dropped.

Source: allenai/OLMo olmo/data/memmap_dataset.py, allenai/OLMo-core src/olmo_core/data/numpy_dataset.py.
"""

from __future__ import annotations

from pathlib import Path

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import OF_ANY_FORMAT, Extent, rows_extent
from indexer.corpus.blocks.flat_reader import FlatReader, required_width
from indexer.corpus.blocks.id_sources import IdRun, unpacked_size
from indexer.corpus.blocks.ids import id_dtype
from indexer.corpus.document_names import Names
from indexer.corpus.documents import DocumentNumbers, FlatDocuments
from indexer.corpus.formats.known_heads import MOST_BYTES, refuse_known_head
from indexer.corpus.formats.npy_header import MAGIC
from indexer.corpus.formats.olmo_documents import beside, read_documents
from indexer.corpus.formats.plain_text import HEAD_BYTES, refuse_text
from indexer.corpus.sequences import CorpusFacts, Shard
from indexer.errors import ConfigError, InputError
from indexer.storage import files
from indexer.storage.compressed import Limits, compression_of, first_bytes
from indexer.storage.files import CorpusFile
from indexer.units import Int64Array


class OlmoReader(FlatReader):
    """Rows of ``sequence_length`` ids of headerless arrays."""

    keys = OF_ANY_FORMAT | {"sequence_length", "dtype", "max_shard_bytes", "max_window_bytes"}

    dtype_is_given = True
    may_repeat = True

    def __init__(self, config: CorpusConfig, *, base: Path, block_ids: int) -> None:
        found = files.find_files(config.paths, base=base)
        width = required_width(config, found[0].name)
        super().__init__(found, width=width, stride=width, limits=Limits.of(config), block_ids=block_ids)
        self._base = base
        if config.dtype is None:
            raise ConfigError(
                "has no header that tells its dtype",
                path=found[0].name,
                fix="set [corpus] dtype to the run's data.memmap_dtype (OLMo 1: uint16, OLMo 2: uint32)",
            )
        self._dtype = id_dtype(config.dtype)
        target = self._target(config)
        self._block = width if target is None else target
        if self._block < 1 or self._block % width:
            raise ConfigError(
                f"[corpus] max_target_sequence_length = {self._block}", expected=f"a multiple of {width}"
            )
        self.facts = CorpusFacts(
            format=config.format,
            dtype=self._dtype.str,
            sequence_length=width,
            label_overlap=bool(config.label_overlap),
            seen=f"{found[0].name} has no npy header",
            details={"max_target_sequence_length": target},
        )

    def _target(self, config: CorpusConfig) -> int | None:
        """Return the ids of a block; OLMo has no blocks."""
        del config
        return None

    @property
    def measured_by_headers(self) -> bool:
        """Whether measuring reads no ids; a packed array may have to be unpacked."""
        return compression_of(self.files[0]) is None

    def look(self) -> None:
        """Look at the first bytes of every file, unpacked."""
        for file in self.files:
            self._refuse_other(file)

    def _refuse_other(self, file: CorpusFile) -> str | None:
        """Refuse text and npy headers; return how the file is packed."""
        compression = compression_of(file)
        head = first_bytes(file, MOST_BYTES, compression, self.limits)
        refuse_text(head[:HEAD_BYTES], file.name, self.names)
        refuse_known_head(head, file.name, compression=compression)
        if head.startswith(MAGIC):
            raise InputError(
                "has an npy header, which these arrays have not",
                path=file.name,
                fix='set [corpus] format = "npy"',
            )
        return compression

    def documents(self, shard: Shard) -> DocumentNumbers | None:
        """Return the documents that the ``.csv.gz`` beside an array lists; None where there is none."""
        index = beside(self.files[shard.number], base=self._base)
        if index is None:
            return None
        n_ids = shard.n_tokens + shard.n_dropped_tokens
        return FlatDocuments(read_documents(index, n_ids, self.limits).starts, self.stride)

    def document_names(self, shard: Shard, numbers: Int64Array) -> Names:
        """Return the names that the ``.csv.gz`` beside an array lists."""
        index = beside(self.files[shard.number], base=self._base)
        if index is None:
            return {}
        names = read_documents(index, shard.n_tokens + shard.n_dropped_tokens, self.limits).names
        return {number: names[number] for number in numbers.tolist()}

    def run(self, number: int) -> IdRun:
        """Return the whole file as one run."""
        file = self.files[number]
        compression = self._refuse_other(file)
        n_bytes = unpacked_size(file, compression, self.limits)
        if n_bytes % self._dtype.itemsize:
            raise InputError(
                f"holds {n_bytes:,} bytes",
                path=file.name,
                expected=f"a multiple of {self._dtype.itemsize} ({self._dtype})",
                fix="the dtype is wrong, or the file is truncated",
            )
        return IdRun(file, 0, n_bytes // self._dtype.itemsize, self._dtype, compression, cut=True)

    def extent(self, number: int) -> Extent:
        """Measure one file: whole blocks, and the rows in them."""
        run = self.run(number)
        used = run.n_ids // self._block * self._block
        extent = rows_extent(used, width=self.width, stride=self.width, seekable=run.seekable)
        return extent._replace(n_dropped_tokens=run.n_ids - used)


class OlmoCoreReader(OlmoReader):
    """Rows of headerless arrays that were cut into blocks first."""

    keys = OlmoReader.keys | {"max_target_sequence_length"}

    def _target(self, config: CorpusConfig) -> int | None:
        return config.max_target_sequence_length
