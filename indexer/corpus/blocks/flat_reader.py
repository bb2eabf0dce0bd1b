"""Readers of flat arrays: every file is one run of ids, cut alone into rows of equal width."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from indexer.config.corpus import CorpusConfig
from indexer.corpus.blocks.file_reader import Extent, FileReader, rows_extent
from indexer.corpus.blocks.from_sources import blocks_of_rows
from indexer.corpus.blocks.id_sources import IdRun
from indexer.corpus.sequences import SequenceBlock, Shard
from indexer.errors import ConfigError
from indexer.storage.compressed import Limits
from indexer.storage.files import CorpusFile
from indexer.units import Int64Array


def required_width(config: CorpusConfig, name: str) -> int:
    """Return the ids per sequence, which only the configuration can tell.

    Raises
    ------
    ConfigError
        It does not.
    """
    if config.sequence_length is None:
        raise ConfigError(
            "does not say how long its sequences are", path=name, fix="set [corpus] sequence_length"
        )
    return config.sequence_length


class FlatReader(FileReader):
    """One run of ids a file; what fills no row at a file's end is dropped and counted.

    Parameters
    ----------
    files : sequence of CorpusFile
        One a shard.
    width, stride : int
        Ids per row, and from one row's start to the next.
    limits : Limits
        What unpacking may cost.
    block_ids : int
        Ids per block.
    """

    def __init__(
        self, files: Sequence[CorpusFile], *, width: int, stride: int, limits: Limits, block_ids: int
    ) -> None:
        super().__init__(files, block_ids=block_ids)
        self.width = width
        self.stride = stride
        self.limits = limits

    @abstractmethod
    def run(self, number: int) -> IdRun:
        """Return where the ids of a file lie; checks its header against its size."""

    def extent(self, number: int) -> Extent:
        """Measure one file."""
        run = self.run(number)
        return rows_extent(run.n_ids, width=self.width, stride=self.stride, seekable=run.seekable)

    def cuts(self, shard: Shard) -> Int64Array | None:
        """Return the rows that begin where frames of a packed file do; None: any row."""
        return self.run(shard.number).cuts(self.stride)

    def sequences(self, number: int, start: int, stop: int, first_sequence: int) -> Iterator[SequenceBlock]:
        """Yield the rows [start, stop) of one file."""
        run = self.run(number)
        source = run.open(self.limits)
        yield from blocks_of_rows(
            source,
            width=self.width,
            stride=self.stride,
            start=start,
            stop=stop,
            first_sequence=first_sequence,
            block_ids=self.block_ids,
        )
        if stop == self.shards()[number].n_sequences:
            source.finish()
